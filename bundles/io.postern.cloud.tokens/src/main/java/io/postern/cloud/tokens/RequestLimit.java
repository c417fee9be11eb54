// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.wire.DeviceId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How often each gateway may ask: a bucket that holds {@code burst} requests and refills evenly.
 *
 * <p>Only proven gateways get here, so a bucket cannot be emptied in another's name. Forgets the gateway that asked
 * longest ago once it knows {@value #MOST_GATEWAYS} of them; by then its bucket has filled again.
 */
final class RequestLimit {
    private static final int MOST_GATEWAYS = 10_000;

    private final int burst;
    private final double perNano;
    private final LongSupplier nanoTime;
    private final Map<DeviceId, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<DeviceId, Bucket> eldest) {
            return size() > MOST_GATEWAYS;
        }
    };

    private record Bucket(double left, long at) {}

    RequestLimit(int burst, int perMinute, LongSupplier nanoTime) {
        this.burst = burst;
        this.perNano = perMinute / 60e9;
        this.nanoTime = nanoTime;
    }

    /** @return how long until the gateway may ask again; nothing when it may now, and has */
    synchronized Optional<Duration> take(DeviceId gateway) {
        long now = nanoTime.getAsLong();
        Bucket bucket = buckets.getOrDefault(gateway, new Bucket(burst, now));
        double left = Math.min(burst, bucket.left() + (now - bucket.at()) * perNano);
        boolean taken = left >= 1;
        buckets.put(gateway, new Bucket(taken ? left - 1 : left, now));
        return taken ? Optional.empty() : Optional.of(Duration.ofNanos((long) Math.ceil((1 - left) / perNano)));
    }
}
