// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio.bus;

import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Observation;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread for each bus of the board: what is on a bus is read one after another, by whose turn is due. The thread is there
 * while somebody is on the bus.
 */
public final class BusOwners implements AutoCloseable {
    /** One instrument of a bus. */
    public interface Reader {
        /** Called by the bus's thread alone. */
        Observation read() throws IOException, InterruptedException;
    }

    private record Owner(ScheduledThreadPoolExecutor thread, Set<Turn> turns) {}

    private static final Logger LOG = LoggerFactory.getLogger(BusOwners.class);
    private static final long FIRST_REST = TimeUnit.SECONDS.toNanos(1);
    private static final int MOST_DOUBLINGS = 6; // a minute: a chip is back within it when it is
    private static final Duration LONGEST_FAREWELL = Duration.ofSeconds(10); // longer than the longest read of any

    private final Map<String, Owner> owners = new HashMap<>();

    /**
     * Reads an instrument each {@code period}, the first time at once; one that fails rests longer each time, up to a minute.
     *
     * @param bus all readers of a bus name it alike
     * @param name as logs call the instrument
     */
    public synchronized Turn join(
            String bus, String name, Duration period, Reader reader, Instrument.Listener listener) {
        Owner owner = owners.computeIfAbsent(bus, BusOwners::owner);
        var turn = new Turn(bus, name, period.toNanos(), reader, listener, owner.thread());
        owner.turns().add(turn);
        turn.next(0);
        return turn;
    }

    private static Owner owner(String bus) {
        // a platform thread: it stays in native calls
        var thread = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("bus-" + bus).daemon().factory());
        thread.setRemoveOnCancelPolicy(true);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false); // else it lives until the last period is over
        return new Owner(thread, new HashSet<>());
    }

    private synchronized void leave(Turn turn) {
        Owner owner = owners.get(turn.bus);
        if (owner != null && owner.turns().remove(turn) && owner.turns().isEmpty()) {
            owner.thread().shutdown();
            owners.remove(turn.bus);
        }
    }

    @Override
    public void close() {
        Set<Turn> all = new HashSet<>();
        synchronized (this) {
            owners.values().forEach(owner -> all.addAll(owner.turns()));
        }
        all.forEach(Turn::close);
    }

    /** An instrument's place on its bus; closing waits until it is no longer read. */
    public final class Turn implements AutoCloseable {
        private final String bus;
        private final String name;
        private final long period;
        private final Reader reader;
        private final Instrument.Listener listener;
        private final ScheduledThreadPoolExecutor thread;
        private volatile boolean closed;
        private volatile Optional<Future<?>> pending = Optional.empty();
        private int failures; // the bus's thread's own

        private Turn(
                String bus,
                String name,
                long period,
                Reader reader,
                Instrument.Listener listener,
                ScheduledThreadPoolExecutor thread) {
            this.bus = bus;
            this.name = name;
            this.period = period;
            this.reader = reader;
            this.listener = listener;
            this.thread = thread;
        }

        private void next(long nanos) {
            try {
                pending = Optional.of(thread.schedule(this::read, nanos, TimeUnit.NANOSECONDS));
            } catch (RejectedExecutionException e) {
                LOG.atDebug().addKeyValue("bus", bus).setCause(e).log("the bus was left");
            }
        }

        private void read() {
            if (closed) {
                return;
            }
            long begin = System.nanoTime();
            try {
                try {
                    listener.observed(reader.read());
                    failures = 0;
                } catch (IOException e) {
                    failures++;
                    listener.failed(e);
                }
            } catch (InterruptedException e) {
                LOG.atDebug().addKeyValue("instrument", name).log("reading was interrupted");
            } catch (RuntimeException e) { // one instrument's trouble is not the others'
                failures++;
                LOG.atError().addKeyValue("instrument", name).setCause(e).log("reading broke down");
            }
            long pause =
                    failures == 0 ? period : Math.max(period, FIRST_REST << Math.min(failures - 1, MOST_DOUBLINGS));
            next(Math.max(0, pause - (System.nanoTime() - begin)));
        }

        /**
         * Does something on the bus when its turn comes.
         *
         * @throws IOException as the errand threw it, or when the turn did not come in time
         */
        public <T> T once(Duration patience, Callable<T> errand) throws IOException, InterruptedException {
            Future<T> result;
            try {
                result = thread.submit(errand);
            } catch (RejectedExecutionException e) {
                throw new IOException(name + " is no longer watched", e);
            }
            try {
                return result.get(patience.toNanos(), TimeUnit.NANOSECONDS);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
            } catch (TimeoutException e) {
                result.cancel(false);
                throw new IOException(
                        "bus " + bus + " had no turn for " + name + " within " + patience.toMillis() + " ms", e);
            }
        }

        @Override
        public void close() {
            if (closed) {
                return;
            }
            closed = true;
            try {
                if (!thread.isShutdown()) {
                    pending.ifPresent(read -> read.cancel(false));
                    once(LONGEST_FAREWELL, () -> true); // what ran before it has ended
                    pending.ifPresent(read -> read.cancel(false)); // what that had scheduled
                }
            } catch (IOException e) {
                LOG.atWarn().addKeyValue("instrument", name).setCause(e).log("the bus is still busy with it");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                leave(this);
            }
        }
    }
}
