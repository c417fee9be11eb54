// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * What may block, one piece after another in the order it came, on a virtual thread that is there only while there is
 * something to do. Safe for any thread.
 */
final class Errands implements Lane {
    private static final int MOST_WAITING = 4096; // each link has one piece of work at a time, and a few of its end
    private static final int CROWDED = 512; // a client that is faster than we are is no longer read

    private final Executor threads;
    private final Consumer<Throwable> failed;
    private final Runnable relieved;
    private final Queue<Runnable> waiting = new ArrayDeque<>(2); // guarded by this
    private boolean running; // guarded by this

    /**
     * @param failed told when a piece of work throws what it should not; on the virtual thread
     * @param relieved told when it is no longer crowded; on the virtual thread
     */
    Errands(Executor threads, Consumer<Throwable> failed, Runnable relieved) {
        this.threads = threads;
        this.failed = failed;
        this.relieved = relieved;
    }

    /** False when there is no room, or the listener has stopped. */
    @Override
    public synchronized boolean add(Runnable errand) {
        if (waiting.size() >= MOST_WAITING) {
            return false;
        }
        waiting.add(errand);
        if (!running) {
            try {
                threads.execute(this::work);
            } catch (RejectedExecutionException _) {
                return false;
            }
            running = true;
        }
        return true;
    }

    synchronized boolean isCrowded() {
        return waiting.size() > CROWDED;
    }

    private void work() {
        while (true) {
            Runnable next;
            boolean eased;
            synchronized (this) {
                next = waiting.poll();
                if (next == null) {
                    running = false;
                    return;
                }
                eased = waiting.size() == CROWDED;
            }
            if (eased) {
                relieved.run();
            }
            try {
                next.run();
            } catch (RuntimeException | LinkageError e) {
                failed.accept(e);
            }
        }
    }
}
