// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import io.postern.wire.Bytes;
import java.io.IOException;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tss.Tpm;
import tss.tpm.CreateResponse;
import tss.tpm.TPMA_OBJECT;
import tss.tpm.TPMS_ECC_PARMS;
import tss.tpm.TPMS_ECC_POINT;
import tss.tpm.TPMS_NULL_KDF_SCHEME;
import tss.tpm.TPMS_NULL_SIG_SCHEME;
import tss.tpm.TPMS_PCR_SELECTION;
import tss.tpm.TPMS_SENSITIVE_CREATE;
import tss.tpm.TPMS_SIGNATURE_ECDSA;
import tss.tpm.TPMS_SIG_SCHEME_ECDSA;
import tss.tpm.TPMT_PUBLIC;
import tss.tpm.TPMT_SYM_DEF_OBJECT;
import tss.tpm.TPMT_TK_HASHCHECK;
import tss.tpm.TPM_ALG_ID;
import tss.tpm.TPM_ECC_CURVE;
import tss.tpm.TPM_HANDLE;

/**
 * The key of the gateway's certificate: ECDSA on P-256, made inside the TPM below the storage root key and fixed there,
 * in a slot of its own beside the hub key's.
 */
final class CertificateKey {
    static final TPM_HANDLE SLOT = TPM_HANDLE.persistent(0x0000_0101);

    private static final Logger LOG = LoggerFactory.getLogger(CertificateKey.class);
    private static final String CURVE = "secp256r1";
    // spec: TPM 2.0 Part 2, 8.3: neither it nor its parent can leave, the TPM chose it, and it signs what it is given
    private static final int ATTRIBUTES = new TPMA_OBJECT(
                    TPMA_OBJECT.fixedTPM,
                    TPMA_OBJECT.fixedParent,
                    TPMA_OBJECT.sensitiveDataOrigin,
                    TPMA_OBJECT.userWithAuth,
                    TPMA_OBJECT.noDA,
                    TPMA_OBJECT.sign)
            .toInt();

    private CertificateKey() {}

    /** The public half; the key is made when the slot is empty, and the storage root key must be in its own. */
    static ECPublicKey readOrMake(Tpm tpm) throws IOException {
        Optional<TPMT_PUBLIC> found = KeySlots.readPublic(tpm, SLOT);
        return publicKey(found.isPresent() ? found.get() : make(tpm));
    }

    /** The signature of a SHA-256 digest, in the form certificates and TLS want it: DER of r and s (RFC 3279, 2.2.3). */
    static byte[] sign(Tpm tpm, byte[] digest) throws IOException {
        var signature = tpm.Sign(SLOT, digest, new TPMS_NULL_SIG_SCHEME(), TPMT_TK_HASHCHECK.nullTicket());
        if (!(signature instanceof TPMS_SIGNATURE_ECDSA ecdsa)) {
            throw new IOException("the TPM signed with " + signature.GetUnionSelector() + ", not with ECDSA");
        }
        return Der.sequence(Der.integer(ecdsa.signatureR), Der.integer(ecdsa.signatureS))
                .toArray();
    }

    private static TPMT_PUBLIC make(Tpm tpm) {
        CreateResponse made = tpm.Create(
                KeySlots.STORAGE_ROOT_KEY,
                new TPMS_SENSITIVE_CREATE(new byte[0], new byte[0]),
                template(),
                new byte[0],
                new TPMS_PCR_SELECTION[0]);
        TPM_HANDLE loaded = tpm.Load(KeySlots.STORAGE_ROOT_KEY, made.outPrivate, made.outPublic);
        try {
            tpm.EvictControl(TPM_HANDLE.OWNER, loaded, SLOT);
        } finally {
            Chip.flush(tpm, loaded);
        }
        LOG.atInfo().addKeyValue("slot", KeySlots.text(SLOT)).log("made the key of the gateway's certificate");
        return made.outPublic;
    }

    private static TPMT_PUBLIC template() {
        return new TPMT_PUBLIC(
                TPM_ALG_ID.SHA256,
                new TPMA_OBJECT(ATTRIBUTES),
                Bytes.EMPTY.toArray(),
                new TPMS_ECC_PARMS(
                        new TPMT_SYM_DEF_OBJECT(TPM_ALG_ID.NULL, 0, TPM_ALG_ID.NULL),
                        new TPMS_SIG_SCHEME_ECDSA(TPM_ALG_ID.SHA256),
                        TPM_ECC_CURVE.NIST_P256,
                        new TPMS_NULL_KDF_SCHEME()),
                new TPMS_ECC_POINT(new byte[0], new byte[0]));
    }

    /** @throws IOException when the slot holds something else, which is left there */
    private static ECPublicKey publicKey(TPMT_PUBLIC area) throws IOException {
        if (!(area.parameters instanceof TPMS_ECC_PARMS parameters)
                || !(area.unique instanceof TPMS_ECC_POINT point)
                || !parameters.curveID.equals(TPM_ECC_CURVE.NIST_P256)
                || !(parameters.scheme instanceof TPMS_SIG_SCHEME_ECDSA)) {
            throw unusable("it is no ECDSA key on P-256");
        }
        if ((area.objectAttributes.toInt() & ATTRIBUTES) != ATTRIBUTES) {
            throw unusable("it may leave the TPM, was not made in it, or is not for signing");
        }
        try {
            AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
            curve.init(new ECGenParameterSpec(CURVE));
            var spec = new ECPublicKeySpec(
                    new ECPoint(new BigInteger(1, point.x), new BigInteger(1, point.y)),
                    curve.getParameterSpec(ECParameterSpec.class));
            return (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(spec);
        } catch (GeneralSecurityException e) {
            throw new IOException("this Java runtime does not take the TPM's P-256 key", e);
        }
    }

    private static IOException unusable(String why) {
        return KeySlots.unusable("key of the gateway's certificate", SLOT, new IllegalArgumentException(why));
    }
}
