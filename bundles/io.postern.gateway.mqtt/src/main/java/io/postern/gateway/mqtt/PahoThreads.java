// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads of all Paho clients: what runs for long runs on a virtual thread, what is timed waits on one shared
 * platform thread. Without it a session costs four platform threads and 0.3 MB more.
 *
 * <p>Paho looks only every 100 ms whether the threads it asked for have started, three times for each connection, and
 * looks for ever when one has ended meanwhile. So whoever submits is nudged out of that sleep at once.
 */
final class PahoThreads extends ScheduledThreadPoolExecutor implements AutoCloseable {
    private static final long NUDGE_NANOS = 500_000; // a virtual thread starts well within
    private static final int NUDGES = 100; // then Paho's own 100 ms have passed

    PahoThreads() {
        super(1, task -> Thread.ofPlatform().name("mqtt-timer").daemon().unstarted(task));
        setRemoveOnCancelPolicy(true); // or the pings of closed sessions stay until they are due
    }

    @Override
    public void execute(Runnable task) {
        Thread.startVirtualThread(task);
    }

    @Override
    public Future<?> submit(Runnable task) {
        var started = new FutureTask<@org.jspecify.annotations.Nullable Void>(task, null);
        Thread caller = Thread.currentThread();
        Thread.startVirtualThread(started);
        Thread.startVirtualThread(() -> nudge(caller));
        return started;
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        return super.schedule(() -> execute(task), delay, unit);
    }

    /** Not for Paho to decide. */
    @Override
    public void shutdown() {}

    /** Not for Paho to decide. */
    @Override
    public List<Runnable> shutdownNow() {
        return List.of();
    }

    @Override
    public void close() {
        super.shutdownNow();
    }

    private static void nudge(Thread caller) {
        for (int i = 0; i < NUDGES && caller.isAlive(); i++) {
            LockSupport.parkNanos(NUDGE_NANOS);
            if (caller.getState() == Thread.State.TIMED_WAITING) {
                caller.interrupt();
            }
        }
    }
}
