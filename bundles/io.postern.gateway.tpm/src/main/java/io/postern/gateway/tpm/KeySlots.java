// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import io.postern.wire.Bytes;
import io.postern.wire.dps.TpmAttestation;
import io.postern.wire.tpm.EndorsementKey;
import io.postern.wire.tpm.HmacKeyPublic;
import io.postern.wire.tpm.RsaStorageKey;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tss.Tpm;
import tss.tpm.CreatePrimaryResponse;
import tss.tpm.TPM2B_PUBLIC;
import tss.tpm.TPM2B_PUBLIC_KEY_RSA;
import tss.tpm.TPMA_OBJECT;
import tss.tpm.TPMS_NULL_ASYM_SCHEME;
import tss.tpm.TPMS_PCR_SELECTION;
import tss.tpm.TPMS_RSA_PARMS;
import tss.tpm.TPMS_SENSITIVE_CREATE;
import tss.tpm.TPMT_PUBLIC;
import tss.tpm.TPMT_SYM_DEF_OBJECT;
import tss.tpm.TPM_ALG_ID;
import tss.tpm.TPM_HANDLE;

/**
 * The three persistent slots of a gateway that attests with its TPM, the same as other provisioning clients use. What is not there is made; what
 * somebody else put there is never replaced.
 */
final class KeySlots {
    static final TPM_HANDLE ENDORSEMENT_KEY = TPM_HANDLE.persistent(0x0001_0001);
    static final TPM_HANDLE STORAGE_ROOT_KEY = TPM_HANDLE.persistent(0x0000_0001);
    static final TPM_HANDLE HUB_KEY = TPM_HANDLE.persistent(0x0000_0100);

    static final TPMT_SYM_DEF_OBJECT AES_128_CFB = new TPMT_SYM_DEF_OBJECT(TPM_ALG_ID.AES, 128, TPM_ALG_ID.CFB);

    private static final Logger LOG = LoggerFactory.getLogger(KeySlots.class);

    // PolicySecret(TPM_RH_ENDORSEMENT)
    // spec: TCG EK Credential Profile 2.x, B.3.3 Template L-1: RSA 2048
    private static final Bytes ENDORSEMENT_POLICY =
            Bytes.hex("837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa");

    private KeySlots() {}

    /** Reads the two keys a TPM registers with, and makes those whose slot is empty. */
    static TpmAttestation attestation(Tpm tpm) throws IOException {
        return new TpmAttestation(endorsementKey(tpm), storageRootKey(tpm));
    }

    /** Whether a hub key sits in its slot. */
    static boolean hasHubKey(Tpm tpm) throws IOException {
        Optional<Bytes> found = read(tpm, HUB_KEY);
        if (found.isPresent()) {
            requireHubKey(found.get());
        }
        return found.isPresent();
    }

    /** Makes the loaded {@code key} the hub key. Tries the empty slot first: that is one command, not three. */
    static void keepHubKey(Tpm tpm, TPM_HANDLE key) throws IOException {
        try {
            tpm.EvictControl(TPM_HANDLE.OWNER, key, HUB_KEY);
        } catch (CommandRefused e) {
            if (!e.is(TpmReturnCode.NV_DEFINED)) {
                throw e;
            }
            if (hasHubKey(tpm)) {
                tpm.EvictControl(TPM_HANDLE.OWNER, HUB_KEY, HUB_KEY);
            }
            tpm.EvictControl(TPM_HANDLE.OWNER, key, HUB_KEY);
        }
    }

    private static EndorsementKey endorsementKey(Tpm tpm) throws IOException {
        Optional<Bytes> found = read(tpm, ENDORSEMENT_KEY);
        Bytes key = found.isPresent()
                ? found.get()
                : make(tpm, "endorsement key", TPM_HANDLE.ENDORSEMENT, endorsementTemplate(), ENDORSEMENT_KEY);
        try {
            EndorsementKey decoded = EndorsementKey.decode(key);
            if (!decoded.key().authPolicy().equals(ENDORSEMENT_POLICY)) {
                throw new IllegalArgumentException("its policy is not the standard one");
            }
            return decoded;
        } catch (IllegalArgumentException e) {
            throw unusable("endorsement key", ENDORSEMENT_KEY, e);
        }
    }

