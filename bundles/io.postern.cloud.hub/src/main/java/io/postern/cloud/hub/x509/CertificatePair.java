// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.x509;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Two certificates of which either will do, so that one can be replaced while the other is in use. */
public record CertificatePair(X509Certificate primary, Optional<X509Certificate> secondary) {
    public static CertificatePair of(X509Certificate only) {
        return new CertificatePair(only, Optional.empty());
    }

    public List<X509Certificate> all() {
        return Stream.concat(Stream.of(primary), secondary.stream()).toList();
    }
}
