// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.AccessDecision.Allowed;
import io.postern.cloud.hub.AccessDecision.Denial;
import io.postern.cloud.hub.AccessDecision.Denied;
import io.postern.cloud.hub.DeviceAuthentication.CertificateAuthority;
import io.postern.cloud.hub.DeviceAuthentication.Sas;
import io.postern.cloud.hub.DeviceAuthentication.SelfSigned;
import io.postern.cloud.hub.x509.Authority;
import io.postern.cloud.hub.x509.CaCertificate;
import io.postern.cloud.hub.x509.CaCertificates;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.cloud.hub.x509.Thumbprint;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Decides about devices by what they showed in the TLS handshake, which has proven that they hold its key (HUB-03,
 * HUB-19). A session lasts no longer than the certificate.
 */
final class CertificateGate {
    private final CaCertificates authorities;

    CertificateGate(CaCertificates authorities) {
        this.authorities = authorities;
    }

    AccessDecision<Principal.Device> admit(CertificateChain chain, DeviceIdentity identity, Instant now) {
        return switch (identity.authentication()) {
            case Sas _ ->
                new Denied<>(
                        Denial.OTHER_AUTHENTICATION,
                        "device " + identity.deviceId()
                                + " authenticates by a token (sas), and came with a client certificate and no token");
            case SelfSigned thumbprints -> byThumbprint(chain, identity, thumbprints, now);
            case CertificateAuthority _ -> byAuthority(chain, identity, now);
        };
    }

    private static AccessDecision<Principal.Device> byThumbprint(
            CertificateChain chain, DeviceIdentity identity, SelfSigned thumbprints, Instant now) {
        if (!thumbprints.names(chain.leaf())) {
            return wrong("the certificate shown (SHA-256 " + Thumbprint.sha256(chain.leaf()) + ", SHA-1 "
                    + Thumbprint.sha1(chain.leaf()) + ") is neither of those whose thumbprints device "
                    + identity.deviceId() + " is registered with");
        }
        return chain.validityFlaw(now)
                .map(CertificateGate::wrong)
                .orElseGet(() -> allowed(chain, identity, new Evidence.OwnCertificate()));
    }

    private AccessDecision<Principal.Device> byAuthority(CertificateChain chain, DeviceIdentity identity, Instant now) {
        List<Authority> above = authorities.all().stream()
                .filter(CaCertificate::verified)
                .map(CaCertificate::authority)
                .filter(authority -> chain.distanceTo(authority).isPresent())
                .toList();
        if (above.isEmpty()) {
            return wrong("the certificate " + CertificateChain.subject(chain.leaf()) + " of device "
                    + identity.deviceId() + " leads to no CA whose possession was proven at this hub; the device must"
                    + " show its whole chain, and an operator prove the CA under /certificates");
        }
        Optional<String> nameFlaw = chain.flawAs(identity.deviceId(), now);
        if (nameFlaw.isPresent()) {
            return wrong(nameFlaw.get());
        }
        return above.stream()
                .filter(authority -> chain.flawUnder(authority, now).isEmpty())
                .findFirst()
                .map(authority -> allowed(chain, identity, new Evidence.IssuedCertificate(authority)))
                .orElseGet(() ->
                        wrong(chain.flawUnder(above.getFirst(), now).orElse("its CA has changed in this moment")));
    }

    private static AccessDecision<Principal.Device> allowed(
            CertificateChain chain, DeviceIdentity identity, Evidence evidence) {
        Instant end = chain.leaf().getNotAfter().toInstant();
        return new Allowed<>(new Principal.Device(identity, evidence, end));
    }

    private static AccessDecision<Principal.Device> wrong(String text) {
        return new Denied<>(Denial.WRONG_CERTIFICATE, text);
    }
}
