// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import java.util.concurrent.TimeUnit;

/**
 * At most so many in any hour, a sixth of them at once (the generic cell rate algorithm, ITU-T I.371). Times are those of
 * one monotonic clock, in nanoseconds. Not for several threads.
 */
final class HourlyBudget {
    private static final int AT_ONCE = 6;

    private final long interval;
    private final long tolerance;
    private boolean begun;
    private long next;

    HourlyBudget(int perHour) {
        int burst = Math.max(1, perHour / AT_ONCE);
        interval = TimeUnit.HOURS.toNanos(1) / Math.max(1, perHour - burst);
        tolerance = (burst - 1) * interval;
    }

    /** Takes one, or says how long to wait for it. */
    long take(long now) {
        if (!begun || next - now < 0) {
            begun = true;
            next = now;
        }
        long wait = next - tolerance - now;
        if (wait > 0) {
            return wait;
        }
        next += interval;
        return 0;
    }
}
