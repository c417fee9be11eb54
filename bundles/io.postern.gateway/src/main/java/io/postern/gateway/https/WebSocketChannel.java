// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import io.postern.gateway.spi.Channel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import javax.net.ssl.SSLSocket;

/**
 * Octets that travel in the binary frames of a WebSocket (RFC 6455); where one ends is of no meaning. Not more than a
 * client of MQTT or AMQP needs, and none of the threads of the JDK's own.
 */
final class WebSocketChannel implements Channel {
    private static final String PATH = "/$iothub/websocket"; // what the hosted services listen for
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // spec: RFC 6455, 1.3
    private static final SecureRandom RANDOM = new SecureRandom();

    private final TlsChannel below;
    private final WebSocketFrames frames;

    private WebSocketChannel(TlsChannel below) {
        this.below = below;
        this.frames = new WebSocketFrames(below.in(), below.out(), RANDOM);
    }

    /** Asks the server at the other end of {@code tls} to change to {@code protocol}. */
    static WebSocketChannel upgrade(SSLSocket tls, String host, String protocol) throws IOException {
        var below = new TlsChannel(tls);
        byte[] nonce = new byte[16];
        RANDOM.nextBytes(nonce);
        String key = Base64.getEncoder().encodeToString(nonce);
        String request = "GET " + PATH + " HTTP/1.1\r\nHost: " + host
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: " + key + "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: " + protocol
                + "\r\n\r\n";
        below.out().write(request.getBytes(StandardCharsets.US_ASCII));
        HttpHead answer = HttpHead.read(below.in());
        if (answer.status() != 101) {
            throw new IOException("it opens no WebSocket but answers " + answer.line());
        }
        boolean meant =
                answer.field("sec-websocket-accept").filter(accept(key)::equals).isPresent()
                        && answer.field("sec-websocket-protocol")
                                .filter(protocol::equals)
                                .isPresent();
        if (!meant) { // spec: RFC 6455, 4.1: something in between that does not know what it answers
            throw new IOException("its answer is not that to a WebSocket of " + protocol);
        }
        return new WebSocketChannel(below);
    }

    @Override
    public InputStream in() {
        return frames.in();
    }

    @Override
    public OutputStream out() {
        return frames.out();
    }

    @Override
    public void patience(Duration silence) throws IOException {
        below.patience(silence);
    }

    @Override
    public void close() {
        below.close();
    }

    static String accept(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks SHA-1", e);
        }
    }
}
