// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.tls;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** What a client showed in its TLS handshake. The handshake has proven possession of the first one's key, no more. */
public final class ShownCertificates {
    private ShownCertificates() {}

    /** The client's own first; empty when it showed none, or there is no session because the connection has gone. */
    public static List<X509Certificate> in(@Nullable SSLSession session) {
        if (session == null) {
            return List.of();
        }
        try {
            Certificate[] shown = session.getPeerCertificates();
            return Arrays.stream(shown).map(X509Certificate.class::cast).toList();
        } catch (SSLPeerUnverifiedException e) {
            return List.of(); // how JSSE says that the client showed none
        }
    }
}
