// SPDX-License-Identifier: Apache-2.0
package io.postern.factory.x509;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Texts of certificates and keys (RFC 7468). */
public final class Pem {
    /** How a key's text ends when it was written to its end. */
    public static final String END_OF_KEY = "-----END PRIVATE KEY-----\n";

    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'}); // RFC 7468, 2

    private Pem() {}

    /** All of a chain, the first one first. */
    public static String certificates(List<X509Certificate> chain) {
        var text = new StringBuilder();
        try {
            for (X509Certificate certificate : chain) {
                text.append(block("CERTIFICATE", certificate.getEncoded()));
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate has no encoding", e);
        }
        return text.toString();
    }

    /** @throws IllegalArgumentException when the text holds no certificate */
    public static List<X509Certificate> parseCertificates(String text) {
        try {
            List<X509Certificate> found = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (found.isEmpty()) {
                throw new IllegalArgumentException("there is no certificate in it");
            }
            return found;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not certificates in PEM: " + e.getMessage(), e);
        }
    }

    /** PKCS#8 as it is. */
    public static String key(PrivateKey key) {
        return block("PRIVATE KEY", key.getEncoded());
    }

    static String block(String type, byte[] content) {
        return "-----BEGIN " + type + "-----\n" + LINES.encodeToString(content) + "\n-----END " + type + "-----\n";
    }

    /** @throws IllegalArgumentException when the text holds no such block */
    static byte[] content(String type, String text) {
        Matcher found = Pattern.compile("-----BEGIN " + type + "-----([A-Za-z0-9+/=\\s]+)-----END " + type + "-----")
                .matcher(text);
        if (!found.find()) {
            throw new IllegalArgumentException("there is no " + type + " in PEM form in it");
        }
        return Base64.getMimeDecoder().decode(found.group(1));
    }
}
