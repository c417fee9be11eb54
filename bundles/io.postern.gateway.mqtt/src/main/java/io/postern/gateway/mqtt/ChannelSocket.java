// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import io.postern.gateway.spi.Channel;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import javax.net.SocketFactory;

/**
 * An open channel in the shape Paho wants: a plain socket that is connected when it is told to. So TLS, the server's
 * name, WebSockets and proxies are the gateway's own affair, the same for all protocols.
 */
final class ChannelSocket extends Socket {
    private final Channel channel;

    private final OutputStream out;

    private ChannelSocket(Channel channel, OutputStream out) {
        this.channel = channel;
        this.out = out;
    }

    /** Hands {@code channel} out, which must be open. */
    static SocketFactory factory(Channel channel) {
        return factory(channel, channel.out());
    }

    /** The same, where octets leave through {@code out}. */
    static SocketFactory factory(Channel channel, OutputStream out) {
        return new Factory(channel, out);
    }

    @Override
    public void connect(SocketAddress to, int millis) {
        // it is
    }

    @Override
    public void setSoTimeout(int millis) {
        // Paho reads in pieces of a second to notice its own end; a closed channel ends a read at once
    }

    @Override
    public InputStream getInputStream() {
        return channel.in();
    }

    @Override
    public OutputStream getOutputStream() {
        return out;
    }

    @Override
    public void close() {
        channel.close();
    }

    private static final class Factory extends SocketFactory {
        private final Channel channel;
        private final OutputStream out;

        private Factory(Channel channel, OutputStream out) {
            this.channel = channel;
            this.out = out;
        }

        @Override
        public Socket createSocket() {
            return new ChannelSocket(channel, out);
        }

        @Override
        public Socket createSocket(String host, int port) {
            return createSocket();
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
            return createSocket();
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress from, int fromPort) {
            return createSocket();
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) {
            return createSocket();
        }
    }
}
