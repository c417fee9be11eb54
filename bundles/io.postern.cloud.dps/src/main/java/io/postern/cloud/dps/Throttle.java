// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A token bucket that sends those it turns away back at different moments: each is told the end of the queue of all who
 * were told before, so that a crowd comes back as fast as the bucket fills and not in one wave. Holds two numbers and
 * nothing of who asked. Safe for any thread.
 */
final class Throttle {
    // no longer than a device may have its answer to a challenge or its patience in hand; a larger crowd than fits
    // shares the turns of this minute
    private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(60);

    private final long interval;
    private final long fullBucket;
    private final LongSupplier nanoTime;
    private long emptyAt; // when the bucket would have been empty, had it been filled steadily since
    private long queueEnd; // the turn of the last who was turned away

    /** @param nanoTime the monotonic clock */
    Throttle(Rate rate, LongSupplier nanoTime) {
        this.interval = TimeUnit.SECONDS.toNanos(1) / rate.perSecond();
        this.fullBucket = rate.atOnce() * interval;
        this.nanoTime = nanoTime;
        this.queueEnd = nanoTime.getAsLong();
        this.emptyAt = queueEnd - fullBucket;
    }

    /** Takes one token; when none is left, says when to come back. */
    synchronized Optional<Duration> take() {
        long now = nanoTime.getAsLong();
        long next = later(emptyAt, now - fullBucket) + interval;
        if (next - now > 0) {
            return Optional.of(Duration.ofNanos(turn(now)));
        }
        emptyAt = next;
        return Optional.empty();
    }

    private long turn(long now) {
        queueEnd = later(queueEnd, now) + interval;
        if (queueEnd - now > LONGEST_WAIT) {
            queueEnd = now + interval;
        }
        return queueEnd - now;
    }

    /** The monotonic clock may run through the largest number: only differences mean anything. */
    private static long later(long one, long other) {
        return one - other < 0 ? other : one;
    }
}
