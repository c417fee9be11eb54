// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

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

    long nanoTime();

    /** Waits about {@code nanos}; may return early. */
    void pause(long nanos) throws InterruptedException;

    /** Waits about {@code nanos} for a signal; may return early. Whoever calls holds the condition's lock. */
    default void await(Condition condition, long nanos) throws InterruptedException {
        var _ = condition.await(nanos, TimeUnit.NANOSECONDS); // who waits looks again in any case
    }
}
