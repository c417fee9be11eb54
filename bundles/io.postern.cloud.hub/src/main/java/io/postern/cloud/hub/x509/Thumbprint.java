// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.x509;

import io.postern.wire.Bytes;
import io.postern.wire.Shown;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What one certificate is known by: the SHA-1 (20 octets) or SHA-256 (32 octets) of its DER. Operators choose which,
 * official clients write both.
 */
public record Thumbprint(Bytes digest) {
    private static final int SHA_1 = 20;
    private static final int SHA_256 = 32;
    private static final Pattern FORM = Pattern.compile("([0-9A-Fa-f]{2}){20}|([0-9A-Fa-f]{2}){32}");

    public Thumbprint {
        if (digest.length() != SHA_1 && digest.length() != SHA_256) {
            throw new IllegalArgumentException("a thumbprint has " + SHA_1 + " (SHA-1) or " + SHA_256
                    + " octets (SHA-256), not " + digest.length());
        }
    }

    /** @param text 40 or 64 hexadecimal digits; the colons that some tools print between octets are passed over */
    public static Thumbprint parse(String text) {
        String digits = text.strip().replace(":", "");
        if (!FORM.matcher(digits).matches()) {
            throw new IllegalArgumentException(
                    "a thumbprint is 40 (SHA-1) or 64 (SHA-256) hexadecimal digits, not \"" + Shown.of(text) + "\"");
        }
        return new Thumbprint(Bytes.hex(digits));
    }

    public static Thumbprint sha1(X509Certificate certificate) {
        return digest(certificate, "SHA-1");
    }

    public static Thumbprint sha256(X509Certificate certificate) {
        return digest(certificate, "SHA-256");
    }

    /** Whether this is the thumbprint of {@code certificate}. Nothing here is secret: thumbprints are public. */
    public boolean isOf(X509Certificate certificate) {
        return equals(digest.length() == SHA_1 ? sha1(certificate) : sha256(certificate));
    }

    private static Thumbprint digest(X509Certificate certificate, String algorithm) {
        try {
            byte[] octets = CertificateCodec.encode(certificate).toArray();
            return new Thumbprint(Bytes.of(MessageDigest.getInstance(algorithm).digest(octets)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime lacks " + algorithm, e);
        }
    }

    /** Upper-case hexadecimal, as operators' tools print it. */
    @Override
    public String toString() {
        return digest.toString().toUpperCase(Locale.ROOT);
    }
}
