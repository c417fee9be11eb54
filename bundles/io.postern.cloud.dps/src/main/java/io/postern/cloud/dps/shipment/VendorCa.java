// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.shipment;

import io.postern.cloud.hub.x509.Authority;
import io.postern.cloud.hub.x509.CaName;
import io.postern.cloud.hub.x509.CertificateCodec;
import io.postern.wire.Json;
import io.postern.wire.UtcText;
import jakarta.json.JsonObject;
import java.security.cert.X509Certificate;
import java.time.Instant;

/**
 * A root or an intermediate CA of a TPM vendor, as an operator has loaded it. No possession is proven: it is the
 * vendor's, and nobody gains by bringing it in but the vendor's TPMs.
 *
 * @param marks the best that can be said of a TPM below it
 */
public record VendorCa(CaName name, Authority authority, Provenance marks, Instant added) {
    public VendorCa {
        if (marks == Provenance.UNPROVEN) {
            throw new IllegalArgumentException("a vendor's CA marks its TPMs genuine, firmware or software");
        }
    }

    public JsonObject toJson() {
        X509Certificate certificate = authority.certificate();
        return Json.object()
                .add("name", name.text())
                .add("marks", marks.text())
                .add("subject", certificate.getSubjectX500Principal().getName())
                .add("issuer", certificate.getIssuerX500Principal().getName())
                .add("expiry", UtcText.of(certificate.getNotAfter().toInstant()))
                .add("thumbprint", CertificateCodec.sha256(certificate))
                .add("added", UtcText.of(added))
                .build();
    }
}
