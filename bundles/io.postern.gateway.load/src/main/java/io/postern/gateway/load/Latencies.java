// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.load;

import java.util.concurrent.atomic.AtomicLongArray;

/** Counts durations in steps of a sixteenth of their size; safe for threads. */
public final class Latencies {
    private static final int FINE = 16; // steps from one power of two to the next: 6 % apart
    private static final int POWERS = 40; // of microseconds: twelve days

    private final AtomicLongArray counts = new AtomicLongArray(FINE * POWERS);

    public void add(long nanos) {
        counts.incrementAndGet(step(Math.max(1, nanos / 1000)));
    }

    /** The duration in microseconds that {@code share} of all stayed below; 0 without any. */
    public long micros(double share) {
        long all = 0;
        for (int i = 0; i < counts.length(); i++) {
            all += counts.get(i);
        }
        long wanted = Math.round(all * share);
        for (int i = 0; i < counts.length(); i++) {
            wanted -= counts.get(i);
            if (wanted <= 0 && all > 0) {
                return upper(i);
            }
        }
        return 0;
    }

    private int step(long micros) {
        int power = Math.min(POWERS - 1, 63 - Long.numberOfLeadingZeros(micros));
        long within = power >= 4 ? (micros >> power - 4) - FINE : (micros << 4 - power) - FINE;
        return power * FINE + (int) Math.min(FINE - 1, within);
    }

    private static long upper(int step) {
        int power = step / FINE;
        long above = step % FINE + FINE + 1L;
        return power >= 4 ? above << power - 4 : Math.max(1, above >> 4 - power);
    }
}
