// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;

/** The monotonic clock and waiting by it. */
interface Ticker {
    Ticker SYSTEM = new Ticker() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void pause(long nanos) throws InterruptedException {
            LockSupport.parkNanos(nanos);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    };

    /**
     * Lets the kernel wake this thread on time: by itself it may add 50 us to each wait, to wake several threads at once. At
     * 115200 baud that is a fiftieth of a poll.
     */
    static void punctual() {
        try {
            // proc(5), timerslack_ns: a thread may set its own
            Path thread = Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName();
            Files.writeString(Path.of("/proc", thread.toString(), "timerslack_ns"), "1000");
        } catch (IOException | RuntimeException e) {
            // another system, or a kernel without it: a little slower
        }
    }

    long nanoTime();

    /** Waits about {@code nanos}; may return early. */
    void pause(long nanos) throws InterruptedException;

    /** Waits about {@code nanos} for a signal; may return early. Whoever calls holds the condition's lock. */
    default void await(Condition condition, long nanos) throws InterruptedException {
        var _ = condition.await(nanos, TimeUnit.NANOSECONDS); // who waits looks again in any case
    }
}
