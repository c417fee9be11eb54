// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.wire.ReturnWindow;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Where gateways that have lost all their sessions queue for the hub, each with as many as it has: the window of one
 * begins where that of the one before ends. One number is all that is kept, so a gateway alone never waits, and ten
 * thousand that ask in one minute come one after the other. Safe for threads.
 */
public final class ReturnQueue {
    private static final int MOST = 1_000; // leaves of one gateway
    private static final Duration LONGEST = Duration.ofMinutes(10); // gateways wait no longer

    private final double nanosEach;
    private final LongSupplier nanoTime;
    private boolean used;
    private long end; // of the last window

    /**
     * @param perSecond connections that the hub takes in a second; 0 gives everybody a window of no length at once
     * @param nanoTime the monotonic clock, {@code System::nanoTime} outside of tests
     */
    public ReturnQueue(int perSecond, LongSupplier nanoTime) {
        this.nanosEach = perSecond == 0 ? 0 : 1e9 / (perSecond * SlotPlan.USED);
        this.nanoTime = nanoTime;
    }

    /**
     * The next window.
     *
     * @param out identities that come in it; what is no number of a gateway's is taken for the nearest that is
     */
    public synchronized ReturnWindow enter(int out) {
        long now = nanoTime.getAsLong();
        long wait = used ? Math.clamp(end - now, 0, LONGEST.toNanos()) : 0;
        long span = (long) (nanosEach * Math.clamp(out, 1, MOST));
        used = true;
        end = now + wait + span;
        return new ReturnWindow(Duration.ofNanos(wait), Duration.ofNanos(span));
    }
}
