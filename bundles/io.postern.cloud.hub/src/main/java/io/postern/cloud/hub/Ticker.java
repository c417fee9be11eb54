// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one small task again and again on a thread of its own, the first time when one period is over. A run that fails is
 * logged and ends nothing.
 */
public final class Ticker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Ticker.class);
    private static final Duration JOIN = Duration.ofSeconds(5); // the tasks take milliseconds

    private final Duration period;
    private final Runnable task;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    public Ticker(String name, Duration period, Runnable task) {
        this.period = period;
        this.task = task;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    /** Lets a run that has begun go on to its end, and waits a while for it. Idempotent. */
    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join(JOIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!closed.await(period.toMillis(), TimeUnit.MILLISECONDS)) {
                tick();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tick() {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("task", thread.getName())
                    .log("a periodic task failed, it will run again");
        }
    }
}
