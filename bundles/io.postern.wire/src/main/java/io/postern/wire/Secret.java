// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Key material or a bearer token. It never prints itself, compares in constant time and can be wiped.
 *
 * <p>The holder owns the only copy: arrays handed in are copied, {@link #reveal()} copies again.
 */
public final class Secret implements AutoCloseable {
    private final byte[] octets;

    private Secret(byte[] octets) {
        this.octets = octets;
    }

    public static Secret of(byte[] octets) {
        return new Secret(octets.clone());
    }

    public static Secret utf8(String text) {
        return new Secret(text.getBytes(StandardCharsets.UTF_8));
    }

    /** @throws IllegalArgumentException when {@code text} is not base64; the message does not repeat the text */
    public static Secret base64(String text) {
        try {
            return new Secret(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "a key must be base64 (RFC 4648, 4); this one of " + text.length() + " characters is not");
        }
    }

    /** {@code length} fresh random octets. */
    public static Secret random(int length, RandomGenerator random) {
        byte[] octets = new byte[length];
        random.nextBytes(octets);
        return new Secret(octets);
    }

    public int length() {
        return octets.length;
    }

    /** A copy of the octets, for the moment of use. */
    public byte[] reveal() {
        return octets.clone();
    }

    /** The secret as text, for the moment it is put on the wire. */
    public String revealUtf8() {
        return new String(octets, StandardCharsets.UTF_8);
    }

    public String revealBase64() {
        return Base64.getEncoder().encodeToString(octets);
    }

    /** HMAC-SHA256 under this key (RFC 2104), 32 octets. */
    public Bytes hmacSha256(byte[] message) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(octets, "HmacSHA256"));
            return Bytes.of(mac.doFinal(message));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks HmacSHA256", e);
        }
    }

    /** Overwrites the octets; the secret is all zeros from then on. */
    @Override
    public void close() {
        Arrays.fill(octets, (byte) 0);
    }

    @Override
    public boolean equals(@org.jspecify.annotations.Nullable Object other) {
        return other instanceof Secret that && MessageDigest.isEqual(octets, that.octets);
    }

    /** The same for all secrets of one length, so that no table layout tells them apart. */
    @Override
    public int hashCode() {
        return octets.length;
    }

    @Override
    public String toString() {
        return "Secret[" + octets.length + " bytes]";
    }
}
