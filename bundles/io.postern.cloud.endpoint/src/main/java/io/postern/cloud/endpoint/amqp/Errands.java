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
final class Errands {
    private static final int MOST_WAITING = 4096; // all links of a connection with all their credit

    private final Executor threads;
    private final Consumer<Throwable> failed;
    private final Queue<Runnable> waiting = new ArrayDeque<>(); // guarded by this
    private boolean running; // guarded by this

    /** @param failed told when a piece of work throws what it should not; on the virtual thread */
    Errands(Executor threads, Consumer<Throwable> failed) {
        this.threads = threads;
        this.failed = failed;
    }

    /** False when there is no room, or the listener has stopped. */
    synchronized boolean add(Runnable errand) {
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

    private void work() {
        while (true) {
            Runnable next;
            synchronized (this) {
                next = waiting.poll();
                if (next == null) {
                    running = false;
                    return;
                }
            }
            try {
                next.run();
            } catch (RuntimeException | LinkageError e) {
                failed.accept(e);
            }
        }
    }
}
