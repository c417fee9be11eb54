// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Waits for something another thread or process will do. Looks often, gives up at a deadline, and then says what it
 * waited for and what it saw last: the look may throw, which counts as "not yet".
 */
public final class Await {
    private static final Duration STEP = Duration.ofMillis(5); // unnoticed by a person, no burden to two cores

    private Await() {}

    /** Waits until {@code condition} is true. */
    public static void until(Duration atMost, String what, Callable<Boolean> condition) {
        value(atMost, what, condition, seen -> seen);
    }

    /**
     * Waits until {@code enough} holds for what {@code look} returns.
     *
     * @param what completes the sentence "waited 5 s for ..."
     * @return what was seen then
     * @throws AssertionError at the deadline, with what was seen last
     */
    public static <T> T value(Duration atMost, String what, Callable<T> look, Predicate<? super T> enough) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (true) {
            Object seen;
            @Nullable Exception cause = null;
            try {
                T value = look.call();
                if (enough.test(value)) {
                    return value;
                }
                seen = value;
            } catch (Exception e) {
                seen = e;
                cause = e;
            }
            if (System.nanoTime() - deadline >= 0 || Thread.currentThread().isInterrupted()) {
                throw new AssertionError(
                        "waited " + atMost.toMillis() + " ms for " + what + "; last saw: " + seen, cause);
            }
            LockSupport.parkNanos(STEP.toNanos());
        }
    }
}
