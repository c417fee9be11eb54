// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import java.time.Duration;

/**
 * How long a unit that does not answer is left alone, so that its silence does not cost the others their time: after three
 * attempts in vain it rests ten times as long as an attempt takes, then twice that, up to a minute. One answer ends it.
 *
 * <p>So a mute unit costs the line at most a tenth of its time. Pure: times of the monotonic clock come from the caller.
 */
final class UnitRest {
    private static final int PATIENT_ATTEMPTS = 3; // a unit that starts or hears noise misses one or two
    private static final int SHARE = 10;
    private static final Duration LONGEST = Duration.ofMinutes(1); // a unit that comes back is seen within that

    private final Duration attempt;
    private int inVain;
    private long restsUntil;

    /** @param attempt what an attempt in vain costs the line */
    UnitRest(Duration attempt) {
        this.attempt = attempt;
    }

    boolean isResting(long now) {
        return inVain >= PATIENT_ATTEMPTS && now - restsUntil < 0;
    }

    void answered() {
        inVain = 0;
    }

    /** @return how long it rests now, zero when it is tried again when due */
    Duration missed(long now) {
        inVain++;
        if (inVain < PATIENT_ATTEMPTS) {
            return Duration.ZERO;
        }
        int doublings = Math.min(10, inVain - PATIENT_ATTEMPTS);
        Duration first = attempt.multipliedBy(SHARE);
        Duration longest = first.compareTo(LONGEST) > 0 ? first : LONGEST;
        Duration grown = first.multipliedBy(1L << doublings);
        Duration rest = grown.compareTo(longest) > 0 ? longest : grown;
        restsUntil = now + rest.toNanos();
        return rest;
    }
}
