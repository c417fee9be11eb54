// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.Channel;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/** Brings what arrives on a connection to its thread, no more at once than that can take. A thread of its own. */
final class Inlet {
    private static final int UNREAD = 256 * 1024; // octets that arrived and wait for the engine

    private final Channel channel;
    private final Consumer<HubConnection.Work> post;
    private final Taker taker;
    private final Semaphore unread = new Semaphore(UNREAD);

    /** Takes octets, on the connection's thread. */
    interface Taker {
        void take(byte[] octets) throws IOException;
    }

    Inlet(Channel channel, Consumer<HubConnection.Work> post, Taker taker) {
        this.channel = channel;
        this.post = post;
        this.taker = taker;
    }

    /** Until the channel ends, which is posted, too. */
    void run() {
        byte[] octets = new byte[Engine.FRAME];
        try {
            channel.patience(Duration.ZERO);
            while (true) {
                int count = channel.in().read(octets, 0, octets.length);
                if (count < 0) {
                    throw new EOFException("the hub hung up");
                }
                byte[] taken = Arrays.copyOf(octets, count);
                unread.acquire(count);
                post.accept(() -> {
                    unread.release(taken.length);
                    taker.take(taken);
                });
            }
        } catch (IOException e) {
            post.accept(() -> {
                throw e;
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
