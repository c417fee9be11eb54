// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.RegistrationId;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Holds each device to five status questions in ten seconds, the hosted service's own limit, by a token bucket. */
final class PollLimiter {
    static final String LIMIT = "5 questions in 10 s";
    private static final int BURST = 5;
    private static final long REFILL_NANOS = Duration.ofSeconds(2).toNanos(); // 10 s / 5
    private static final Duration FULL_AGAIN = Duration.ofSeconds(10); // an idle bucket is full then: forget it
    private static final int MOST_DEVICES = 20_000; // about 2 MB; a forgotten device merely starts with a full bucket

    /** @param emptyAt the moment the bucket would have been empty, had it been filled steadily since */
    private record Bucket(long emptyAt) {}

    private final ExpiringEntries<RegistrationId, Bucket> buckets;
    private final LongSupplier nanoTime;

    PollLimiter(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.buckets = new ExpiringEntries<>(MOST_DEVICES, FULL_AGAIN, nanoTime);
    }

    /** Takes one question from the device's bucket; when none is left, says how long to wait for the next. */
    synchronized Optional<Duration> take(RegistrationId device) {
        long now = nanoTime.getAsLong();
        long fullBucket = now - BURST * REFILL_NANOS;
        long emptyAt = buckets.find(device).map(Bucket::emptyAt).orElse(fullBucket);
        long next = (emptyAt - fullBucket < 0 ? fullBucket : emptyAt) + REFILL_NANOS;
        if (next - now > 0) {
            return Optional.of(Duration.ofNanos(next - now));
        }
        buckets.put(device, new Bucket(next));
        return Optional.empty();
    }
}
