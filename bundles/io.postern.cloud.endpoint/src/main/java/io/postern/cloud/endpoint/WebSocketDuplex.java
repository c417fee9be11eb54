// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.postern.cloud.endpoint.tls.ShownCertificates;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.http.impl.WebSocketInternal;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Consumer;

/**
 * A connection whose octets travel inside binary WebSocket messages. Parts of a message are handed on as they come, so
 * a message may be of any length and only its frames are bounded (by the listener).
 */
public final class WebSocketDuplex implements Duplex {
    private static final short ONLY_BINARY = 1003; // RFC 6455, 7.4.1: a type of data it cannot accept
    private static final String IDLE_LIMIT = "idle"; // as the HTTP listener calls its own

    private final ServerWebSocket socket;
    private Consumer<Throwable> failed = _ -> {};
    private boolean broken;
    private boolean leaving;

    /** Takes over a WebSocket that was just accepted; called on its event loop. */
    public WebSocketDuplex(ServerWebSocket socket) {
        this.socket = socket;
        liftIdleLimit();
    }

    @Override
    public String remote() {
        return socket.remoteAddress() == null
                ? "unknown"
                : socket.remoteAddress().toString();
    }

    @Override
    public List<X509Certificate> clientCertificates() {
        return ShownCertificates.in(socket.sslSession());
    }

    @Override
    public void onOctets(Consumer<byte[]> taken) {
        socket.frameHandler(frame -> take(frame, taken));
    }

    @Override
    public void onEnd(Runnable ended) {
        socket.closeHandler(_ -> ended.run());
    }

    @Override
    public void onFailure(Consumer<Throwable> told) {
        failed = told;
        socket.exceptionHandler(this::fail);
    }

    @Override
    public Future<Void> write(byte[] octets) {
        return socket.write(Buffer.buffer(octets));
    }

    @Override
    public boolean isWriteQueueFull() {
        try {
            return socket.writeQueueFull();
        } catch (IllegalStateException closed) {
            return false; // nothing will be written any more
        }
    }

    @Override
    public void proven() {
        DoorwayChannel.proven(channel().channel());
    }

    /**
     * Reads nothing more from the network at once: else the WebSocket would take another 16 frames in, 6 MB, before it
     * does. What is in memory then is what one read brought, and the part of one frame.
     */
    @Override
    public void pause() {
        if (!leaving) {
            socket.pause();
            channel().channel().config().setAutoRead(false);
        }
    }

    @Override
    public void resume() {
        channel().channel().config().setAutoRead(true);
        socket.resume();
    }

    /** Reads on, for the client's own farewell alone: who is sent away while it is not read from would wait for its end. */
    @Override
    public void close() {
        leaving = true;
        resume();
        socket.close();
        LastResort.cutSoon(channel());
    }

    /** spec: MQTT 3.1.1, MQTT-6.0.0-1: only binary frames, anything else ends the connection */
    private void take(WebSocketFrame frame, Consumer<byte[]> taken) {
        if (leaving) {
            return;
        }
        switch (frame.type()) {
            case BINARY, CONTINUATION -> {
                if (!broken) {
                    taken.accept(frame.binaryData().getBytes());
                }
            }
            case TEXT -> {
                fail(new IOException("a text message; this protocol travels in binary ones"));
                socket.close(ONLY_BINARY, "binary messages only");
                LastResort.cutSoon(channel());
            }
            case PING, PONG, CLOSE -> {
                // answered below us
            }
        }
    }

    /** Tells of the first failure only: what follows is the end of the connection in other words. */
    private void fail(Throwable failure) {
        if (!broken) {
            broken = true;
            failed.accept(failure);
        }
    }

    /** How long a connection may be silent is up to the protocol on it; MQTT allows minutes. */
    private void liftIdleLimit() {
        ChannelHandler limit = channel().pipeline().get(IDLE_LIMIT);
        if (limit != null) {
            channel().pipeline().remove(limit);
        }
    }

    private ChannelHandlerContext channel() {
        return ((WebSocketInternal) socket).channelHandlerContext();
    }
}
