// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.TimeQuality;
import io.postern.gateway.https.HttpsExchange;
import io.postern.gateway.provisioning.Backoff;
import io.postern.gateway.spi.UnreachableException;
import io.postern.gateway.time.SystemTime;
import io.postern.gateway.time.TrustedClock;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for the time while it is not confirmed, and now and then afterwards: asks the operating system, and the cloud for
 * nothing but an answer, which has a date. One virtual thread.
 */
final class TimeKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TimeKeeper.class);

    private static final Duration SYSTEM_LOOK = Duration.ofSeconds(5); // a daemon may synchronise any moment
    private static final Duration SYSTEM_LOOK_CONFIRMED = Duration.ofMinutes(10);
    private static final Duration ASKED_CONFIRMED = Duration.ofHours(6); // a bad quartz is off by 10 s then
    static final Duration PATIENCE = Duration.ofSeconds(5); // a server that is reached answers within
    private static final Duration GOODBYE = Duration.ofSeconds(2);

    private final TrustedClock clock;
    private final Optional<SystemTime> system;
    private final Runnable confirmed;
    private final HttpsExchange https;
    private final List<URI> servers;
    private final Backoff backoff;
    private final Duration patience;
    private final Semaphore wanted = new Semaphore(0);
    private volatile CountDownLatch round = new CountDownLatch(1); // ends when the servers were asked
    private final Thread thread = Thread.ofVirtual().name("time-keeper").unstarted(this::run);

    /**
     * @param confirmed run whenever the time was confirmed or put right
     * @param system whether the operating system's word counts
     * @param https whose answers are heard for the time
     * @param patience how long {@link #look} waits at most
     */
    TimeKeeper(
            TrustedClock clock,
            Runnable confirmed,
            Optional<SystemTime> system,
            HttpsExchange https,
            List<URI> servers,
            RandomGenerator random,
            Duration patience) {
        this.clock = clock;
        this.confirmed = confirmed;
        this.system = system;
        this.https = https;
        this.servers = List.copyOf(servers);
        this.patience = patience;
        this.backoff = new Backoff(Duration.ofSeconds(2), Duration.ofMinutes(5), random);
    }

    void start() {
        clock.whenConfirmed(confirmed);
        thread.start();
    }

    /** A token is to be signed, which needs an expiry: while nobody has told the time, the servers are asked now. */
    void look() {
        try {
            CountDownLatch answered = round;
            if (!isTold()) {
                wanted.release();
                if (!answered.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                    LOG.atDebug().log("nobody has told the time yet; going on with an estimate");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closing
        }
    }

    boolean isRunning() {
        return thread.isAlive();
    }

    @Override
    public void close() {
        clock.forget(confirmed);
        thread.interrupt();
        try {
            if (thread.getState() != Thread.State.NEW && !thread.join(GOODBYE)) {
                LOG.atWarn().log("the look for the time does not end in time; not waiting for it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        long nextAsk = System.nanoTime();
        int vain = 0;
        boolean demanded = false;
        try {
            while (true) {
                system.flatMap(SystemTime::claim).ifPresent(clock::heard);
                if (demanded && !isTold() || System.nanoTime() - nextAsk >= 0) {
                    ask();
                    vain = isConfirmed() ? 0 : vain + 1;
                    Duration pause = isConfirmed() ? ASKED_CONFIRMED : backoff.delay(vain);
                    nextAsk = System.nanoTime() + pause.toNanos();
                }
                round.countDown();
                round = new CountDownLatch(1);
                Duration look = isConfirmed() ? SYSTEM_LOOK_CONFIRMED : SYSTEM_LOOK;
                long left = Math.min(look.toNanos(), Math.max(1, nextAsk - System.nanoTime()));
                demanded = wanted.tryAcquire(left, TimeUnit.NANOSECONDS);
                demanded |= wanted.drainPermits() > 0; // also who came just when it was over
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closing
        }
    }

    private void ask() {
        for (URI server : servers) {
            try {
                https.send("GET", server, Optional.empty(), Optional.empty());
            } catch (UnreachableException e) {
                LOG.atDebug().log("no date: " + e.getMessage());
            }
        }
    }

    /** Whether somebody has told the time since the start. */
    private boolean isTold() {
        return isConfirmed() || clock.isToldByServer();
    }

    private boolean isConfirmed() {
        return clock.state().quality() == TimeQuality.CONFIRMED;
    }
}
