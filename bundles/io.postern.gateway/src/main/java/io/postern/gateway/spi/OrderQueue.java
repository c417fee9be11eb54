// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the hub wants of one device, from an adapter's thread to the one that carries it out, the same over every
 * transport. What does not fit is not kept: of desired properties it is remembered that some are missing, the caller of a
 * method hears nothing and is told so by the hub.
 */
public final class OrderQueue {
    private static final Logger LOG = LoggerFactory.getLogger(OrderQueue.class);
    private static final int MOST = 16; // a line carries out a few in the half minute a caller waits
    private static final int MOST_OCTETS = 256 << 10; // two methods of the size a hub allows, eight full twins

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Waiting> queue = new ArrayDeque<>(1);
    private int octets;
    private boolean missed;
    private @Nullable Throwable lost;
    private @Nullable Throwable interruption;
    private @Nullable Runnable woken;

    /** An order as it came; read by the thread that takes it. */
    @FunctionalInterface
    public interface Raw {
        /** @throws IllegalArgumentException when nobody can read it */
        HubOrder read();
    }

    private record Waiting(Raw raw, int octets, boolean desired) {}

    /** Takes a change of desired properties of so many octets; never waits. */
    public void offerDesired(int size, Raw raw) {
        offer(new Waiting(raw, size, true));
    }

    /** Takes a direct method of so many octets; never waits. */
    public void offerMethod(int size, Raw raw) {
        offer(new Waiting(raw, size, false));
    }

    /** Takes a command in any case: the adapter lets the hub send only a few at once. */
    public void offerCommand(int size, Raw raw) {
        change(() -> {
            queue.add(new Waiting(raw, size, false));
            octets += size;
            return true;
        });
    }

    /** The same where the hub sends as many as it likes: without room it is left to the hub, and false. */
    public boolean offerCommandIfRoom(int size, Raw raw) {
        return change(() -> added(new Waiting(raw, size, false)));
    }

    private boolean added(Waiting arrived) {
        boolean room = queue.size() < MOST && octets + arrived.octets <= MOST_OCTETS;
        if (room) {
            queue.add(arrived);
            octets += arrived.octets;
        }
        return room;
    }

    private void offer(Waiting arrived) {
        boolean taken = change(() -> {
            boolean room = added(arrived);
            missed |= !room && arrived.desired;
            return room || arrived.desired;
        });
        if (!taken) {
            LOG.atWarn().log("too many direct methods wait; dropped one");
        }
    }

    /** Whoever waits, now or later, is told that nothing comes any more. */
    public void lost(Throwable cause) {
        change(() -> {
            lost = cause;
            return true;
        });
    }

    /** Whoever waits, now or next, is told once that it does not come as it did: to hear more, follow again. */
    public void interrupted(Throwable cause) {
        change(() -> {
            interruption = cause;
            return true;
        });
    }

    /** Does {@code what}, and when it says that there is something new, wakes who waits for that. */
    private boolean change(BooleanSupplier what) {
        Runnable wake = null;
        lock.lock();
        try {
            if (!what.getAsBoolean()) {
                return false;
            }
            changed.signalAll();
            wake = woken;
            woken = null;
        } finally {
            lock.unlock();
        }
        if (wake != null) {
            wake.run();
        }
        return true;
    }

    /**
     * Has {@code wake} run once, by whoever brings something, as soon as {@link #next} has something to say: for those who
     * keep no thread waiting.
     *
     * @return false when it has already; then {@code wake} is not run
     */
    public boolean wakeWithNext(Runnable wake) {
        lock.lock();
        try {
            if (hasNext()) {
                return false;
            }
            woken = wake;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean hasNext() {
        return !queue.isEmpty() || missed || lost != null || interruption != null;
    }

    /**
     * The next order; empty when nothing came within {@code atMost}, or only what nobody can read: a hub lets nothing but
     * JSON through.
     *
     * @throws IOException when the connection was lost, or what it comes over; what still waits is of no use then
     */
    public Optional<HubOrder> next(Duration atMost) throws IOException, InterruptedException {
        return take(atMost).flatMap(OrderQueue::read);
    }

    private Optional<Waiting> take(Duration atMost) throws IOException, InterruptedException {
        long nanos = atMost.toNanos();
        lock.lockInterruptibly();
        try {
            while (!hasNext() && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            if (lost != null) {
                throw new IOException("the connection was lost: " + lost.getMessage(), lost);
            }
            if (interruption != null) {
                Throwable cause = interruption;
                interruption = null;
                throw new IOException("the hub has stopped telling what it wants: " + cause.getMessage(), cause);
            }
            Waiting next = queue.poll();
            if (next != null) {
                octets -= next.octets;
            } else if (missed) {
                missed = false;
                next = new Waiting(HubOrder.DesiredMissed::new, 0, true);
            }
            return Optional.ofNullable(next);
        } finally {
            lock.unlock();
        }
    }

    private static Optional<HubOrder> read(Waiting next) {
        try {
            return Optional.of(next.raw.read());
        } catch (IllegalArgumentException e) {
            LOG.atWarn().setCause(e).log("what the hub wants is not readable");
            return next.desired ? Optional.of(new HubOrder.DesiredMissed()) : Optional.empty();
        }
    }
}
