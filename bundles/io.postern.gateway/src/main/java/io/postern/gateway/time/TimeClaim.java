// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.time;

import java.time.Duration;
import java.time.Instant;

/**
 * Somebody says what time it is.
 *
 * @param origin who: two claims of one kind are independent only when these differ
 * @param at when that was so, of {@link System#nanoTime}
 * @param doubt how far off it may be with a source that is right
 */
public record TimeClaim(TimeSource source, String origin, Instant time, long at, Duration doubt) {
    /** What time it would be at another moment if this is right. */
    Instant then(long nanoTime) {
        return time.plusNanos(nanoTime - at);
    }

    /** Whether both can be right. */
    boolean agrees(TimeClaim other) {
        Duration apart = Duration.between(time, other.then(at)).abs();
        return apart.compareTo(TimeRules.AGREEMENT.plus(doubt).plus(other.doubt)) <= 0;
    }
}
