// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.gateway.Stamp;
import io.postern.gateway.TimeQuality;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * The one clock of the gateway. It counts on from what it was told, on the monotonic clock: whoever sets the operating
 * system's clock does not move it. It steps when somebody who can prove it tells a better time; what has to last for a
 * while is therefore measured on {@link #steady} or {@link System#nanoTime}.
 */
public interface GatewayClock extends InstantSource {
    /** What happens now, stamped. */
    Stamp stamp();

    /**
     * What happened at {@code nanoTime}, of {@link System#nanoTime} in this process, stamped with what is known of that
     * moment now.
     */
    Stamp stamp(long nanoTime);

    /** The stamp as far as it can be corrected by now; one that needs no correction, or cannot have it yet, as it is. */
    Stamp resolve(Stamp stamp);

    /** The earliest it can be now, whatever sources say that prove nothing. */
    Instant earliest();

    /** Instants that only ever go on and are no time of day: for pauses, lives and renewals. */
    InstantSource steady();

    State state();

    /**
     * How far the time is known.
     *
     * @param now what the clock shows
     * @param source where that comes from, in words: {@code build}, {@code sealed}, {@code system}, {@code server},
     *     {@code ntp}, {@code signed}
     * @param confirmed when, by this clock, it was last confirmed, in this run or before
     * @param offOfSystem how far the operating system's clock is ahead of it; negative when behind
     * @param era of stamps made now, 0 while confirmed
     */
    record State(
            TimeQuality quality,
            Instant now,
            String source,
            Optional<Instant> confirmed,
            Duration offOfSystem,
            long era) {
        /** {@code {"quality","now","source","systemIsAheadMs","era","confirmed"}}, the last when it ever was. */
        public JsonObject toJson() {
            var json = Json.object()
                    .add("quality", quality.text())
                    .add("now", now.toString())
                    .add("source", source)
                    .add("systemIsAheadMs", offOfSystem.toMillis())
                    .add("era", era);
            confirmed.ifPresent(at -> json.add("confirmed", at.toString()));
            return json.build();
        }
    }

    /** A clock that is always right, for what runs beside a gateway and for tests. */
    static GatewayClock confirmed(InstantSource source) {
        return new ConfirmedClock(source);
    }
}
