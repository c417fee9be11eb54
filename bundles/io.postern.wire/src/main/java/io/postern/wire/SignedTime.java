// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;

/**
 * The time, signed under the key of the device that asks for it. The device sends a number it has never used before in the
 * header {@link #NONCE}; any answer may carry the time in the header {@link #HEADER}: the instant, a space and the
 * signature in base64.
 *
 * <p>The signature is HMAC-SHA256 over {@code postern-time}, the nonce and the instant, a line feed between each. It can
 * be no token's: those sign two lines, the second of digits alone ({@link SasToken#stringToSign}).
 *
 * @param time to the millisecond
 */
public record SignedTime(Instant time, Bytes signature) {
    /** Of a question. */
    public static final String NONCE = "Postern-Time-Nonce";

    /** Of an answer. */
    public static final String HEADER = "Postern-Time";

    private static final Pattern NONCES = Pattern.compile("[0-9a-f]{32}"); // 16 octets
    private static final int LONGEST = 100; // 24 of an instant, 44 of a signature, some more for years to come

    public SignedTime {
        time = time.truncatedTo(ChronoUnit.MILLIS);
    }

    /** Whether this can be asked with: 16 octets in lower hexadecimal digits. */
    public static boolean isNonce(String text) {
        return NONCES.matcher(text).matches();
    }

    /** @throws IllegalArgumentException when {@code nonce} is none */
    public static SignedTime sign(String nonce, Instant now, Secret key) {
        Instant time = now.truncatedTo(ChronoUnit.MILLIS);
        return new SignedTime(time, key.hmacSha256(stringToSign(nonce, time)));
    }

    /** The octets that are signed. */
    public static byte[] stringToSign(String nonce, Instant time) {
        if (!isNonce(nonce)) {
            throw new IllegalArgumentException(NONCE + ": 32 hexadecimal digits, not \"" + Shown.of(nonce) + "\"");
        }
        return ("postern-time\n" + nonce + "\n" + time).getBytes(StandardCharsets.UTF_8);
    }

    /** Whether {@code own}, what the device's key makes of {@link #stringToSign}, is the signature. */
    public boolean isSignature(Bytes own) {
        return MessageDigest.isEqual(signature.toArray(), own.toArray());
    }

    /** As it stands in the header. */
    public String text() {
        return time + " " + signature.toBase64();
    }

    /** @throws IllegalArgumentException when it is no signed time */
    public static SignedTime parse(String text) {
        int space = text.indexOf(' ');
        if (text.length() > LONGEST || space < 0) {
            throw new IllegalArgumentException(
                    HEADER + ": an instant, a space, a signature, not \"" + Shown.of(text) + "\"");
        }
        try {
            return new SignedTime(Instant.parse(text.substring(0, space)), Bytes.base64(text.substring(space + 1)));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(HEADER + ": no instant in \"" + Shown.of(text) + "\"", e);
        }
    }
}
