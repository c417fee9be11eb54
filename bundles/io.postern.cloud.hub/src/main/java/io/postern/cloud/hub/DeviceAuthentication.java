// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.x509.Thumbprint;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.stream.Stream;

/** How a device proves to this hub that it is the one (HUB-03, HUB-04). What it does not name, does not open. */
public sealed interface DeviceAuthentication {

    /** The word of the wire. */
    String type();

    /** By a token, signed with either of two keys. */
    record Sas(SymmetricKeys keys) implements DeviceAuthentication {
        @Override
        public String type() {
            return "sas";
        }
    }

    /** By a certificate in the TLS handshake, whose key never leaves the device. */
    sealed interface ByCertificate extends DeviceAuthentication {}

    /** By either of two certificates, whoever issued them; at least one is named (HUB-20). */
    record SelfSigned(Optional<Thumbprint> primary, Optional<Thumbprint> secondary) implements ByCertificate {
        public SelfSigned {
            if (primary.isEmpty() && secondary.isEmpty()) {
                throw new IllegalArgumentException(
                        "a device of type selfSigned has a primary or secondary thumbprint; give one");
            }
        }

        public static SelfSigned of(X509Certificate only) {
            return new SelfSigned(Optional.of(Thumbprint.sha256(only)), Optional.empty());
        }

        boolean names(X509Certificate certificate) {
            return Stream.of(primary, secondary).flatMap(Optional::stream).anyMatch(each -> each.isOf(certificate));
        }

        @Override
        public String type() {
            return "selfSigned";
        }
    }

    /** By a certificate for its device id that leads to a CA of the hub's list whose possession was proven. */
    record CertificateAuthority() implements ByCertificate {
        @Override
        public String type() {
            return "certificateAuthority";
        }
    }
}
