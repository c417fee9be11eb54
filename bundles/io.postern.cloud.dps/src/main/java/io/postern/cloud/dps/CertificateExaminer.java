// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.DeviceAuthentication;
import io.postern.cloud.hub.x509.Authority;
import io.postern.cloud.hub.x509.CaCertificates;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.cloud.hub.x509.CertificateCodec;
import io.postern.cloud.hub.x509.CertificatePair;
import io.postern.wire.dps.RegistrationStatus.Mechanism;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Examines devices by the certificate of their TLS connection (DPS-05). */
final class CertificateExaminer {
    private final CaCertificates authorities;
    private final InstantSource clock;

    /** A group's CA above a device. */
    record Issuer(EnrollmentGroup group, Authority authority, int distance) {}

    CertificateExaminer(CaCertificates authorities, InstantSource clock) {
        this.authorities = authorities;
        this.clock = clock;
    }

    /** By one of two certificates. */
    Proof examine(RegistrationAttempt attempt, CertificatePair enrolled) {
        if (attempt.chain().isEmpty()) {
            return noCertificate(attempt);
        }
        CertificateChain chain = attempt.chain().get();
        if (!enrolled.all().contains(chain.leaf())) {
            return Proof.notProven("the certificate shown (SHA-256 thumbprint " + CertificateCodec.sha256(chain.leaf())
                    + ") is neither of those enrolled for " + attempt.id());
        }
        return proof(chain, chain.flawAs(attempt.id(), clock.instant()));
    }

    /** By a CA of the list. */
    Proof examine(RegistrationAttempt attempt, AttestationMechanism.CaReferences enrolled) {
        if (attempt.chain().isEmpty()) {
            return noCertificate(attempt);
        }
        CertificateChain chain = attempt.chain().get();
        List<Authority> named = verified(enrolled);
        if (named.isEmpty()) {
            return Proof.notProven("possession of the CA " + enrolled.primary() + ", which registration " + attempt.id()
                    + " is enrolled under, has not been proven; an operator must verify it under /certificates");
        }
        Authority above = named.stream()
                .filter(authority -> chain.distanceTo(authority).isPresent())
                .findFirst()
                .orElse(named.getFirst());
        return under(attempt, chain, above);
    }

    /** By the CA of a group. */
    Proof examine(RegistrationAttempt attempt, CertificateChain chain, Issuer issuer) {
        boolean proven =
                switch (issuer.group().attestation()) {
                    case AttestationMechanism.SigningCertificates _ -> authorities.vouchFor(issuer.authority());
                    case AttestationMechanism.CaReferences _ -> true;
                    case AttestationMechanism.SymmetricKey _, AttestationMechanism.OfShipment _ -> false;
                };
        if (!proven) {
            return Proof.notProven(
                    "possession of the CA "
                            + CertificateChain.subject(issuer.authority().certificate()) + " of enrollment group "
                            + issuer.group().id()
                            + " has not been proven; an operator must verify it, or the CA that issued it, under /certificates");
        }
        return under(attempt, chain, issuer.authority());
    }

    /** The group whose CA is nearest to the device: it decides, also when a farther one would be kinder. */
    Optional<Issuer> nearest(CertificateChain chain, List<EnrollmentGroup> groups) {
        return groups.stream()
                .flatMap(group -> authorities(group).stream().flatMap(authority -> {
                    OptionalInt distance = chain.distanceTo(authority);
                    return distance.stream().mapToObj(far -> new Issuer(group, authority, far));
                }))
                .min(Comparator.comparingInt(Issuer::distance));
    }

    private List<Authority> authorities(EnrollmentGroup group) {
        return switch (group.attestation()) {
            case AttestationMechanism.SigningCertificates signing -> signing.authorities();
            case AttestationMechanism.CaReferences references -> verified(references);
            case AttestationMechanism.SymmetricKey _, AttestationMechanism.OfShipment _ -> List.of();
        };
    }

    private List<Authority> verified(AttestationMechanism.CaReferences references) {
        return references.names().stream()
                .flatMap(name -> authorities.verified(name).stream())
                .toList();
    }

    private Proof under(RegistrationAttempt attempt, CertificateChain chain, Authority authority) {
        Instant now = clock.instant();
        return proof(chain, chain.flawUnder(authority, now).or(() -> chain.flawAs(attempt.id(), now)));
    }

    private Proof proof(CertificateChain chain, Optional<String> flaw) {
        return flaw.map(Proof::notProven)
                .orElseGet(() -> new Proof.Proven(
                        Optional.of(Mechanism.X509),
                        new Credential.Certificate(chain.leaf()),
                        DeviceAuthentication.SelfSigned.of(chain.leaf()), // also under a CA: as the hosted service does
                        Optional.empty()));
    }

    private static Proof noCertificate(RegistrationAttempt attempt) {
        return Proof.otherAttestation("registration " + attempt.id()
                + " proves itself with a certificate, and none was shown in the TLS handshake of this connection");
    }
}
