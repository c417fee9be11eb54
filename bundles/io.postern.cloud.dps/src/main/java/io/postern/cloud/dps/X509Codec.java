// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.x509.Authority;
import io.postern.cloud.hub.x509.CaName;
import io.postern.cloud.hub.x509.CertificateCodec;
import io.postern.cloud.hub.x509.CertificatePair;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.security.cert.X509Certificate;
import java.util.Optional;

/** The member {@code attestation.x509}; also how certificates lie in the database. */
final class X509Codec {
    private static final String CLIENTS = "clientCertificates";
    private static final String SIGNERS = "signingCertificates";
    private static final String REFERENCES = "caReferences";

    private X509Codec() {}

    static AttestationMechanism.OfDevice ofDevice(JsonObject x509) {
        Optional<CertificatePair> clients = pair(x509, CLIENTS);
        if (clients.isPresent()) {
            return new AttestationMechanism.ClientCertificates(clients.get());
        }
        return references(x509)
                .orElseThrow(() -> new IllegalArgumentException("attestation.x509 of an enrollment names " + CLIENTS
                        + ".primary.certificate or " + REFERENCES + ".primary"));
    }

    static AttestationMechanism.OfGroup ofGroup(JsonObject x509) {
        Optional<CertificatePair> signers = pair(x509, SIGNERS);
        if (signers.isPresent()) {
            return new AttestationMechanism.SigningCertificates(
                    new Authority(signers.get().primary()),
                    signers.get().secondary().map(Authority::new));
        }
        return references(x509)
                .orElseThrow(() -> new IllegalArgumentException("attestation.x509 of an enrollment group names "
                        + SIGNERS + ".primary.certificate or " + REFERENCES + ".primary"));
    }

    static JsonObject toJson(AttestationMechanism.ClientCertificates attestation) {
        return Json.object().add(CLIENTS, toJson(attestation.certificates())).build();
    }

    static JsonObject toJson(AttestationMechanism.SigningCertificates attestation) {
        var pair = new CertificatePair(
                attestation.primary().certificate(), attestation.secondary().map(Authority::certificate));
        return Json.object().add(SIGNERS, toJson(pair)).build();
    }

    static JsonObject toJson(AttestationMechanism.CaReferences attestation) {
        var names = Json.object().add("primary", attestation.primary().text());
        attestation.secondary().ifPresent(name -> names.add("secondary", name.text()));
        return Json.object().add(REFERENCES, names).build();
    }

    private static JsonObject toJson(CertificatePair pair) {
        var json = Json.object().add("primary", CertificateCodec.toJson(pair.primary()));
        pair.secondary().ifPresent(certificate -> json.add("secondary", CertificateCodec.toJson(certificate)));
        return json.build();
    }

    private static Optional<CertificatePair> pair(JsonObject x509, String name) {
        return Json.object(x509, name).flatMap(pair -> certificate(pair, name, "primary")
                .map(primary -> new CertificatePair(primary, certificate(pair, name, "secondary"))));
    }

    private static Optional<X509Certificate> certificate(JsonObject pair, String name, String which) {
        return Json.object(pair, which)
                .flatMap(entry -> Json.text(entry, "certificate"))
                .filter(text -> !text.isBlank())
                .map(text -> {
                    try {
                        return CertificateCodec.parse(text);
                    } catch (IllegalArgumentException e) {
                        throw new IllegalArgumentException(
                                "attestation.x509." + name + "." + which + ".certificate: " + e.getMessage(), e);
                    }
                });
    }

    private static Optional<AttestationMechanism.CaReferences> references(JsonObject x509) {
        return Json.object(x509, REFERENCES).flatMap(names -> name(names, "primary")
                .map(primary -> new AttestationMechanism.CaReferences(primary, name(names, "secondary"))));
    }

    private static Optional<CaName> name(JsonObject names, String which) {
        return Json.text(names, which).filter(text -> !text.isBlank()).map(CaName::new);
    }
}
