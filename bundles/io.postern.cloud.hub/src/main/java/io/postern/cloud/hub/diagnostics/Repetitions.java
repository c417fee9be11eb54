// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.diagnostics;

import io.postern.wire.HubName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What strangers repeat: the first of a kind passes, further ones are counted and told once a minute, until a minute has
 * passed without one.
 */
final class Repetitions {
    private static final int MOST_KINDS = 1_024; // addresses times reasons; beyond, all strangers count as one
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();
    private static final String ANYBODY = "elsewhere";

    private record Kind(HubName hub, String operation, Transport transport, String address, String reason) {}

    private static final class Count {
        private final long since;
        private Origin origin;
        private long times;

        Count(long since, Origin origin) {
            this.since = since;
            this.origin = origin;
        }
    }

    private final LongSupplier nanoTime;
    private final Map<Kind, Count> counts = new HashMap<>(); // guarded by this

    /** @param nanoTime the monotonic clock */
    Repetitions(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Whether it is to be written; else it is counted. */
    synchronized boolean isFirst(LoggedOperation logged, Operation.OfStranger operation) {
        Kind kind = new Kind(
                logged.hub(),
                logged.name(),
                operation.origin().transport(),
                operation.origin().address(),
                operation.reason());
        Count known = counts.get(kind);
        if (known == null && counts.size() >= MOST_KINDS) {
            kind = new Kind(logged.hub(), logged.name(), operation.origin().transport(), ANYBODY, operation.reason());
            known = counts.get(kind);
        }
        if (known == null) {
            var origin = kind.address().equals(ANYBODY) ? new Origin(kind.transport(), ANYBODY) : operation.origin();
            counts.put(kind, new Count(nanoTime.getAsLong(), origin));
            return true;
        }
        known.times++;
        if (!kind.address().equals(ANYBODY)) {
            known.origin = operation.origin();
        }
        return false;
    }

    /** What has been repeated for a minute and is to be told now. */
    synchronized List<LoggedOperation> due(Instant now) {
        long nanos = nanoTime.getAsLong();
        List<LoggedOperation> told = new ArrayList<>();
        Map<Kind, Count> anew = new HashMap<>();
        counts.entrySet().removeIf(entry -> {
            Count count = entry.getValue();
            if (nanos - count.since < MINUTE) {
                return false;
            }
            if (count.times > 0) {
                Kind kind = entry.getKey();
                told.add(new LoggedOperation(
                        now,
                        kind.hub(),
                        Actor.within("hub"),
                        new Operation.Repeated(kind.operation(), count.origin, kind.reason(), count.times)));
                anew.put(kind, new Count(nanos, count.origin));
            }
            return true;
        });
        counts.putAll(anew);
        return told;
    }
}
