// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.elsewhere;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Which roots the certificate of a called server must lead to: an operator's own, or this Java's. */
public final class TrustedRoots {
    private TrustedRoots() {}

    /**
     * For calls of servers whose certificates lead there.
     *
     * @param pem CA certificates; absent: the roots of this Java
     * @throws IllegalArgumentException when {@code pem} holds no certificate
     */
    public static SSLContext context(Optional<String> pem) {
        try {
            return pem.isPresent() ? of(pem.get()) : SSLContext.getDefault();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("the CA certificates are not PEM: " + e.getMessage(), e);
        }
    }

    private static SSLContext of(String pem) throws GeneralSecurityException, IOException {
        Collection<? extends Certificate> roots = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
        if (roots.isEmpty()) {
            throw new IllegalArgumentException("the CA certificates are not PEM: there is no certificate in them");
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int number = 0;
        for (Certificate root : roots) {
            store.setCertificateEntry("root-" + number++, root);
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
