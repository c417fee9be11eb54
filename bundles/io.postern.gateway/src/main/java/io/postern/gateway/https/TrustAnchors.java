// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import io.postern.gateway.spi.ClientCertificate;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * The root certificates by which the gateway recognizes the cloud (HUB-21). With a file, these and no others; without,
 * those of the Java runtime.
 */
public final class TrustAnchors {
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"}; // whatever the Java runtime is configured to allow
    private static final long LONGEST_FILE = 1 << 20; // the whole Mozilla list is 220 kB

    private final TrustManager @Nullable [] trust; // null for those of the Java runtime
    private final SSLSocketFactory sockets; // one for all: connections are kept alive per socket factory
    private volatile @Nullable Shown shown;

    /** The sockets that show {@code certificate}; a gateway has one, and another when that is renewed. */
    private record Shown(ClientCertificate certificate, SSLSocketFactory sockets) {}

    private TrustAnchors(SSLContext context, TrustManager @Nullable [] trust) {
        this.trust = trust;
        this.sockets = modern(context);
    }

    /** The public certificate authorities the Java runtime trusts. */
    public static TrustAnchors ofRuntime() {
        try {
            return new TrustAnchors(SSLContext.getDefault(), null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks TLS", e);
        }
    }

    /**
     * The certificates in {@code pem}, and only they.
     *
     * @throws IOException naming the key caFile and the file when it is missing or holds no certificate
     */
    public static TrustAnchors load(Path pem) throws IOException {
        try (InputStream in = Files.newInputStream(pem)) {
            if (Files.size(pem) > LONGEST_FILE) {
                throw new IOException("caFile: " + pem + " is larger than " + LONGEST_FILE
                        + " bytes: not a list of root certificates");
            }
            Collection<? extends Certificate> roots =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (roots.isEmpty()) {
                throw new IOException(
                        "caFile: " + pem + " holds no certificate; put the cloud's root certificate there, as PEM");
            }
            return of(roots);
        } catch (NoSuchFileException e) {
            throw new IOException(
                    "caFile: there is no file " + pem.toAbsolutePath()
                            + "; put the cloud's root certificate there, as PEM",
                    e);
        } catch (CertificateException e) {
            throw new IOException(
                    "caFile: " + pem + " is not a list of certificates in PEM form: " + e.getMessage(), e);
        }
    }

    /** Trusts {@code roots} and nothing else. */
    public static TrustAnchors of(Collection<? extends Certificate> roots) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            try {
                store.load(null, null);
            } catch (IOException e) {
                throw new IllegalStateException("an empty key store cannot be made", e);
            }
            int number = 0;
            for (Certificate root : roots) {
                store.setCertificateEntry("root-" + number++, root);
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return new TrustAnchors(context, trust.getTrustManagers());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks TLS or key stores", e);
        }
    }

    /**
     * Makes sockets that speak TLS 1.2 or 1.3 with servers these anchors vouch for. Whether the server has the name that
     * was asked for is checked by who uses the socket.
     */
    public SSLSocketFactory socketFactory() {
        return sockets;
    }

    /** The same, but the gateway shows {@code certificate} when it is asked for one. */
    public SSLSocketFactory socketFactory(ClientCertificate certificate) {
        Shown last = shown;
        if (last != null && last.certificate().equals(certificate)) {
            return last.sockets();
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {new OwnCertificate(certificate)}, trust, null);
            var next = new Shown(certificate, modern(context));
            shown = next;
            return next.sockets();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks TLS", e);
        }
    }

    private static SSLSocketFactory modern(SSLContext context) {
        return new PreparingSocketFactory(context.getSocketFactory(), TrustAnchors::keepModern);
    }

    private static void keepModern(Socket socket) {
        if (socket instanceof SSLSocket tls) {
            tls.setEnabledProtocols(VERSIONS);
        }
    }
}
