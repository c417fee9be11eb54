// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import io.postern.gateway.spi.Channel;
import io.postern.gateway.spi.ClientCertificate;
import io.postern.gateway.spi.Dialer;
import io.postern.gateway.spi.UnreachableException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** Opens channels over TLS, and WebSockets in them; through a proxy when there is one. */
public final class TlsDialer implements Dialer {
    private static final int LINGER_SECONDS = 1; // a server that answers a close does so within; one that is gone never

    private final TrustAnchors anchors;
    private final Optional<HttpProxy> proxy;
    private final Limits limits;

    /**
     * @param connect to reach the server or the proxy, and again for the proxy's answer
     * @param silence between any two pieces of the handshakes
     */
    public record Limits(Duration connect, Duration silence) {
        /** A lost SYN is repeated three times within; a port that swallows them must not hold up the next way for long. */
        public static final Limits DEFAULT = new Limits(Duration.ofSeconds(10), Duration.ofSeconds(10));
    }

    public TlsDialer(TrustAnchors anchors, Optional<HttpProxy> proxy, Limits limits) {
        this.anchors = anchors;
        this.proxy = proxy;
        this.limits = limits;
    }

    @Override
    public Channel dial(Destination to, Optional<ClientCertificate> certificate) throws UnreachableException {
        Socket plain = proxy.<Socket>map(TunnelSocket::new).orElseGet(Socket::new);
        try {
            SSLSocket tls = secure(plain, to, certificate);
            return to.webSocket().isPresent()
                    ? WebSocketChannel.upgrade(tls, to.host(), to.webSocket().get())
                    : new TlsChannel(tls);
        } catch (IOException e) {
            TlsChannel.close(plain);
            throw new UnreachableException("cannot reach " + to + ": " + Obstacle.of(e, limits.connect()), e);
        }
    }

    private SSLSocket secure(Socket plain, Destination to, Optional<ClientCertificate> certificate) throws IOException {
        plain.connect(address(to), (int) limits.connect().toMillis());
        plain.setSoLinger(true, LINGER_SECONDS);
        plain.setTcpNoDelay(true); // short questions, each waiting for its answer
        plain.setSoTimeout((int) limits.silence().toMillis());
        SSLSocketFactory factory = certificate.map(anchors::socketFactory).orElseGet(anchors::socketFactory);
        SSLSocket tls = (SSLSocket) factory.createSocket(plain, to.host(), to.port(), true);
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS"); // the server's name, RFC 9110, 4.3.4
        tls.setSSLParameters(parameters);
        tls.startHandshake();
        return tls;
    }

    /** Behind a proxy the name need not be known here. */
    private InetSocketAddress address(Destination to) {
        return proxy.isPresent()
                ? InetSocketAddress.createUnresolved(to.host(), to.port())
                : new InetSocketAddress(to.host(), to.port());
    }
}
