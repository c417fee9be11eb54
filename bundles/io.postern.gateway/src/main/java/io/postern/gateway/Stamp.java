// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway;

import java.time.Instant;

/**
 * When something was, as far as the gateway knew at that moment, and what is needed to correct it later.
 *
 * @param era counts the stretches of time in which the gateway's clock ran without a step, across restarts: what was
 *     stamped in one era is wrong by one and the same amount. 0 when there is nothing to correct
 */
public record Stamp(Instant instant, TimeQuality quality, long era) {
    public Stamp {
        if (era < 0) {
            throw new IllegalArgumentException("an era counts from 1, or is 0 for none; not " + era);
        }
    }

    /** A time that needs no correction. */
    public static Stamp confirmed(Instant instant) {
        return new Stamp(instant, TimeQuality.CONFIRMED, 0);
    }
}
