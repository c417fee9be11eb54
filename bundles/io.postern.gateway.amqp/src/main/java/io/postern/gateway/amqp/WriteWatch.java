// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.Channel;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Cuts a connection that hangs in a write: nothing else ends that. A thread of its own. */
final class WriteWatch {
    private static final Logger LOG = LoggerFactory.getLogger(WriteWatch.class);
    private static final Duration GOODBYE = Duration.ofSeconds(2); // a hub that reads at all does within

    private final Channel channel;
    private final String place;
    private final AmqpPatience patience;
    private final Runnable look;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean closing;
    private volatile long writing; // since when, by nanoTime; 0 while it does not

    /** @param look told as often as {@code patience} says, so that the connection looks at the time */
    WriteWatch(Channel channel, String place, AmqpPatience patience, Runnable look) {
        this.look = look;
        this.patience = patience;
        this.channel = channel;
        this.place = place;
    }

    /** A write begins. */
    void begin() {
        writing = System.nanoTime() | 1;
    }

    /** It is done. */
    void end() {
        writing = 0;
    }

    /** Nothing but a goodbye is written any more. */
    void closing() {
        closing = true;
    }

    /** There is nothing to watch any more. */
    void over() {
        ended.countDown();
    }

    void run() {
        try {
            while (!ended.await((closing ? GOODBYE : patience.look()).toMillis(), TimeUnit.MILLISECONDS)) {
                long since = writing;
                long bound = (closing ? GOODBYE : patience.stuck()).toNanos();
                if (since != 0 && System.nanoTime() - since > bound) {
                    LOG.atWarn().addKeyValue("hub", place).log("the hub reads nothing; cutting the connection");
                    channel.close();
                }
                look.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
