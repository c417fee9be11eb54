// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import io.postern.gateway.spi.ActivationRefusedException;
import io.postern.wire.Bytes;
import io.postern.wire.tpm.ActivationBlob;
import io.postern.wire.tpm.HmacKeyPublic;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import tss.Tpm;
import tss.tpm.TPM2B_PRIVATE;
import tss.tpm.TPMS_ID_OBJECT;
import tss.tpm.TPMT_PUBLIC;
import tss.tpm.TPMT_SYM_DEF;
import tss.tpm.TPMT_SYM_DEF_OBJECT;
import tss.tpm.TPM_ALG_ID;
import tss.tpm.TPM_CC;
import tss.tpm.TPM_HANDLE;
import tss.tpm.TPM_SE;

/** Opens an activation blob inside the TPM: six commands, and the HMAC key it carries is loaded. */
final class Activation {
    private static final int NONCE = 20; // at least half the hash, so 16; clients in the field send 20
    private static final int INTEGRITY = 32; // SHA-256

    private final RandomGenerator random;

    Activation(RandomGenerator random) {
        this.random = random;
    }

    /**
     * @return the loaded key; the caller flushes it
     * @throws ActivationRefusedException when the TPM says that this is not for it
     */
    TPM_HANDLE load(Tpm tpm, ActivationBlob blob) throws ActivationRefusedException {
        TPMT_PUBLIC keyPublic = keyPublic(blob);
        TPMS_ID_OBJECT credential = credential(blob);
        try {
            byte[] innerKey =
                    activateCredential(tpm, credential, blob.credentialSecret().toArray());
            TPM2B_PRIVATE imported = importKey(tpm, innerKey, keyPublic, blob);
            return tpm.Load(KeySlots.STORAGE_ROOT_KEY, imported, keyPublic);
        } catch (CommandRefused e) {
            if (!e.isFrom(TPM_CC.ActivateCredential, TPM_CC.Import, TPM_CC.Load)) {
                throw e;
            }
            if (e.blamesInput()) {
                throw refusal(e.getMessage(), e);
            }
            if (e.is(TpmReturnCode.FAILURE) && works(tpm)) {
                throw refusal("the secret does not decrypt under its key", e);
            }
            throw e;
        }
    }

    /**
     * A secret that does not decrypt makes libtpms and chips of its kin answer with the code of the failure mode; but in
     * that mode nothing works any more (TPM 2.0 Part 1, 12.1).
     */
    private static boolean works(Tpm tpm) {
        try {
            tpm.ReadPublic(KeySlots.STORAGE_ROOT_KEY);
            return true;
        } catch (CommandRefused e) {
            return false;
        }
    }

    private byte[] activateCredential(Tpm tpm, TPMS_ID_OBJECT credential, byte[] secret) {
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        TPM_HANDLE session = tpm.StartAuthSession(
                        TPM_HANDLE.NULL,
                        TPM_HANDLE.NULL,
                        nonce,
                        new byte[0],
                        TPM_SE.POLICY,
                        new TPMT_SYM_DEF(TPM_ALG_ID.NULL, 0, TPM_ALG_ID.NULL),
                        TPM_ALG_ID.SHA256)
                .handle;
        try {
            tpm.PolicySecret(TPM_HANDLE.ENDORSEMENT, session, new byte[0], new byte[0], new byte[0], 0);
            return tpm._withSessions(TPM_HANDLE.PW, session)
                    .ActivateCredential(KeySlots.STORAGE_ROOT_KEY, KeySlots.ENDORSEMENT_KEY, credential, secret);
        } finally {
            Chip.flush(tpm, session);
        }
    }

    private static TPM2B_PRIVATE importKey(Tpm tpm, byte[] innerKey, TPMT_PUBLIC keyPublic, ActivationBlob blob) {
        try {
            return tpm.Import(
                    KeySlots.STORAGE_ROOT_KEY,
                    innerKey,
                    keyPublic,
                    new TPM2B_PRIVATE(blob.duplicate().toArray()),
                    blob.duplicateSecret().toArray(),
                    new TPMT_SYM_DEF_OBJECT(TPM_ALG_ID.AES, innerKey.length * 8, TPM_ALG_ID.CFB));
        } finally {
            Arrays.fill(innerKey, (byte) 0);
        }
    }

    /** Read by our own checked decoder first: TSS.Java trusts the lengths it finds. */
    private static TPMT_PUBLIC keyPublic(ActivationBlob blob) throws ActivationRefusedException {
        try {
            HmacKeyPublic.decode(blob.keyPublic());
        } catch (IllegalArgumentException e) {
            throw refusal(e.getMessage(), e);
        }
        return TPMT_PUBLIC.fromBytes(blob.keyPublic().toArray());
    }

    private static TPMS_ID_OBJECT credential(ActivationBlob blob) throws ActivationRefusedException {
        Bytes credential = blob.credential();
        int start = 2 + INTEGRITY;
        if (credential.length() <= start || (credential.at(0) << 8 | credential.at(1)) != INTEGRITY) {
            var cause = new IllegalArgumentException(
                    "the credential of " + credential.length() + " bytes does not start with 32 bytes of integrity");
            throw refusal(cause.getMessage(), cause);
        }
        return new TPMS_ID_OBJECT(
                credential.slice(2, start).toArray(),
                credential.slice(start, credential.length()).toArray());
    }

    private static ActivationRefusedException refusal(@org.jspecify.annotations.Nullable String why, Exception cause) {
        return new ActivationRefusedException(
                "the TPM does not open what the provisioning service sent: it was made for another TPM, or altered on"
                        + " the way (" + why + "). Compare the enrollment's endorsement key with this TPM's",
                cause);
    }
}
