// SPDX-License-Identifier: Apache-2.0
package io.postern.factory.x509;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A CA of one's own, ready to sign.
 *
 * @param chain its own certificate first, the root's last
 */
public record SiteCa(PrivateKey key, List<X509Certificate> chain) {
    public SiteCa {
        chain = List.copyOf(chain);
        X509Certificate own = chain.getFirst();
        if (own.getBasicConstraints() < 0) {
            throw new IllegalArgumentException(
                    "the certificate of " + own.getSubjectX500Principal() + " is none of a CA");
        }
    }

    public X509Certificate certificate() {
        return chain.getFirst();
    }

    /** How many CAs may stand below it. */
    int pathLength() {
        return certificate().getBasicConstraints();
    }

    @Override
    public String toString() {
        return "SiteCa[" + certificate().getSubjectX500Principal() + "]";
    }
}
