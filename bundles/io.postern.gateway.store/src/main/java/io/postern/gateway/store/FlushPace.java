// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import java.time.Duration;

/**
 * When the next sync is due. On average there is one for each window at most. What was not used of the last second may be
 * used at once, so that who appends now and then, or a few readings one after the other, is not held up. What was not used
 * of the last hour may be used when all callers of the last sync are there again, so that waiting would bring no company:
 * as fast as leaves the disk three quarters of its time, which is often on a disk and rarely on a card. Pure: the time is
 * the caller's, in nanoseconds of a monotonic clock.
 */
final class FlushPace {
    private static final long SAVED = Duration.ofSeconds(1).toNanos(); // a poll of a line's leaves, one after the other
    private static final long RESERVE = Duration.ofHours(1).toNanos(); // wear is counted in days
    private static final int REST = 3; // times what the last sync took

    private final long window;
    private final Budget second;
    private final Budget hour;
    private long last;
    private long rested;
    private int company = 1;

    FlushPace(Duration window, long now) {
        this.window = window.toNanos();
        second = new Budget(SAVED, now);
        hour = new Budget(RESERVE, now);
        last = now - SAVED;
        rested = now;
    }

    /**
     * How long to wait for company yet, at most; 0 when it is time.
     *
     * @param waiting how many wait for the sync
     * @param complete whether all callers of the last sync are among them
     */
    long left(long now, int waiting, boolean complete) {
        long allowed = second.left(now);
        if (complete) {
            allowed = Math.min(allowed, Math.max(hour.left(now), rested - now));
        }
        // as many as shared the last one: whoever could come is there
        long gathered = waiting >= company ? 0 : last + window - now;
        return Math.max(0, Math.max(allowed, gathered));
    }

    /** A sync begins for {@code group} that waited. */
    void flushing(long now, int group) {
        last = now;
        second.pay(now);
        hour.pay(now);
        company = Math.max(1, group);
    }

    /** It has ended. */
    void flushed(long now) {
        rested = now + REST * (now - last);
    }

    /** One window for each sync; what is not used is saved up to a bound. */
    private final class Budget {
        private final long saved;
        private long paid; // when all syncs so far would have had their window each

        Budget(long saved, long now) {
            this.saved = Math.max(saved, window);
            paid = now - saved;
        }

        long left(long now) {
            return paid - now - (saved - window);
        }

        /** Never owes more than a window, whoever has used it. */
        void pay(long now) {
            paid = (paid - now > 0 ? Math.min(paid - now, saved - window) + now : now) + window;
        }
    }
}
