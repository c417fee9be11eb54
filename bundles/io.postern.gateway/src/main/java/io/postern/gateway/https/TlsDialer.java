// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import io.postern.gateway.spi.Channel;
import io.postern.gateway.spi.ClientCertificate;
import io.postern.gateway.spi.Dialer;
import io.postern.gateway.spi.UnreachableException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** Opens channels over TLS, and WebSockets in them; through a proxy when there is one. */
public final class TlsDialer implements Dialer {
    private final TrustAnchors anchors;
    private final Optional<SiteProxy> proxy;
    private final Limits limits;
    private final Addresses addresses;

    /**
     * @param connect to reach the server or the proxy, and again for the proxy's answer
     * @param silence between any two pieces of the handshakes
     */
    public record Limits(Duration connect, Duration silence) {
        /** A lost SYN is repeated three times within; a port that swallows them must not hold up the next way for long. */
        public static final Limits DEFAULT = new Limits(Duration.ofSeconds(10), Duration.ofSeconds(10));
    }

    public TlsDialer(TrustAnchors anchors, Optional<SiteProxy> proxy, Limits limits) {
        this(anchors, proxy, limits, Addresses.ofSystem());
    }

    TlsDialer(TrustAnchors anchors, Optional<SiteProxy> proxy, Limits limits, Addresses addresses) {
        this.addresses = addresses;
        this.anchors = anchors;
        this.proxy = proxy;
        this.limits = limits;
    }

    @Override
    public Channel dial(Destination to, Optional<ClientCertificate> certificate) throws UnreachableException {
        int tried = 0;
        try {
            if (proxy.isPresent()) { // which looks names up itself
                return dial(to, InetSocketAddress.createUnresolved(to.host(), to.port()), certificate);
            }
            while (true) {
                InetAddress address = addresses.next(to.host());
                tried++;
                try {
                    return dial(to, new InetSocketAddress(address, to.port()), certificate);
                } catch (IOException e) {
                    if (tried >= addresses.failed(to.host(), address)) {
                        throw e;
                    }
                }
            }
        } catch (IOException e) {
            throw Obstacle.before(to.toString(), e, limits.connect(), tried);
        }
    }

    private Channel dial(Destination to, InetSocketAddress server, Optional<ClientCertificate> certificate)
            throws IOException {
        Socket plain = proxy.<Socket>map(TunnelSocket::new).orElseGet(RecordSocket::new);
        try {
            SSLSocket tls = secure(plain, server, to, certificate);
            return to.webSocket().isPresent()
                    ? WebSocketChannel.upgrade(tls, to.host(), to.webSocket().get())
                    : new TlsChannel(tls);
        } catch (IOException e) {
            TlsChannel.close(plain);
            throw e;
        }
    }

    private SSLSocket secure(
            Socket plain, InetSocketAddress server, Destination to, Optional<ClientCertificate> certificate)
            throws IOException {
        plain.connect(server, (int) limits.connect().toMillis());
        plain.setSoLinger(true, DirectSocket.LINGER_SECONDS);
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
}
