// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A certificate with which the gateway proves itself in the TLS handshake (HUB-03).
 *
 * @param chain the gateway's own certificate first, then those of its issuers; the root may be left out
 * @param key of the first certificate; it may be no more than a handle to a key that never leaves its chip
 */
public record ClientCertificate(List<X509Certificate> chain, PrivateKey key) {
    public ClientCertificate {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("a certificate is needed to prove anything with");
        }
    }

    public X509Certificate own() {
        return chain.getFirst();
    }

    /** Says whose and until when. */
    @Override
    public String toString() {
        return "ClientCertificate[" + own().getSubjectX500Principal() + ", until "
                + own().getNotAfter().toInstant() + "]";
    }
}
