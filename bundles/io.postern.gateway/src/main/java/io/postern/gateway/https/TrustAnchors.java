// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import io.postern.gateway.spi.ClientCertificate;
import io.postern.gateway.spi.GatewayClock;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The root certificates by which the gateway recognizes the cloud (HUB-21). With a file, these and no others; without,
 * those of the Java runtime.
 */
public final class TrustAnchors {
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"}; // whatever the Java runtime is configured to allow

    /**
     * The quick compiler knows no AES of the processor's: there ChaCha20 takes less than half the time of a record, and no
     * table that tells of keys by its timing; what takes longest comes last.
     */
    private static final Comparator<String> QUICK_FIRST = Comparator.comparing(
            suite -> suite.contains("CHACHA20") ? 0 : suite.equals("TLS_AES_256_GCM_SHA384") ? 2 : 1);

    private final TrustManager[] trust;
    private final CertificateTime time;
    private final SSLContext context;
    private final SSLSocketFactory sockets; // one for all: connections are kept alive per socket factory
    private volatile @Nullable Shown shown;
    private volatile Runnable refused = () -> {};

    /** The sockets that show {@code certificate}; a gateway has one, and another when that is renewed. */
    private record Shown(ClientCertificate certificate, SSLContext context, SSLSocketFactory sockets) {}

    private TrustAnchors(X509ExtendedTrustManager trust, CertificateTime time) {
        this.time = time;
        this.trust = new TrustManager[] {trust};
        this.context = context(new KeyManager[0], this.trust);
        this.sockets = modern(context);
    }

    private TrustAnchors(Path pem) throws IOException {
        this.time = new CertificateTime();
        this.trust = new TrustManager[] {
            new RootsFile(pem, roots -> trusting(roots, time), this::forgetSessions, () -> refused.run())
        };
        this.context = context(new KeyManager[0], trust);
        this.sockets = modern(context);
    }

    /** The public certificate authorities the Java runtime trusts. */
    public static TrustAnchors ofRuntime() {
        try {
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null); // those of the runtime
            var known = (X509ExtendedTrustManager) factory.getTrustManagers()[0]; // PKIX has this one
            var time = new CertificateTime();
            return new TrustAnchors(new DatedTrust(Stream.of(known.getAcceptedIssuers()), time), time);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks TLS", e);
        }
    }

    /**
     * The certificates in {@code pem}, and only they; read again when the file has changed.
     *
     * @throws IOException naming the key caFile and the file when it is missing or holds no certificate
     */
    public static TrustAnchors load(Path pem) throws IOException {
        return new TrustAnchors(pem);
    }

    /** Trusts {@code roots} and nothing else. */
    public static TrustAnchors of(Collection<? extends Certificate> roots) {
        var time = new CertificateTime();
        return new TrustAnchors(trusting(roots, time), time);
    }

    /** Trusts whoever answers: only for what proves itself by a signature of its own, and never for what is secret. */
    public static TrustAnchors ofAnyone() {
        return new TrustAnchors(new Anyone(), new CertificateTime());
    }

    private static X509ExtendedTrustManager trusting(Collection<? extends Certificate> roots, CertificateTime time) {
        return new DatedTrust(roots.stream().map(X509Certificate.class::cast), time);
    }

    /** Certificates are judged by this clock, not by that of the operating system. */
    public void datesBy(GatewayClock clock) {
        time.by(clock);
    }

    /** The time was confirmed, or put right: what was let in by an estimate is judged once more. */
    public void judgeAgain() {
        forgetSessions();
        time.judge();
    }

    /** {@code action} is run whenever a server is not trusted by the roots of a file; it must be quick. */
    public void onRefusal(Runnable action) {
        refused = action;
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
        SSLContext own = context(new KeyManager[] {new OwnCertificate(certificate)}, trust);
        var next = new Shown(certificate, own, modern(own));
        shown = next;
        return next.sockets();
    }

    /** A resumed session is not checked against the roots again: those that other roots vouched for must not live on. */
    private void forgetSessions() {
        forgetSessions(context);
        Shown last = shown;
        if (last != null) {
            forgetSessions(last.context());
        }
    }

    private static void forgetSessions(SSLContext context) {
        SSLSessionContext sessions = context.getClientSessionContext();
        for (byte[] id : Collections.list(sessions.getIds())) {
            SSLSession session = sessions.getSession(id);
            if (session != null) {
                session.invalidate();
            }
        }
    }

    private static SSLContext context(KeyManager[] keys, TrustManager[] trust) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trust, null);
            return context;
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
            tls.setEnabledCipherSuites(
                    Stream.of(tls.getEnabledCipherSuites()).sorted(QUICK_FIRST).toArray(String[]::new));
        }
    }

    private static final class Anyone extends X509ExtendedTrustManager {
        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("no clients here");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            throw new CertificateException("no clients here");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("no clients here");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
