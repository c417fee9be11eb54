// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import io.postern.gateway.spi.ClientCertificate;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.UnreachableException;
import io.postern.gateway.time.TimeWitness;
import io.postern.wire.SasToken;
import io.postern.wire.SignedTime;
import jakarta.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * One JSON request to the cloud and its answer, with the server's name verified and everything bounded.
 *
 * <p>Over {@link HttpsURLConnection}, not the newer client: it needs no threads of its own, and starts ten times faster
 * on a small machine.
 */
public final class HttpsExchange {
    private static final int LONGEST_BODY = 96 * 1024; // the provisioning service's own limit of a message
    private static final int SHORT = 16 * 1024; // octets that a socket takes whether anybody reads or not

    private final TrustAnchors anchors;
    private final Optional<SiteProxy> proxy;
    private final Limits limits;
    private final Addresses addresses;
    private volatile Optional<TimeWitness> witness = Optional.empty();
    private volatile @Nullable Tunnels tunnels;

    /** Of one factory of sockets: the JDK keeps connections alive per factory, so it must stay the same. */
    private record Tunnels(SSLSocketFactory below, SSLSocketFactory through) {}

    /**
     * @param connect to reach the server, TLS not included
     * @param silence between any two pieces of its answer
     * @param answer for the whole answer
     */
    public record Limits(Duration connect, Duration silence, Duration answer) {
        /** Bad mobile links take seconds for a handshake; official clients wait 10 s for an answer, we are patient. */
        public static final Limits DEFAULT =
                new Limits(Duration.ofSeconds(15), Duration.ofSeconds(30), Duration.ofSeconds(60));
    }

    /**
     * @param retryAfter what the server asks for, unchecked
     * @param body text, whatever the status
     * @param fields of its head, by names in lower case; of one that stands there twice the first
     */
    public record Answer(int status, Optional<Duration> retryAfter, String body, Map<String, String> fields) {}

    /**
     * What is sent along.
     *
     * @param contentType of {@code octets}
     */
    private record Content(String contentType, byte[] octets) {}

    public HttpsExchange(TrustAnchors anchors, Limits limits) {
        this(anchors, Optional.empty(), limits);
    }

    /** @param proxy through which every server is reached */
    public HttpsExchange(TrustAnchors anchors, Optional<SiteProxy> proxy, Limits limits) {
        this(anchors, proxy, limits, Addresses.ofSystem());
    }

    HttpsExchange(TrustAnchors anchors, Optional<SiteProxy> proxy, Limits limits, Addresses addresses) {
        this.addresses = addresses;
        this.anchors = anchors;
        this.proxy = proxy;
        this.limits = limits;
    }

    /** From now on answers are heard for what they say about the time. */
    public void heardBy(TimeWitness listener) {
        witness = Optional.of(listener);
    }

    /**
     * Sends a request and reads its answer, whatever its status.
     *
     * @param proof a token to send along, or the certificate to show in the handshake
     * @param body sent as JSON; none for a GET
     * @throws UnreachableException saying what was tried and why it did not work: unreachable, not the server it should be,
     *     silent, or an answer too long
     */
    public Answer send(String method, URI to, Optional<Credential> proof, Optional<JsonObject> body)
            throws UnreachableException {
        Optional<Content> content = body.map(json ->
                new Content("application/json; charset=utf-8", json.toString().getBytes(StandardCharsets.UTF_8)));
        return send(method, to, proof, Map.of(), content);
    }

    /** The same with a head and a body of the caller's own; the body of {@code contentType}, none when that is empty. */
    Answer send(
            String method,
            URI to,
            Optional<Credential> proof,
            Map<String, String> head,
            String contentType,
            byte[] octets)
            throws UnreachableException {
        return send(
                method,
                to,
                proof,
                head,
                contentType.isEmpty() ? Optional.empty() : Optional.of(new Content(contentType, octets)));
    }

    private Answer send(
            String method, URI to, Optional<Credential> proof, Map<String, String> head, Optional<Content> content)
            throws UnreachableException {
        int tried = 0;
        try {
            Optional<String> nonce = witness.flatMap(TimeWitness::nonce);
            while (true) {
                tried++;
                HttpsURLConnection connection = prepared(method, to, proof, head, content, nonce);
                Optional<InetAddress> before = addresses.last(to.getHost());
                try {
                    connection.connect(); // apart from the question, whose time counts; nothing is asked yet
                } catch (IOException e) {
                    if (tried >= worthTrying(to.getHost(), before)) {
                        throw e;
                    }
                    continue;
                }
                return asked(connection, content, nonce);
            }
        } catch (IOException e) {
            throw Obstacle.before(to.getHost() + port(to), e, limits.connect(), tried);
        }
    }

    /** How many addresses in all, now that one has failed: {@code before}, or the first that was ever tried. */
    private int worthTrying(String host, Optional<InetAddress> before) {
        return before.or(() -> addresses.last(host))
                .map(address -> addresses.failed(host, address))
                .orElse(1); // a proxy looks names up itself
    }

