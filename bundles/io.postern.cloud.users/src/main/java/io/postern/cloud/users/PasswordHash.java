// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.users;

import io.postern.wire.Bytes;
import io.postern.wire.Secret;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * What is kept of a password: PBKDF2 with HMAC-SHA512 (RFC 8018, 5.2), with a salt and its own count of rounds, as
 * {@code pbkdf2-sha512$rounds$salt$hash} in base64.
 */
record PasswordHash(int rounds, Bytes salt, Bytes hash) {
    private static final String ALGORITHM = "pbkdf2-sha512";
    private static final int ROUNDS = 210_000; // what OWASP asks for; a fifth of a second of one core
    private static final int SALT = 16; // NIST SP 800-132, 5.1
    private static final int HASH = 64;

    static PasswordHash of(Secret password, SecureRandom random) {
        byte[] salt = new byte[SALT];
        random.nextBytes(salt);
        return new PasswordHash(ROUNDS, Bytes.of(salt), derive(password, ROUNDS, Bytes.of(salt)));
    }

    /** Of no password, at no cost: checking one against it takes as long as against any other. */
    static PasswordHash nobodys(SecureRandom random) {
        byte[] salt = new byte[SALT];
        byte[] hash = new byte[HASH];
        random.nextBytes(salt);
        random.nextBytes(hash);
        return new PasswordHash(ROUNDS, Bytes.of(salt), Bytes.of(hash));
    }

    /** @throws IllegalArgumentException when it is not what {@link #text} gives */
    static PasswordHash parse(String text) {
        List<String> parts = List.of(text.split("\\$", -1));
        if (parts.size() != 4 || !parts.getFirst().equals(ALGORITHM)) {
            throw new IllegalArgumentException("a stored password does not begin with " + ALGORITHM);
        }
        return new PasswordHash(Integer.parseInt(parts.get(1)), Bytes.base64(parts.get(2)), Bytes.base64(parts.get(3)));
    }

    String text() {
        return ALGORITHM + "$" + rounds + "$" + salt.toBase64() + "$" + hash.toBase64();
    }

    boolean isOf(Secret password) {
        return MessageDigest.isEqual(
                hash.toArray(), derive(password, rounds, salt).toArray());
    }

    private static Bytes derive(Secret password, int rounds, Bytes salt) {
        char[] characters = password.revealUtf8().toCharArray();
        try {
            return Bytes.of(SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
                    .generateSecret(new PBEKeySpec(characters, salt.toArray(), rounds, HASH * 8))
                    .getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks PBKDF2 with SHA-512", e);
        } finally {
            Arrays.fill(characters, '\0');
        }
    }

    @Override
    public String toString() {
        return "PasswordHash[" + rounds + " rounds]"; // what it guards can be guessed from the rest
    }
}
