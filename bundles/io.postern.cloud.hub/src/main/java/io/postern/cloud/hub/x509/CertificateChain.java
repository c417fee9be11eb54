// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.x509;

import io.postern.wire.DeviceId;
import io.postern.wire.RegistrationId;
import io.postern.wire.Shown;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * What a device showed in its TLS handshake, its own certificate first. The handshake has proven that it holds the key
 * of that one; everything else is checked here, by pure functions that answer with what is wrong.
 *
 * <p>Revocation is not looked up: a device is kept out by disabling its enrollment or its group.
 */
public record CertificateChain(List<X509Certificate> certificates) {
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"; // RFC 5280, 4.2.1.12
    private static final String ANY_USAGE = "2.5.29.37.0"; // RFC 5280, 4.2.1.12
    private static final int LONGEST = 10; // JSSE takes no longer chain of a client by default

    public CertificateChain {
        if (certificates.isEmpty() || certificates.size() > LONGEST) {
            throw new IllegalArgumentException(
                    "a certificate chain has 1 to " + LONGEST + " certificates, not " + certificates.size());
        }
        certificates = List.copyOf(certificates);
    }

    /** The device's own. */
    public X509Certificate leaf() {
        return certificates.getFirst();
    }

    /** How many certificates lie between the device's own and {@code authority}; empty when it is not above them. */
    public OptionalInt distanceTo(Authority authority) {
        for (int i = 0; i < certificates.size(); i++) {
            if (authority.hasIssued(certificates.get(i))) {
                return OptionalInt.of(i);
            }
        }
        return OptionalInt.empty();
    }

    /** What is wrong with the device's own certificate as that of {@code id}, whoever issued it. */
    public Optional<String> flawAs(RegistrationId id, Instant now) {
        return validityFlaw(now)
                .or(() -> nameFlaw("registration " + id, id.text()::equalsIgnoreCase))
                .or(this::usageFlaw);
    }

    /** What is wrong with the device's own certificate as that of {@code device} in a hub, whoever issued it. */
    public Optional<String> flawAs(DeviceId device, Instant now) {
        return validityFlaw(now)
                .or(() -> nameFlaw("device " + device, device.text()::equals))
                .or(this::usageFlaw);
    }

    /** Whether the device's own certificate is valid yet, and still. */
    public Optional<String> validityFlaw(Instant now) {
        return validityFlaw(leaf(), now);
    }

    /** What is wrong with the way from the device's own certificate up to {@code authority}. */
    public Optional<String> flawUnder(Authority authority, Instant now) {
        OptionalInt distance = distanceTo(authority);
        if (distance.isEmpty()) {
            return Optional.of("the certificate " + subject(leaf()) + " does not lead to the CA "
                    + subject(authority.certificate()) + "; the device must show its whole chain up to there");
        }
        List<X509Certificate> path = certificates.subList(0, distance.getAsInt() + 1);
        Optional<String> flaw = validityFlaw(authority.certificate(), now);
        for (X509Certificate certificate : path) {
            flaw = flaw.or(() -> validityFlaw(certificate, now));
        }
        return flaw.or(() -> lengthFlaw(authority, path)).or(() -> pathFlaw(authority, path, now));
    }

    private static Optional<String> validityFlaw(X509Certificate certificate, Instant now) {
        Instant first = certificate.getNotBefore().toInstant();
        Instant last = certificate.getNotAfter().toInstant();
        if (now.isBefore(first)) {
            return Optional.of("the certificate " + subject(certificate) + " is not valid before " + first + ", it is "
                    + now + " here");
        }
        return now.isAfter(last)
                ? Optional.of("the certificate " + subject(certificate) + " expired at " + last + ", it is " + now
                        + " here; give the device a new one")
                : Optional.empty();
    }

    private Optional<String> nameFlaw(String bearer, Predicate<String> isName) {
        return commonName(leaf()).filter(isName).isPresent()
                ? Optional.empty()
                : Optional.of("the certificate " + subject(leaf()) + " is not one of " + bearer
                        + ": that must be its only common name (CN)");
    }

    private Optional<String> usageFlaw() {
        try {
            List<String> usages = leaf().getExtendedKeyUsage();
            return usages == null || usages.contains(CLIENT_AUTH) || usages.contains(ANY_USAGE)
                    ? Optional.empty()
                    : Optional.of("the certificate " + subject(leaf())
                            + " is not made for clients: its extended key usage lacks clientAuth");
        } catch (CertificateParsingException e) {
            return Optional.of("the extended key usage of the certificate " + subject(leaf()) + " is malformed");
        }
    }

    /** PKIX leaves the constraint of the CA at the top to us (RFC 5280, 6.1.1 d). */
    private static Optional<String> lengthFlaw(Authority authority, List<X509Certificate> path) {
        long between = path.stream()
                .skip(1)
                .filter(ca -> !ca.getIssuerX500Principal().equals(ca.getSubjectX500Principal()))
                .count();
        return between <= authority.longestPath()
                ? Optional.empty()
                : Optional.of("the CA " + subject(authority.certificate()) + " allows a path length of "
                        + authority.longestPath() + ", and there are " + between + " CAs between it and "
                        + subject(path.getFirst()));
    }

    /** RFC 5280, 6.1: signatures, names, basic constraints, key usages and critical extensions. */
    private static Optional<String> pathFlaw(Authority authority, List<X509Certificate> path, Instant now) {
        try {
            CertPath certPath = CertificateFactory.getInstance("X.509").generateCertPath(path);
            var parameters = new PKIXParameters(Set.of(new TrustAnchor(authority.certificate(), null)));
            parameters.setRevocationEnabled(false); // see the class comment
            parameters.setDate(Date.from(now));
            CertPathValidator.getInstance("PKIX").validate(certPath, parameters);
            return Optional.empty();
        } catch (CertPathValidatorException e) {
            String where = e.getIndex() < 0 ? "" : " at the certificate " + subject(path.get(e.getIndex()));
            return Optional.of(
                    "the certificate chain is broken" + where + ": " + e.getReason() + " (" + e.getMessage() + ")");
        } catch (GeneralSecurityException e) {
            return Optional.of("the certificate chain cannot be checked: " + e.getMessage());
        }
    }

    private static List<String> commonNames(X509Certificate certificate) {
        try {
            return new LdapName(certificate.getSubjectX500Principal().getName())
                    .getRdns().stream()
                            .filter(part -> part.getType().equalsIgnoreCase("CN"))
                            .map(Rdn::getValue)
                            .map(String::valueOf)
                            .toList();
        } catch (InvalidNameException e) {
            return List.of();
        }
    }

    /** The subject, made safe to log: strangers choose it. */
    public static String subject(X509Certificate certificate) {
        return "\"" + Shown.of(certificate.getSubjectX500Principal().getName()) + "\"";
    }

    /** The only common name of a certificate; empty when it has none or several. */
    public static Optional<String> commonName(X509Certificate certificate) {
        List<String> names = commonNames(certificate);
        return names.size() == 1 ? Optional.of(names.getFirst()) : Optional.empty();
    }
}
