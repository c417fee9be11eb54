// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.x509;

import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.UtcText;
import jakarta.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Locale;

/** Certificates as the service API writes them. */
public final class CertificateCodec {
    private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
    private static final String END = "-----END CERTIFICATE-----";

    private CertificateCodec() {}

    /**
     * Reads one certificate in PEM, or its DER in base64 (the same without the two lines around it).
     *
     * @throws IllegalArgumentException when it is none, or more than one
     */
    public static X509Certificate parse(String text) {
        String bare = text.strip();
        // the two lines may not share their dashes
        if (bare.length() >= BEGIN.length() + END.length() && bare.startsWith(BEGIN) && bare.endsWith(END)) {
            bare = bare.substring(BEGIN.length(), bare.length() - END.length());
        }
        try {
            return decode(Bytes.base64(bare.replaceAll("\\s", "")));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not one X.509 certificate in PEM or base64: " + e.getMessage(), e);
        }
    }

    /** @throws IllegalArgumentException when {@code der} is no certificate */
    public static X509Certificate decode(Bytes der) {
        try {
            var certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der.toArray()));
            if (!encode(certificate).equals(der)) {
                throw new IllegalArgumentException("something follows the certificate");
            }
            return certificate;
        } catch (CertificateException e) {
            throw new IllegalArgumentException("no DER of a certificate", e);
        }
    }

    public static Bytes encode(X509Certificate certificate) {
        try {
            return Bytes.of(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("the certificate has no encoding", e);
        }
    }

    /** The certificate and what official clients want to know of it. */
    public static JsonObject toJson(X509Certificate certificate) {
        return Json.object()
                .add("certificate", encode(certificate).toBase64())
                .add("info", info(certificate))
                .build();
    }

    private static JsonObject info(X509Certificate certificate) {
        return Json.object()
                .add("subjectName", certificate.getSubjectX500Principal().getName())
                .add("sha1Thumbprint", Thumbprint.sha1(certificate).toString())
                .add("sha256Thumbprint", sha256(certificate))
                .add("issuerName", certificate.getIssuerX500Principal().getName())
                .add("notBeforeUtc", UtcText.of(certificate.getNotBefore().toInstant()))
                .add("notAfterUtc", UtcText.of(certificate.getNotAfter().toInstant()))
                .add("serialNumber", certificate.getSerialNumber().toString(16).toUpperCase(Locale.ROOT))
                .add("version", certificate.getVersion())
                .build();
    }

    /** In upper-case hexadecimal, as operators' tools print it. */
    public static String sha256(X509Certificate certificate) {
        return Thumbprint.sha256(certificate).toString();
    }
}
