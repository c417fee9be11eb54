// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import io.postern.ctl.TrustRoots;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Connects to a server over TLS as our programs do: certificate and name are checked.
 *
 * @param caFile the root to trust; empty for Java's own
 */
record TlsPeer(String host, int port, Names names, Optional<Path> caFile) {
    private static final Duration PATIENCE = Duration.ofSeconds(5); // a person waits; one lost SYN costs 1 s, two 3 s
    private static final int MOST = 8192; // of an answer's head
    private static final Pattern DATE = Pattern.compile("(?im)^Date: *(.*?)\\r?$");

    /**
     * What the server showed.
     *
     * @param serverTime by its own clock; empty when it is no web server or does not tell
     */
    record Greeting(String protocol, X509Certificate certificate, Optional<Instant> serverTime) {}

    /** @param http whether to ask a web question after the handshake, for the server's time */
    Greeting greet(boolean http) throws IOException {
        SSLSocketFactory tls = TrustRoots.context(caFile).getSocketFactory();
        try (var plain = new Socket()) {
            plain.connect(new InetSocketAddress(names.find(host), port), (int) PATIENCE.toMillis());
            plain.setSoTimeout((int) PATIENCE.toMillis());
            try (var socket = (SSLSocket) tls.createSocket(plain, host, port, true)) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                return new Greeting(
                        socket.getSession().getProtocol(),
                        (X509Certificate) socket.getSession().getPeerCertificates()[0],
                        http ? time(socket) : Optional.empty());
            }
        }
    }

    private Optional<Instant> time(SSLSocket socket) throws IOException {
        String question = "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(question.getBytes(StandardCharsets.US_ASCII));
        String answer = new String(socket.getInputStream().readNBytes(MOST), StandardCharsets.ISO_8859_1);
        Matcher date = DATE.matcher(answer);
        try {
            return date.find()
                    ? Optional.of(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date.group(1))))
                    : Optional.empty();
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
