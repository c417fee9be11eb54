// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.spi.ThrottledException;
import io.postern.gateway.spi.UplinkReport;
import io.postern.wire.DeviceId;
import io.postern.wire.ReturnWindow;
import io.postern.wire.Slot;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets threads wait as {@link Admission} says, for one service and all identities of the gateway. */
public final class Governor {
    private static final Logger LOG = LoggerFactory.getLogger(Governor.class);
    private static final int QUESTIONS = 120; // an hour: one for each outage of a minute, and one for each return
    private static final Duration MOST_APART = Duration.ofMillis(500); // half of what a first attempt waits
    private static final Duration A_WHILE = Duration.ofSeconds(5); // for whoever does not wait for the change

    private final Admission admission; // guarded by the lock
    private final LongSupplier nanoTime;
    private final RandomGenerator random;
    private final Waiting way;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition turn = lock.newCondition();
    private final Condition room = lock.newCondition(); // apart, so that each that ends wakes one and not hundreds
    private int waiting;
    private volatile boolean away;
    private volatile Optional<Advice> advice = Optional.empty();
    private final HourlyBudget questions = new HourlyBudget(QUESTIONS); // guarded by the lock

    /** Asks the cloud side when to come back; empty when it does not say. */
    @FunctionalInterface
    public interface Advice {
        Optional<ReturnWindow> ask() throws IOException;
    }

    /** How a thread waits until it is told or {@code nanos} have passed; too early is no harm. */
    @FunctionalInterface
    interface Waiting {
        /** For {@code nanoTime} of the system. */
        Waiting REAL = (told, nanos) -> {
            long left = told.awaitNanos(nanos);
            assert left <= nanos;
        };

        void take(Condition told, long nanos) throws InterruptedException;
    }

    /** @param nanoTime the monotonic clock, {@code System::nanoTime} outside of tests */
    public Governor(Admission.Limits limits, LongSupplier nanoTime, RandomGenerator random) {
        this(limits, nanoTime, random, Waiting.REAL);
    }

    /** @param way fits {@code nanoTime} */
    Governor(Admission.Limits limits, LongSupplier nanoTime, RandomGenerator random, Waiting way) {
        this.admission = new Admission(limits, random);
        this.nanoTime = nanoTime;
        this.random = random;
        this.way = way;
    }

    /** From now on {@code source} is asked at each outage and each return. */
    public void advisedBy(Advice source) {
        advice = Optional.of(source);
    }

    /** Returns when {@code who} may try; what comes of it is to be told. */
    void await(DeviceId who) throws InterruptedException {
        lock.lockInterruptibly();
        waiting++;
        try {
            long wait = admission.ask(who, nanoTime.getAsLong());
            while (wait > 0) {
                if (wait == Admission.UNTIL_ROOM) {
                    room.await();
                } else {
                    way.take(turn, wait); // UNTIL_CHANGE is as good as for ever
                }
                wait = admission.ask(who, nanoTime.getAsLong());
            }
        } finally {
            waiting--;
            lock.unlock();
        }
    }

    /** The same without waiting: how long not to try, or nothing when {@code who} may. */
    Optional<Duration> tryNow(DeviceId who) {
        lock.lock();
        try {
            long wait = admission.ask(who, nanoTime.getAsLong());
            return wait == 0
                    ? Optional.empty()
                    : Optional.of(wait >= Admission.UNTIL_ROOM ? A_WHILE : Duration.ofNanos(wait));
        } finally {
            lock.unlock();
        }
    }

    void opened(DeviceId who) {
        change(() -> admission.opened(who, nanoTime.getAsLong()));
    }

    void failed(DeviceId who, IOException why) {
        change(() -> {
            if (why instanceof ThrottledException busy) {
                admission.throttled(who, busy.retryAfter().orElse(Duration.ZERO), nanoTime.getAsLong());
            } else {
                admission.failed(who, nanoTime.getAsLong());
            }
        });
    }

    /** The service has answered it in its session. Costs nothing but while the service is held to be away. */
    void worked(DeviceId who) {
        if (away) {
            change(() -> admission.worked(who, nanoTime.getAsLong()));
        }
    }

    /** It had its answer, and keeps nothing. */
    void answered(DeviceId who) {
        change(() -> {
            admission.opened(who, nanoTime.getAsLong());
            admission.left(who);
        });
    }

    void lost(DeviceId who) {
        change(() -> admission.lost(who, nanoTime.getAsLong()));
    }

    void left(DeviceId who) {
        change(() -> admission.left(who));
    }

    void place(DeviceId who, Optional<Slot> slot) {
        change(() -> admission.place(who, slot));
    }

    void forget(DeviceId who) {
        change(() -> admission.forget(who));
    }

    /** Whether the service is held to be away. */
    boolean isAway() {
        return away;
    }

    /** The clock it goes by. */
    long now() {
        return nanoTime.getAsLong();
    }

    /** How it goes. */
    public UplinkReport.Connecting report() {
        lock.lock();
        try {
            return new UplinkReport.Connecting(
                    admission.live(),
                    admission.opening(),
                    waiting,
                    admission.isAway(),
                    admission.attempts(),
                    admission.failures(),
                    admission.throttled());
        } finally {
            lock.unlock();
        }
    }

    /** The clock was moved: who waits looks again. */
    void passed() {
        lock.lock();
        try {
            turn.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void change(Runnable what) {
        lock.lock();
        try {
            long before = admission.changes();
            what.run();
            if (away != admission.isAway()) {
                away = admission.isAway();
                askAdvice();
            }
            if (admission.changes() == before) {
                room.signal();
            } else {
                turn.signalAll();
                room.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * On a thread of its own; until it has answered, everything goes as without it. When all are lost, others may be as
     * well, and not all are to ask in one moment; whoever is back was spread already.
     */
    private void askAdvice() {
        long pause = admission.isAway() ? random.nextLong(MOST_APART.toNanos()) : 0;
        advice.filter(_ -> admission.isUnadvised() && questions.take(nanoTime.getAsLong()) == 0)
                .ifPresent(source -> Thread.ofVirtual().name("return").start(() -> {
                    try {
                        LockSupport.parkNanos(pause);
                        source.ask().ifPresent(window -> change(() -> admission.window(window, nanoTime.getAsLong())));
                    } catch (IOException e) {
                        LOG.debug("nobody says when to come back; the places given before count", e);
                    }
                }));
    }
}
