// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.wire.DeviceId;
import io.postern.wire.Slot;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Spreads the return of all leaves after an outage they had in common, so that the hub lets them in as fast as it can and
 * refuses hardly any. A leaf's place follows from its name and from how many there are: nothing is kept, and all token
 * services of a hub say the same.
 */
final class SlotPlan {
    private static final Duration WIDTH = Duration.ofSeconds(1);
    static final double USED = 0.8; // of what the hub takes: places are hit unevenly, and gateways need some too
    private static final int MOST = 600; // gateways wait ten minutes at most
    private static final Duration RECOUNT = Duration.ofMinutes(1);

    private final int perSecond;
    private final LongSupplier identities;
    private final LongSupplier nanoTime;
    private final AtomicReference<@Nullable Count> counted = new AtomicReference<>();

    private record Count(long identities, long at) {}

    /**
     * @param perSecond how many connections the hub takes in a second; 0 gives no places
     * @param identities counts those that come
     */
    SlotPlan(int perSecond, LongSupplier identities, LongSupplier nanoTime) {
        this.perSecond = perSecond;
        this.identities = identities;
        this.nanoTime = nanoTime;
    }

    /** Empty when all may come at once. */
    Optional<Slot> of(DeviceId leaf) {
        if (perSecond == 0) {
            return Optional.empty();
        }
        int places = (int) Math.min(MOST, Math.ceil(count() / (perSecond * USED)));
        if (places <= 1) {
            return Optional.empty();
        }
        var hash = new CRC32();
        hash.update(leaf.text().getBytes(StandardCharsets.UTF_8));
        return Optional.of(new Slot((int) (hash.getValue() % places), places, WIDTH));
    }

    private long count() {
        long now = nanoTime.getAsLong();
        Count last = counted.get();
        if (last != null && now - last.at < RECOUNT.toNanos()) {
            return last.identities;
        }
        var fresh = new Count(identities.getAsLong(), now);
        counted.set(fresh);
        return fresh.identities;
    }
}
