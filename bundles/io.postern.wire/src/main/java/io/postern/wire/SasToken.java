// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A shared access signature: {@code SharedAccessSignature sr=...&sig=...&se=...[&skn=...]} (HUB-07).
 *
 * <p>The signature is HMAC-SHA256 over the {@code sr} text <em>exactly as it stands in the token</em>, a line feed and
 * the expiry in seconds since 1970. Fields may come in any order; {@code skn} names a shared access policy, and is
 * absent or empty when the device's own key signed.
 *
 * @param sr the resource as written, signed as written
 * @param expiry seconds resolution, UTC
 * @param keyName the shared access policy that signed, empty for the device's own key
 */
public record SasToken(String sr, Bytes signature, Instant expiry, Optional<String> keyName) {
    private static final String SCHEME = "SharedAccessSignature ";
    private static final int MOST = 4096; // four times the longest resource encoded, beside signature and expiry

    /**
     * Reads a token; the signature is not checked here.
     *
     * @throws IllegalArgumentException naming what is missing, doubled or malformed; never repeating the signature
     */
    public static SasToken parse(String text) {
        if (text.length() > MOST) {
            throw new IllegalArgumentException(
                    "a token has at most " + MOST + " characters, this one " + text.length());
        }
        if (!text.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw new IllegalArgumentException("a token starts with \"SharedAccessSignature \"");
        }
        Map<String, String> fields = new HashMap<>();
        for (String field : text.substring(SCHEME.length()).trim().split("&", 8)) {
            int equals = field.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("a token is made of name=value fields joined by &");
            }
            if (fields.put(field.substring(0, equals), field.substring(equals + 1)) != null) {
                throw new IllegalArgumentException(
                        "a token field stands twice: " + Shown.of(field.substring(0, equals)));
            }
        }
        String sr = required(fields, "sr");
        ResourceUri.decode(sr);
        String keyName = fields.getOrDefault("skn", "");
        return new SasToken(
                sr,
                signature(required(fields, "sig")),
                expiry(required(fields, "se")),
                keyName.isEmpty() ? Optional.empty() : Optional.of(decoded(keyName)));
    }

    /**
     * Signs a token.
     *
     * @param resource written percent-encoded, signed so
     * @param signer HMAC-SHA256 over the string to sign: a key in memory or one that stays in a TPM
     */
    public static SasToken sign(
            ResourceUri resource, Instant expiry, Optional<String> keyName, Function<byte[], Bytes> signer) {
        String sr = resource.encoded();
        return new SasToken(sr, signer.apply(stringToSign(sr, expiry)), expiry, keyName);
    }

    /** The octets that are signed: {@code sr}, a line feed, the expiry in seconds. */
    public static byte[] stringToSign(String sr, Instant expiry) {
        return (sr + "\n" + expiry.getEpochSecond()).getBytes(StandardCharsets.UTF_8);
    }

    public ResourceUri resource() {
        return ResourceUri.decode(sr);
    }

    public boolean isExpired(Instant now) {
        return !expiry.isAfter(now);
    }

    /** Whether {@code key} made this signature. Takes the same time whatever the answer. */
    public boolean isSignedBy(Secret key) {
        return MessageDigest.isEqual(
                signature.toArray(), key.hmacSha256(stringToSign(sr, expiry)).toArray());
    }

    /** The token as it goes on the wire. A secret: whoever holds it is the device until it expires. */
    public Secret text() {
        String name = keyName.map(n -> "&skn=" + encode(n)).orElse("");
        return Secret.utf8(
                SCHEME + "sr=" + sr + "&sig=" + encode(signature.toBase64()) + "&se=" + expiry.getEpochSecond() + name);
    }

    /** Says whose and until when, not the signature. */
    @Override
    public String toString() {
        return "SasToken[" + Shown.of(sr) + ", until " + expiry
                + keyName.map(n -> ", policy " + Shown.of(n)).orElse("") + "]";
    }

    private static String required(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException("a token needs the field " + name);
        }
        return value;
    }

    private static Bytes signature(String sig) {
        try {
            return Bytes.base64(decoded(sig));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the sig field of a token is percent-encoded base64", e);
        }
    }

    private static Instant expiry(String se) {
        try {
            return Instant.ofEpochSecond(Long.parseLong(se));
        } catch (NumberFormatException | java.time.DateTimeException e) {
            throw new IllegalArgumentException(
                    "the se field of a token is seconds since 1970, not \"" + Shown.of(se) + "\"", e);
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20"); // a plus is a plus in a token
    }
}
