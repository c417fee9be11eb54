// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Checks chains as the Java runtime does, names included, but as of a date of ours: the operating system's clock may be
 * anything.
 */
final class DatedTrust extends X509ExtendedTrustManager {
    private final X509Certificate[] roots;
    private final Set<TrustAnchor> anchors;
    private final CertificateTime time;

    /** @param time knows on which date a chain must be valid */
    DatedTrust(Stream<X509Certificate> roots, CertificateTime time) {
        this.roots = roots.toArray(X509Certificate[]::new);
        this.anchors =
                Stream.of(this.roots).map(root -> new TrustAnchor(root, null)).collect(Collectors.toSet());
        this.time = time;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        asOf(time.of(chain)).checkServerTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        asOf(time.of(chain)).checkServerTrusted(chain, type, socket);
        time.accepted(chain, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        asOf(time.of(chain)).checkServerTrusted(chain, type, engine); // none of ours uses engines
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("no clients here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        throw new CertificateException("no clients here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        throw new CertificateException("no clients here");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return roots.clone();
    }

    /** One for each handshake: a millisecond beside the handshake's own tens. */
    private X509ExtendedTrustManager asOf(Date when) throws CertificateException {
        try {
            var parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
            parameters.setRevocationEnabled(false); // as the runtime's own
            parameters.setDate(when);
            var factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(new CertPathTrustManagerParameters(parameters));
            return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
        } catch (GeneralSecurityException e) {
            throw new CertificateException("this Java runtime cannot check certificates", e);
        }
    }
}
