// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.challenge;

import io.postern.wire.Bytes;
import io.postern.wire.Secret;
import io.postern.wire.tpm.RsaStorageKey;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;

/** The four primitives TPM 2.0 builds credentials and duplicates from, over SHA-256 and AES-128. */
final class TpmCrypto {
    private static final BigInteger EXPONENT = BigInteger.valueOf(65537);

    private TpmCrypto() {}

    static Bytes sha256(Bytes... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Bytes part : parts) {
                digest.update(part.toArray());
            }
            return Bytes.of(digest.digest());
        } catch (GeneralSecurityException e) {
            throw lacking("SHA-256", e);
        }
    }

    /**
     * spec: TPM 2.0 Part 1, 11.4.10.2, KDFa: HMAC in counter mode over counter, label, a zero octet, context, bits.
     * Every use here has an empty second context.
     */
    static Secret kdfa(Secret key, String label, Bytes context, int bits) {
        Bytes suffix = Bytes.concat(Bytes.utf8(label), Bytes.of((byte) 0), context, uint32(bits));
        var stream = new ByteArrayOutputStream();
        for (int counter = 1; stream.size() < bits / 8; counter++) {
            stream.writeBytes(
                    key.hmacSha256(Bytes.concat(uint32(counter), suffix).toArray())
                            .toArray());
        }
        return Secret.of(Arrays.copyOf(stream.toByteArray(), bits / 8));
    }

    /** AES-128 in full-block cipher feedback from a zero vector; each key is used for one text only. */
    static Bytes cfb(Secret key, Bytes clear) {
        try {
            Cipher cipher = Cipher.getInstance("AES/CFB/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key.reveal(), "AES"), new IvParameterSpec(new byte[16]));
            return Bytes.of(cipher.doFinal(clear.toArray()));
        } catch (GeneralSecurityException e) {
            throw lacking("AES/CFB", e);
        }
    }

    /** spec: TPM 2.0 Part 1, B.4: OAEP with SHA-256 in both places; the label ends with a zero octet. */
    static Bytes oaep(RsaStorageKey to, String label, Secret seed, SecureRandom random) {
        var source = new PSource.PSpecified((label + "\0").getBytes(StandardCharsets.US_ASCII));
        var parameters = new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, source);
        try {
            var key = KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(to.modulusValue(), EXPONENT));
            Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
            cipher.init(Cipher.ENCRYPT_MODE, key, parameters, random);
            return Bytes.of(cipher.doFinal(seed.reveal()));
        } catch (GeneralSecurityException e) {
            throw lacking("RSA-2048 with OAEP and SHA-256", e);
        }
    }

    private static Bytes uint32(int number) {
        return Bytes.of((byte) (number >> 24), (byte) (number >> 16), (byte) (number >> 8), (byte) number);
    }

    private static IllegalStateException lacking(String what, GeneralSecurityException cause) {
        return new IllegalStateException("this Java runtime lacks " + what, cause);
    }
}