    private HttpsURLConnection prepared(
            String method,
            URI to,
            Optional<Credential> proof,
            Map<String, String> head,
            Optional<Content> content,
            Optional<String> nonce)
            throws IOException {
        // our own sockets find the way
        if (!(to.toURL().openConnection(Proxy.NO_PROXY) instanceof HttpsURLConnection connection)) {
            throw new IllegalArgumentException("only https is spoken here, not " + to);
        }
        connection.setSSLSocketFactory(through(anchors.socketFactory()));
        proof.ifPresent(credential -> prove(connection, credential));
        connection.setConnectTimeout((int) limits.connect().toMillis());
        connection.setReadTimeout((int) limits.silence().toMillis());
        connection.setInstanceFollowRedirects(false); // a token must not travel on
        connection.setUseCaches(false);
        connection.setRequestMethod(method);
        connection.setRequestProperty("Accept", "application/json");
        connection.setRequestProperty("User-Agent", "postern-gateway");
        head.forEach(connection::setRequestProperty);
        nonce.ifPresent(number -> connection.setRequestProperty(SignedTime.NONCE, number));
        if (content.isPresent()) {
            connection.setDoOutput(true);
            connection.setRequestProperty("Content-Type", content.get().contentType());
        }
        return connection;
    }

    private Answer asked(HttpsURLConnection connection, Optional<Content> content, Optional<String> nonce)
            throws IOException {
        // now: an answer without a body gives the connection away, and its certificates with it
        List<Certificate> shown = List.of(connection.getServerCertificates());
        var watch = new Watch(connection, limits.silence().plus(limits.answer()));
        content.filter(body -> body.octets().length > SHORT).ifPresent(_ -> watch.begin());
        try {
            long asked = System.nanoTime();
            if (content.isPresent()) {
                try (OutputStream out = connection.getOutputStream()) {
                    out.write(content.get().octets());
                }
            }
            return answer(connection, shown, nonce, asked);
        } catch (IOException | RuntimeException e) { // the JDK's own does not expect to be cut
            if (watch.hasCut()) {
                throw new IOException("it did not take the request in time", e);
            }
            throw e;
        } finally {
            watch.over.countDown();
        }
    }

    /** A server that reads nothing would hold up for ever who writes to it: the JDK has no time-out for that. */
    private record Watch(HttpsURLConnection connection, Duration most, CountDownLatch over, AtomicBoolean cut) {
        Watch(HttpsURLConnection connection, Duration most) {
            this(connection, most, new CountDownLatch(1), new AtomicBoolean());
        }

        void begin() {
            Thread.startVirtualThread(this::run);
        }

        boolean hasCut() {
            return cut.get();
        }

        private void run() {
            try {
                if (!over.await(most.toMillis(), TimeUnit.MILLISECONDS)) {
                    cut.set(true);
                    connection.disconnect();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private SSLSocketFactory through(SSLSocketFactory below) {
        Tunnels last = tunnels;
        if (last == null || last.below() != below) {
            Supplier<Socket> sockets = proxy.<Supplier<Socket>>map(by -> () -> new TunnelSocket(by))
                    .orElse(() -> new DirectSocket(addresses));
            last = new Tunnels(below, new WayfindingSocketFactory(below, sockets));
            tunnels = last;
        }
        return last.through();
    }

    private void prove(HttpsURLConnection connection, Credential credential) {
        switch (credential) {
            case Credential.Token(SasToken token) ->
                connection.setRequestProperty("Authorization", token.text().revealUtf8());
            case Credential.Certificate(ClientCertificate certificate) ->
                connection.setSSLSocketFactory(through(anchors.socketFactory(certificate)));
        }
    }

    private Answer answer(HttpsURLConnection connection, List<Certificate> shown, Optional<String> nonce, long asked)
            throws IOException {
        int status = connection.getResponseCode();
        long answered = System.nanoTime();
        if (witness.isPresent()) {
            witness.get()
                    .heard(new TimeWitness.Answer(
                            connection.getURL().getHost(),
                            shown,
                            Optional.ofNullable(connection.getHeaderField("Date")),
                            Optional.ofNullable(connection.getHeaderField(SignedTime.HEADER)),
                            nonce,
                            asked,
                            answered));
        }
        InputStream stream = status >= 400 ? connection.getErrorStream() : connection.getInputStream();
        return new Answer(status, RetryAfter.of(connection), stream == null ? "" : read(stream), fields(connection));
    }

    private static Map<String, String> fields(HttpsURLConnection connection) {
        Map<String, String> fields = new HashMap<>();
        connection.getHeaderFields().forEach((name, values) -> {
            if (name != null && !values.isEmpty()) { // the status line has no name
                fields.put(name.toLowerCase(Locale.ROOT), values.getLast()); // the JDK turns their order round
            }
        });
        return Map.copyOf(fields);
    }

    private String read(InputStream stream) throws IOException {
        long start = System.nanoTime();
        var body = new ByteArrayOutputStream();
        byte[] piece = new byte[8192];
        try (stream) {
            for (int n = stream.read(piece); n >= 0; n = stream.read(piece)) {
                body.write(piece, 0, n);
                if (body.size() > LONGEST_BODY) {
                    throw new IOException("its answer is longer than " + LONGEST_BODY + " bytes");
                }
                if (System.nanoTime() - start > limits.answer().toNanos()) {
                    throw new SocketTimeoutException("Read timed out");
                }
            }
        }
        return body.toString(StandardCharsets.UTF_8);
    }

    private static String port(URI to) {
        return to.getPort() < 0 ? "" : ":" + to.getPort();
    }
}
