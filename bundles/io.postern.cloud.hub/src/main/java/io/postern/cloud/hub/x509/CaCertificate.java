// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.x509;

import io.postern.wire.Json;
import io.postern.wire.UtcText;
import jakarta.json.JsonObject;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;

/**
 * A CA that an operator has made known.
 *
 * @param verificationCode what the common name of a certificate must be that proves possession of the CA's key
 * @param verified whether that was proven; before, the CA counts for nothing
 */
public record CaCertificate(
        CaName name,
        Authority authority,
        Optional<String> verificationCode,
        boolean verified,
        String etag,
        Instant created,
        Instant lastUpdated) {

    /** As the hosted service's resource API shows it. */
    public JsonObject toJson() {
        X509Certificate certificate = authority.certificate();
        var properties = Json.object()
                .add("subject", certificate.getSubjectX500Principal().getName())
                .add("expiry", UtcText.of(certificate.getNotAfter().toInstant()))
                .add("thumbprint", CertificateCodec.sha256(certificate))
                .add("isVerified", verified)
                .add("created", UtcText.of(created))
                .add("updated", UtcText.of(lastUpdated))
                .add("certificate", CertificateCodec.encode(certificate).toBase64());
        verificationCode.ifPresent(code -> properties.add("verificationCode", code));
        return Json.object()
                .add("name", name.text())
                .add("etag", etag)
                .add("properties", properties)
                .build();
    }
}
