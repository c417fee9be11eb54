// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim;

import io.postern.wire.Bytes;
import io.postern.wire.Secret;
import io.postern.wire.dps.TpmAttestation;
import io.postern.wire.tpm.ActivationBlob;
import io.postern.wire.tpm.Tpm2b;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;

/**
 * The device's end of the nonce challenge without a TPM: two key pairs in this process and the unwrapping a TPM does
 * (TPM 2.0 Part 1, 23.3 and 24). For load only: it answers a thousand times faster than a chip and keeps no secret.
 */
public final class SimulatedTpm {
    private static final Bytes RSA_AND_SHA256 = Bytes.hex("0001000b");
    private static final Bytes AES_NULL_2048 = Bytes.hex("0006008000430010080000000000");
    private static final String ENDORSEMENT_ATTRIBUTES = "000300b2"; // TCG EK Credential Profile, template L-1
    private static final Bytes ENDORSEMENT_POLICY =
            Bytes.hex("837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa");
    private static final String STORAGE_ATTRIBUTES = "00030472";
    private static final int MAC = 34; // TPM2B_DIGEST of SHA-256

    private final KeyPair endorsement;
    private final KeyPair storage;
    private final TpmAttestation attestation;

    private SimulatedTpm(KeyPair endorsement, KeyPair storage) {
        this.endorsement = endorsement;
        this.storage = storage;
        this.attestation = TpmAttestation.decode(
                publicArea(ENDORSEMENT_ATTRIBUTES, ENDORSEMENT_POLICY, endorsement),
                publicArea(STORAGE_ATTRIBUTES, Bytes.EMPTY, storage));
    }

    /** One with new keys; takes about a second. */
    public static SimulatedTpm manufacture() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return new SimulatedTpm(generator.generateKeyPair(), generator.generateKeyPair());
    }

    public TpmAttestation attestation() {
        return attestation;
    }

    /** TPM2_ActivateCredential and TPM2_Import without their integrity checks: the HMAC key inside the blob. */
    public Secret activate(ActivationBlob blob) throws GeneralSecurityException {
        Bytes seed = open(endorsement, "IDENTITY", blob.credentialSecret());
        Bytes innerKey = content(unwrap(seed, attestation.storageRootKey().name(), blob.credential()));
        Bytes name = Bytes.concat(Bytes.hex("000b"), sha256(blob.keyPublic()));
        Bytes wrapped = unwrap(open(storage, "DUPLICATE", blob.duplicateSecret()), name, blob.duplicate());
        Bytes sensitive = decrypt(innerKey, wrapped);
        Bytes key = sensitive.slice(MAC + 2 + 2 + 2 + 34, sensitive.length()); // sizes, type, auth, seed value
        return Secret.of(content(key).toArray());
    }

    private static Bytes unwrap(Bytes seed, Bytes name, Bytes wrapped) throws GeneralSecurityException {
        return decrypt(kdfa(seed, "STORAGE", name), wrapped.slice(MAC, wrapped.length()));
    }

    private static Bytes content(Bytes tpm2b) {
        return tpm2b.slice(2, 2 + (tpm2b.at(0) << 8 | tpm2b.at(1)));
    }

    private static Bytes open(KeyPair pair, String label, Bytes encrypted) throws GeneralSecurityException {
        var source = new PSource.PSpecified((label + "\0").getBytes(StandardCharsets.US_ASCII));
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
        cipher.init(
                Cipher.DECRYPT_MODE,
                pair.getPrivate(),
                new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, source));
        return Bytes.of(cipher.doFinal(encrypted.toArray()));
    }

    private static Bytes decrypt(Bytes key, Bytes encrypted) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/CFB/NoPadding");
        cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key.toArray(), "AES"), new IvParameterSpec(new byte[16]));
        return Bytes.of(cipher.doFinal(encrypted.toArray()));
    }

    /** KDFa for one AES-128 key: a single round (TPM 2.0 Part 1, 11.4.10.2). */
    private static Bytes kdfa(Bytes seed, String label, Bytes context) {
        var message = new ByteArrayOutputStream();
        message.writeBytes(new byte[] {0, 0, 0, 1});
        message.writeBytes((label + "\0").getBytes(StandardCharsets.US_ASCII));
        message.writeBytes(context.toArray());
        message.writeBytes(new byte[] {0, 0, 0, (byte) 128});
        try (Secret key = Secret.of(seed.toArray())) {
            return key.hmacSha256(message.toByteArray()).slice(0, 16);
        }
    }

    private static Bytes sha256(Bytes octets) throws GeneralSecurityException {
        return Bytes.of(MessageDigest.getInstance("SHA-256").digest(octets.toArray()));
    }

    private static Bytes publicArea(String attributes, Bytes policy, KeyPair pair) {
        return Tpm2b.of(Bytes.concat(
                RSA_AND_SHA256, Bytes.hex(attributes), Tpm2b.of(policy), AES_NULL_2048, Tpm2b.of(modulus(pair))));
    }

    private static Bytes modulus(KeyPair pair) {
        BigInteger modulus = ((RSAPublicKey) pair.getPublic()).getModulus();
        byte[] signed = modulus.toByteArray();
        return Bytes.of(Arrays.copyOfRange(signed, signed.length - 256, signed.length));
    }
}
