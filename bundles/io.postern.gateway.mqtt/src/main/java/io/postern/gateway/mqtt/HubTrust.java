// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Which hubs are believed: those whose certificate ends at one of the configured roots (HUB-21). */
final class HubTrust {
    private HubTrust() {}

    /**
     * @param caFile PEM, one or more root certificates, nothing else is trusted then; none means the roots of the Java
     *     runtime
     */
    static SSLContext context(Optional<Path> caFile) throws IOException {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(caFile.isPresent() ? roots(caFile.get()) : null);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "caFile: cannot use the root certificates "
                            + caFile.map(Path::toString).orElse("of the Java runtime") + ": " + e.getMessage(),
                    e);
        }
    }

    private static KeyStore roots(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream pem = Files.newInputStream(file)) {
            for (Certificate root : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                store.setCertificateEntry("root-" + store.size(), root);
            }
        }
        if (store.size() == 0) {
            throw new GeneralSecurityException("no certificate in the file");
        }
        return store;
    }
}
