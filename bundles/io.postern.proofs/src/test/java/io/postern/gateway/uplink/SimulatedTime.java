// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.testkit.MovableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The time of threads that wait for nothing but time and a governor: it goes on when all of them wait, and then to the
 * next moment at which one has waited long enough. However slow the machine, it is the same to them.
 */
final class SimulatedTime {
    private static final long NEVER = Long.MAX_VALUE;
    private static final Duration STUCK = Duration.ofSeconds(60);

    private final MovableClock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final Condition changed = lock.newCondition();
    private final List<Sleeper> sleeping = new ArrayList<>();

    private static final class Sleeper { // not a record: each is another
        private final long until;
        private final boolean governed;

        Sleeper(long until, boolean governed) {
            this.until = until;
            this.governed = governed;
        }
    }

    SimulatedTime(MovableClock clock) {
        this.clock = clock;
    }

    /** As {@link io.postern.gateway.provisioning.Pause}. */
    void pause(Duration length) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Sleeper me = add(length.toNanos(), false);
            try {
                while (me.until - clock.nanoTime() > 0) {
                    moved.await();
                }
            } finally {
                remove(me);
            }
        } finally {
            lock.unlock();
        }
    }

    /** As {@link Governor.Waiting}; the governors are told by {@link #pass}. */
    void await(Condition told, long nanos) throws InterruptedException {
        Sleeper me;
        lock.lock();
        try {
            me = add(nanos, true);
        } finally {
            lock.unlock();
        }
        try {
            told.await();
        } finally {
            lock.lock();
            try {
                remove(me);
            } finally {
                lock.unlock();
            }
        }
    }

    /** Lets {@code span} pass for {@code threads} threads. */
    void pass(Duration span, int threads, List<Governor> governors) throws InterruptedException {
        long end = clock.nanoTime() + span.toNanos();
        while (end - clock.nanoTime() > 0) {
            if (step(end, threads)) {
                governors.forEach(Governor::passed);
            }
        }
    }

    /** Returns whether the governors are to be told. */
    private boolean step(long end, int threads) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = STUCK.toNanos();
            while (sleeping.size() < threads || next() == NEVER) {
                left = changed.awaitNanos(left);
                if (left <= 0) {
                    throw new AssertionError(sleeping.size() + " of " + threads + " wait for time to pass");
                }
            }
            long now = Math.min(next(), end);
            clock.advance(Duration.ofNanos(now - clock.nanoTime()));
            boolean governed = sleeping.stream().anyMatch(each -> each.governed && each.until <= now);
            sleeping.removeIf(each -> each.governed ? governed : each.until <= now);
            moved.signalAll();
            return governed;
        } finally {
            lock.unlock();
        }
    }

    private long next() {
        return sleeping.stream().mapToLong(each -> each.until).min().orElse(NEVER);
    }

    private Sleeper add(long nanos, boolean governed) {
        var sleeper = new Sleeper(nanos >= Admission.UNTIL_ROOM ? NEVER : clock.nanoTime() + nanos, governed);
        sleeping.add(sleeper);
        changed.signalAll();
        return sleeper;
    }

    private void remove(Sleeper me) {
        sleeping.remove(me);
        changed.signalAll();
    }
}
