// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import io.postern.ctl.TrustRoots;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Connects to a server over TLS as our programs do: certificate and name are checked.
 *
 * @param caFile the root to trust; empty for Java's own
 * @param tunnel the way there, when it is through a proxy
 */
record TlsPeer(String host, int port, Names names, Optional<Path> caFile, Optional<Tunnel> tunnel) {
    private static final Duration PATIENCE = Duration.ofSeconds(5); // a person waits; one lost SYN costs 1 s, two 3 s
    private static final int MOST = 8192; // of an answer's head
    private static final Pattern DATE = Pattern.compile("(?im)^Date: *(.*?)\\r?$");
    private static final Pattern STATUS = Pattern.compile("^HTTP/1\\.[01] ([0-9]{3})");

    /**
     * What the server showed.
     *
     * @param serverTime by its own clock; empty when it is no web server or does not tell
     * @param status of its answer; empty when it is no web server
     */
    record Greeting(
            String protocol, X509Certificate certificate, Optional<Instant> serverTime, Optional<Integer> status) {}

    /** The certificates a server showed, also when they were refused. */
    static final class Shown {
        private volatile List<X509Certificate> chain = List.of();

        List<X509Certificate> chain() {
            return chain;
        }
    }

    /**
     * @param http whether to ask a web question after the handshake, for the server's time
     * @param shown takes the server's certificates
     */
    Greeting greet(boolean http, Shown shown) throws IOException {
        SSLContext tls = context(shown);
        try (var plain = new Socket()) {
            connect(plain);
            try (var socket = (SSLSocket) tls.getSocketFactory().createSocket(plain, host, port, true)) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                String answer = http ? ask(socket) : "";
                Matcher status = STATUS.matcher(answer);
                return new Greeting(
                        socket.getSession().getProtocol(),
                        (X509Certificate) socket.getSession().getPeerCertificates()[0],
                        time(answer),
                        status.find() ? Optional.of(Integer.valueOf(status.group(1))) : Optional.empty());
            }
        }
    }

    private void connect(Socket plain) throws IOException {
        if (tunnel.isEmpty()) {
            plain.connect(new InetSocketAddress(names.find(host), port), (int) PATIENCE.toMillis());
            plain.setSoTimeout((int) PATIENCE.toMillis());
            return;
        }
        String answer = tunnel.get().ask(plain, host + ":" + port);
        if (!answer.matches("HTTP/1\\.[01] 2.*")) {
            throw new IOException("the proxy does not let us through; see its check");
        }
    }

    private String ask(SSLSocket socket) throws IOException {
        String question = "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(question.getBytes(StandardCharsets.US_ASCII));
        return new String(socket.getInputStream().readNBytes(MOST), StandardCharsets.ISO_8859_1);
    }

    private static Optional<Instant> time(String answer) {
        Matcher date = DATE.matcher(answer);
        try {
            return date.find()
                    ? Optional.of(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date.group(1))))
                    : Optional.empty();
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private SSLContext context(Shown shown) throws IOException {
        try {
            KeyStore roots = null;
            if (caFile.isPresent()) {
                roots = KeyStore.getInstance("PKCS12");
                roots.load(null, null);
                int number = 0;
                for (Certificate root : TrustRoots.read(caFile.get())) {
                    roots.setCertificateEntry("root-" + number++, root);
                }
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(roots);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    null,
                    new TrustManager[] {new Noting((X509ExtendedTrustManager) trust.getTrustManagers()[0], shown)},
                    null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("this Java runtime cannot set up TLS with " + caFile, e);
        }
    }

    /** Judges as the one behind it, and notes what was judged. */
    private static final class Noting extends X509ExtendedTrustManager {
        private final X509ExtendedTrustManager judge;
        private final Shown shown;

        Noting(X509ExtendedTrustManager judge, Shown shown) {
            this.judge = judge;
            this.shown = shown;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            shown.chain = List.of(chain);
            judge.checkServerTrusted(chain, type, socket);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            shown.chain = List.of(chain);
            judge.checkServerTrusted(chain, type, engine);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            shown.chain = List.of(chain);
            judge.checkServerTrusted(chain, type);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            judge.checkClientTrusted(chain, type, socket);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            judge.checkClientTrusted(chain, type, engine);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            judge.checkClientTrusted(chain, type);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return judge.getAcceptedIssuers();
        }
    }
}
