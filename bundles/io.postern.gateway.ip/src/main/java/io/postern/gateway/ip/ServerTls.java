// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.ip;

import io.postern.gateway.identity.CertificateFile;
import io.postern.gateway.spi.ClientCertificate;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The endpoint's side of TLS. A renewed certificate counts from the next connection on. */
final class ServerTls {
    private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};
    private static final char[] NO_PASSWORD = {};

    private record Made(ClientCertificate of, SSLContext context) {}

    private final Optional<CertificateFile> file;
    private @Nullable Made made;
    private boolean broken;

    /**
     * @param file empty to leave connections as they are
     * @throws IOException when the certificate cannot be used, with what to do
     */
    ServerTls(Optional<CertificateFile> file) throws IOException {
        this.file = file;
        if (file.isPresent()) {
            made = make(file.get().current());
        }
    }

    /** The connection as the server speaks over it; the handshake has not begun. */
    Socket over(Socket raw) throws IOException {
        Made now = file.isPresent() ? current(file.get()) : null;
        if (now == null) {
            return raw;
        }
        var socket = (SSLSocket) now.context().getSocketFactory().createSocket(raw, null, true);
        socket.setUseClientMode(false);
        socket.setEnabledProtocols(VERSIONS);
        return socket;
    }

    private synchronized @Nullable Made current(CertificateFile from) {
        try {
            ClientCertificate certificate = from.current();
            Made last = made;
            if (last == null || last.of() != certificate) {
                made = make(certificate);
                LOG.atInfo()
                        .addKeyValue("certificate", certificate)
                        .log("the endpoint for sensors has a new certificate");
            }
            broken = false;
        } catch (IOException e) {
            if (!broken) {
                LOG.atWarn().setCause(e).log("the endpoint for sensors keeps the certificate it had");
            }
            broken = true;
        }
        return made;
    }

    private static Made make(ClientCertificate certificate) throws IOException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(
                    "endpoint",
                    certificate.key(),
                    NO_PASSWORD,
                    certificate.chain().toArray(X509Certificate[]::new));
            var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, NO_PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return new Made(certificate, context);
        } catch (GeneralSecurityException e) {
            throw new IOException("certificateFile: this certificate cannot serve TLS: " + e.getMessage(), e);
        }
    }
}
