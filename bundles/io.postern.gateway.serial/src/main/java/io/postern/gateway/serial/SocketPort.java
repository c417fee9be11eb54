// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import jdk.net.ExtendedSocketOptions;

/** A terminal server's port, or an instrument's own, over TCP. */
final class SocketPort implements Port {
    private static final int CONNECT_MILLIS = 5_000; // a second SYN goes after 1 s, a third after 3 s
    private static final long LONGEST_WRITE = Duration.ofSeconds(2).toNanos(); // a frame fits any send buffer
    // who is gone without a word is noticed after 30 + 3 * 10 s, though nobody asks
    private static final int IDLE_SECONDS = 30;
    private static final int PROBE_SECONDS = 10;
    private static final int PROBES = 3;

    private final PortAddress.Socket address;
    private final SocketChannel channel;
    private final Selector selector;

    private SocketPort(PortAddress.Socket address, SocketChannel channel, Selector selector) {
        this.address = address;
        this.channel = channel;
        this.selector = selector;
    }

    static Port open(PortAddress.Socket address) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.socket().connect(new InetSocketAddress(address.host(), address.port()), CONNECT_MILLIS);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            channel.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, IDLE_SECONDS);
            channel.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, PROBE_SECONDS);
            channel.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, PROBES);
            channel.configureBlocking(false);
            Selector selector = Selector.open();
            channel.register(selector, SelectionKey.OP_READ);
            return new SocketPort(address, channel, selector);
        } catch (IOException | RuntimeException e) { // an unknown host is a runtime exception
            channel.close();
            throw new IOException(
                    "cannot connect to " + address + ": " + reason(e)
                            + "; is the terminal server on, does it serve raw TCP on this port, and nobody else has it?",
                    e);
        }
    }

    private static String reason(Exception e) {
        return e instanceof java.nio.channels.UnresolvedAddressException
                ? "nobody knows this name"
                : String.valueOf(e.getMessage());
    }

    @Override
    public int read(byte[] buffer, int offset) throws PortGoneException {
        try {
            int got = channel.read(ByteBuffer.wrap(buffer, offset, buffer.length - offset));
            if (got < 0) {
                throw new PortGoneException(address + " closed the connection");
            }
            return got;
        } catch (PortGoneException e) {
            throw e;
        } catch (IOException e) {
            throw gone("reading", e);
        }
    }

    @Override
    public void write(byte[] frame) throws PortGoneException {
        ByteBuffer rest = ByteBuffer.wrap(frame);
        long end = System.nanoTime() + LONGEST_WRITE;
        try {
            while (rest.hasRemaining()) {
                if (channel.write(rest) == 0) {
                    LockSupport.parkNanos(1_000_000);
                    if (System.nanoTime() - end > 0) {
                        throw new PortGoneException(address + " takes nothing any more");
                    }
                }
            }
        } catch (PortGoneException e) {
            throw e;
        } catch (IOException e) {
            throw gone("writing", e);
        }
    }

    private PortGoneException gone(String what, IOException why) {
        return new PortGoneException(address + " broke while " + what + ": " + why.getMessage());
    }

    @Override
    public void await(long nanos, Ticker ticker) throws InterruptedException {
        try {
            selector.select(Math.max(1, Duration.ofNanos(nanos).toMillis()));
            selector.selectedKeys().clear();
        } catch (IOException e) {
            ticker.pause(nanos); // the read that follows says what is the matter
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    @Override
    public boolean tells() {
        return true;
    }

    @Override
    public void close() {
        try (channel;
                selector) {
            // both, whatever the first one says
        } catch (IOException e) {
            // a socket that cannot be closed is closed already
        }
    }
}
