// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import io.postern.gateway.spi.ClientCertificate;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.UnreachableException;
import io.postern.wire.SasToken;
import jakarta.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
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

    private final TrustAnchors anchors;
    private final Optional<HttpProxy> proxy;
    private final Limits limits;
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
     */
    public record Answer(int status, Optional<Duration> retryAfter, String body) {}

    public HttpsExchange(TrustAnchors anchors, Limits limits) {
        this(anchors, Optional.empty(), limits);
    }

    /** @param proxy through which every server is reached */
    public HttpsExchange(TrustAnchors anchors, Optional<HttpProxy> proxy, Limits limits) {
        this.anchors = anchors;
        this.proxy = proxy;
        this.limits = limits;
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
        try {
            if (!(open(to) instanceof HttpsURLConnection connection)) {
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
            if (body.isPresent()) {
                connection.setDoOutput(true);
                connection.setRequestProperty("Content-Type", "application/json; charset=utf-8");
                try (OutputStream out = connection.getOutputStream()) {
                    out.write(body.get().toString().getBytes(StandardCharsets.UTF_8));
                }
            }
            return answer(connection);
        } catch (IOException e) {
            throw new UnreachableException(
                    "cannot reach " + to.getHost() + port(to) + ": " + Obstacle.of(e, limits.connect()), e);
        }
    }

    private URLConnection open(URI to) throws IOException {
        return proxy.isPresent()
                ? to.toURL().openConnection(Proxy.NO_PROXY) // our own sockets find the way
                : to.toURL().openConnection();
    }

    private SSLSocketFactory through(SSLSocketFactory below) {
        if (proxy.isEmpty()) {
            return below;
        }
        Tunnels last = tunnels;
        if (last == null || last.below() != below) {
            last = new Tunnels(below, new TunnelSocketFactory(below, proxy.get()));
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

    private Answer answer(HttpsURLConnection connection) throws IOException {
        int status = connection.getResponseCode();
        InputStream stream = status >= 400 ? connection.getErrorStream() : connection.getInputStream();
        return new Answer(status, RetryAfter.of(connection), stream == null ? "" : read(stream));
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
