// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import io.postern.wire.Bytes;
import io.postern.wire.Secret;
import io.postern.wire.dps.TpmAttestation;
import io.postern.wire.tpm.ActivationBlob;
import io.postern.wire.tpm.RsaStorageKey;
import io.postern.wire.tpm.Tpm2b;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;

/**
 * A provisioning service's side of the activation, written from the TPM specification alone (Part 1, 24 and 23.3): the
 * gateway is tested against it, and it against the TPM.
 */
final class ChallengeBuilder {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Bytes SHA256_NAME = Bytes.hex("000b");

    private ChallengeBuilder() {}

    /** A blob that only the TPM of {@code keys} can open, with {@code hmacKey} inside. */
    static ActivationBlob blob(TpmAttestation keys, Secret hmacKey) {
        return blob(keys.endorsementKey().key(), keys.storageRootKey(), hmacKey);
    }

    static ActivationBlob blob(RsaStorageKey endorsementKey, RsaStorageKey storageRootKey, Secret hmacKey) {
        Bytes innerKey = random(16);

        // credential
        Bytes seed = random(32);
        Bytes identity = cfb(kdfa(seed, "STORAGE", storageRootKey.name(), 128), Tpm2b.of(innerKey));
        Bytes integrity = hmac(kdfa(seed, "INTEGRITY", Bytes.EMPTY, 256), identity, storageRootKey.name());

        // the key to import
        Bytes seedValue = random(32);
        Bytes key = Bytes.of(hmacKey.reveal());
        Bytes publicArea = Bytes.concat(
                Bytes.hex("0008000b" + "00040040" + "0000" + "0005000b"), Tpm2b.of(sha256(seedValue, key)));
        Bytes name = Bytes.concat(SHA256_NAME, sha256(publicArea));
        Bytes sensitive = Tpm2b.of(Bytes.concat(Bytes.hex("0008" + "0000"), Tpm2b.of(seedValue), Tpm2b.of(key)));

        // inner wrap under the credential's key, outer wrap for the storage root key
        Bytes inner = cfb(innerKey, Bytes.concat(Tpm2b.of(sha256(sensitive, name)), sensitive));
        Bytes outerSeed = random(32);
        Bytes duplicate = cfb(kdfa(outerSeed, "STORAGE", name, 128), inner);
        Bytes outerHmac = hmac(kdfa(outerSeed, "INTEGRITY", Bytes.EMPTY, 256), duplicate, name);

        return new ActivationBlob(
                Bytes.concat(Tpm2b.of(integrity), identity),
                oaep(endorsementKey, "IDENTITY", seed),
                Bytes.concat(Tpm2b.of(outerHmac), duplicate),
                oaep(storageRootKey, "DUPLICATE", outerSeed),
                publicArea,
                cfb(innerKey, Bytes.utf8("hub.lab.test/devices/gw-1")));
    }

    private static Bytes kdfa(Bytes key, String label, Bytes context, int bits) {
        Bytes counter = Bytes.hex("00000001"); // one block of SHA-256 is enough for 256 bits
        Bytes length = Bytes.of(ByteBuffer.allocate(4).putInt(bits).array());
        return hmac(key, counter, Bytes.utf8(label + "\0"), context, length).slice(0, bits / 8);
    }

    private static Bytes hmac(Bytes key, Bytes... parts) {
        return Secret.of(key.toArray()).hmacSha256(Bytes.concat(parts).toArray());
    }

    private static Bytes random(int length) {
        byte[] octets = new byte[length];
        RANDOM.nextBytes(octets);
        return Bytes.of(octets);
    }

    private static Bytes sha256(Bytes... parts) {
        try {
            return Bytes.of(MessageDigest.getInstance("SHA-256")
                    .digest(Bytes.concat(parts).toArray()));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static Bytes cfb(Bytes key, Bytes clear) {
        try {
            Cipher cipher = Cipher.getInstance("AES/CFB/NoPadding");
            cipher.init(
                    Cipher.ENCRYPT_MODE, new SecretKeySpec(key.toArray(), "AES"), new IvParameterSpec(new byte[16]));
            return Bytes.of(cipher.doFinal(clear.toArray()));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static Bytes oaep(RsaStorageKey key, String label, Bytes seed) {
        try {
            var publicKey = KeyFactory.getInstance("RSA")
                    .generatePublic(new RSAPublicKeySpec(key.modulusValue(), BigInteger.valueOf(65537)));
            Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
            var terminated = new PSource.PSpecified((label + "\0").getBytes(StandardCharsets.US_ASCII));
            cipher.init(
                    Cipher.ENCRYPT_MODE,
                    publicKey,
                    new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, terminated));
            return Bytes.of(cipher.doFinal(seed.toArray()));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
