// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.connections;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Connections to a port that never say who they are: one in three says nothing, one begins a TLS handshake and stops, one
 * lets octets drip in. Owned by one thread.
 */
public final class Strangers implements AutoCloseable {
    private static final byte[] HALF_HELLO = {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00}; // a ClientHello of 512 octets

    private final List<SocketChannel> open = new ArrayList<>();

    /** @param from the loopback address they come from */
    public static Strangers connect(InetSocketAddress service, String from, int count) throws IOException {
        var strangers = new Strangers();
        for (int i = 0; i < count; i++) {
            SocketChannel channel = SocketChannel.open();
            strangers.open.add(channel);
            channel.bind(new InetSocketAddress(from, 0));
            channel.connect(service);
            channel.configureBlocking(false);
            if (i % 3 == 1) {
                write(channel, HALF_HELLO);
            }
        }
        return strangers;
    }

    /** One octet more from each that drips. */
    public void drip() {
        for (int i = 2; i < open.size(); i += 3) {
            write(open.get(i), new byte[] {0x16});
        }
    }

    /** How many the service has not closed yet. */
    public int count() {
        int still = 0;
        for (SocketChannel channel : open) {
            try {
                if (channel.isOpen() && channel.read(ByteBuffer.allocate(64)) >= 0) {
                    still++;
                } else {
                    channel.close();
                }
            } catch (IOException _) {
                // closed, not in good manners
            }
        }
        return still;
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel channel : open) {
            channel.close();
        }
    }

    private static void write(SocketChannel channel, byte[] octets) {
        try {
            channel.write(ByteBuffer.wrap(octets));
        } catch (IOException _) {
            // turned away already: count() sees it
        }
    }
}
