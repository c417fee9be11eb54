// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** Says what happens often at most once a minute, with how often it did: what strangers do must not fill the log. */
public final class Seldom {
    private static final long QUIET = Duration.ofMinutes(1).toNanos();

    private final LongSupplier nanoTime;
    private final AtomicLong untold = new AtomicLong();
    private final AtomicLong lastTold;

    /** @param nanoTime the monotonic clock */
    public Seldom(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.lastTold = new AtomicLong(nanoTime.getAsLong() - QUIET);
    }

    /** It happened once more. {@code tell} hears how often since it was told last, this time included, or nothing. */
    public void add(LongConsumer tell) {
        untold.incrementAndGet();
        long now = nanoTime.getAsLong();
        long last = lastTold.get();
        if (now - last >= QUIET && lastTold.compareAndSet(last, now)) {
            tell.accept(untold.getAndSet(0));
        }
    }
}
