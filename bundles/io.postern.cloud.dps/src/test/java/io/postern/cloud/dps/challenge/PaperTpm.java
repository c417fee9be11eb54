// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.challenge;

import io.postern.wire.Bytes;
import io.postern.wire.Secret;
import io.postern.wire.dps.TpmAttestation;
import io.postern.wire.tpm.ActivationBlob;
import io.postern.wire.tpm.Tpm2b;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.spec.MGF1ParameterSpec;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;

/** The device's end of a challenge on paper: two key pairs and the unwrapping a TPM does, every integrity checked. */
public final class PaperTpm {
    private final KeyPair endorsement;
    private final KeyPair storage;

    public PaperTpm() {
        this(TestTpmKeys.generate());
    }

    private PaperTpm(KeyPair endorsement) {
        this.endorsement = endorsement;
        this.storage = TestTpmKeys.generate();
    }

    public TpmAttestation attestation() {
        return TpmAttestation.decode(TestTpmKeys.endorsementKey(endorsement), TestTpmKeys.storageRootKey(storage));
    }

    /** The same chip after it was cleared: the endorsement key stays, the storage root key is another. */
    public PaperTpm cleared() {
        return new PaperTpm(endorsement);
    }

    /** TPM2_ActivateCredential and TPM2_Import: the HMAC key, or an error when the blob is not for this TPM. */
    public Secret activate(ActivationBlob blob) {
        try {
            Secret seed = open(endorsement, "IDENTITY\0", blob.credentialSecret());
            Bytes srkName = attestation().storageRootKey().name();
            Bytes innerKey = unsized(checked(blob.credential(), seed, srkName));
            Bytes name = Bytes.concat(Bytes.hex("000b"), TpmCrypto.sha256(blob.keyPublic()));
            Secret duplicateSeed = open(storage, "DUPLICATE\0", blob.duplicateSecret());
            Bytes inner = decrypt(Secret.of(innerKey.toArray()), checked(blob.duplicate(), duplicateSeed, name));
            Bytes sensitive = inner.slice(34, inner.length());
            require(inner.slice(2, 34).equals(TpmCrypto.sha256(sensitive, name)), "inner integrity");
            return Secret.of(
                    unsized(sensitive.slice(2 + 2 + 2 + 34, sensitive.length())).toArray());
        } catch (GeneralSecurityException e) {
            throw new AssertionError("the blob is not for this TPM", e);
        }
    }

    private static Bytes checked(Bytes wrapped, Secret seed, Bytes name) throws GeneralSecurityException {
        Bytes encrypted = wrapped.slice(34, wrapped.length());
        Secret macKey = TpmCrypto.kdfa(seed, "INTEGRITY", Bytes.EMPTY, 256);
        Bytes mac = macKey.hmacSha256(Bytes.concat(encrypted, name).toArray());
        require(wrapped.slice(0, 34).equals(Tpm2b.of(mac)), "outer integrity");
        return decrypt(TpmCrypto.kdfa(seed, "STORAGE", name, 128), encrypted);
    }

    private static Bytes unsized(Bytes tpm2b) {
        require((tpm2b.at(0) << 8 | tpm2b.at(1)) == tpm2b.length() - 2, "size");
        return tpm2b.slice(2, tpm2b.length());
    }

    private static Bytes decrypt(Secret key, Bytes encrypted) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/CFB/NoPadding");
        cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key.reveal(), "AES"), new IvParameterSpec(new byte[16]));
        return Bytes.of(cipher.doFinal(encrypted.toArray()));
    }

    static Secret open(KeyPair pair, String label, Bytes encrypted) throws GeneralSecurityException {
        var source = new PSource.PSpecified(label.getBytes(StandardCharsets.US_ASCII));
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
        cipher.init(
                Cipher.DECRYPT_MODE,
                pair.getPrivate(),
                new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, source));
        return Secret.of(cipher.doFinal(encrypted.toArray()));
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("the blob's " + what + " does not hold");
        }
    }
}