    private static RsaStorageKey storageRootKey(Tpm tpm) throws IOException {
        Optional<Bytes> found = read(tpm, STORAGE_ROOT_KEY);
        Bytes key = found.isPresent()
                ? found.get()
                : make(tpm, "storage root key", TPM_HANDLE.OWNER, storageTemplate(), STORAGE_ROOT_KEY);
        try {
            RsaStorageKey decoded = RsaStorageKey.decode(key);
            if ((decoded.attributes() & TPMA_OBJECT.userWithAuth.toInt()) == 0) {
                throw new IllegalArgumentException("it cannot be used without a policy");
            }
            return decoded;
        } catch (IllegalArgumentException e) {
            throw unusable("storage root key", STORAGE_ROOT_KEY, e);
        }
    }

    private static Bytes make(Tpm tpm, String name, TPM_HANDLE hierarchy, TPMT_PUBLIC template, TPM_HANDLE slot) {
        CreatePrimaryResponse made = tpm.CreatePrimary(
                hierarchy,
                new TPMS_SENSITIVE_CREATE(new byte[0], new byte[0]),
                template,
                new byte[0],
                new TPMS_PCR_SELECTION[0]);
        try {
            tpm.EvictControl(TPM_HANDLE.OWNER, made.handle, slot);
        } finally {
            Chip.flush(tpm, made.handle);
        }
        LOG.atInfo().addKeyValue("slot", text(slot)).log("made the " + name);
        return encoded(made.outPublic);
    }

    /** The TPM2B_PUBLIC of what sits in {@code slot}. */
    private static Optional<Bytes> read(Tpm tpm, TPM_HANDLE slot) {
        return readPublic(tpm, slot).map(KeySlots::encoded);
    }

    /** What sits in {@code slot}. */
    static Optional<TPMT_PUBLIC> readPublic(Tpm tpm, TPM_HANDLE slot) {
        try {
            return Optional.of(tpm.ReadPublic(slot).outPublic);
        } catch (CommandRefused e) {
            if (e.is(TpmReturnCode.HANDLE)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static void requireHubKey(Bytes tpm2bPublic) throws IOException {
        try {
            HmacKeyPublic.decode(tpm2bPublic.slice(2, tpm2bPublic.length()));
        } catch (IllegalArgumentException e) {
            throw unusable("hub key", HUB_KEY, e);
        }
    }

    static IOException unusable(String name, TPM_HANDLE slot, IllegalArgumentException why) {
        return new IOException(
                "the TPM's slot " + text(slot) + ", where the " + name + " belongs, holds something else ("
                        + why.getMessage() + "). Postern does not replace it; when nothing else uses it, free the slot"
                        + " with: tpm2_evictcontrol -C o -c " + text(slot),
                why);
    }

    // spec: TCG EK Credential Profile 2.x, B.3.3 Template L-1: unique is 256 zero bytes. That, and the hierarchy, make
    // it the key the manufacturer's certificate is for
    private static TPMT_PUBLIC endorsementTemplate() {
        return template(ENDORSEMENT_POLICY, TPMA_OBJECT.adminWithPolicy);
    }

    // spec: TCG TPM v2.0 Provisioning Guidance, 7.5.1
    private static TPMT_PUBLIC storageTemplate() {
        return template(Bytes.EMPTY, TPMA_OBJECT.userWithAuth, TPMA_OBJECT.noDA);
    }

    private static TPMT_PUBLIC template(Bytes policy, TPMA_OBJECT... more) {
        int attributes = new TPMA_OBJECT(
                        TPMA_OBJECT.fixedTPM,
                        TPMA_OBJECT.fixedParent,
                        TPMA_OBJECT.sensitiveDataOrigin,
                        TPMA_OBJECT.restricted,
                        TPMA_OBJECT.decrypt)
                .toInt();
        for (TPMA_OBJECT one : more) {
            attributes |= one.toInt();
        }
        return new TPMT_PUBLIC(
                TPM_ALG_ID.SHA256,
                new TPMA_OBJECT(attributes),
                policy.toArray(),
                new TPMS_RSA_PARMS(AES_128_CFB, new TPMS_NULL_ASYM_SCHEME(), 2048, 0),
                new TPM2B_PUBLIC_KEY_RSA(new byte[256]));
    }

    private static Bytes encoded(TPMT_PUBLIC area) {
        return Bytes.of(new TPM2B_PUBLIC(area).toBytes());
    }

    static String text(TPM_HANDLE slot) {
        return "0x" + Integer.toHexString(slot.handle);
    }
}
