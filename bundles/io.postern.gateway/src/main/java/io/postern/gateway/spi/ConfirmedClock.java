// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.gateway.Stamp;
import io.postern.gateway.TimeQuality;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** A clock nobody doubts. */
record ConfirmedClock(InstantSource source) implements GatewayClock {
    @Override
    public Instant instant() {
        return source.instant();
    }

    @Override
    public Stamp stamp() {
        return Stamp.confirmed(instant());
    }

    @Override
    public Stamp stamp(long nanoTime) {
        return Stamp.confirmed(instant().plusNanos(nanoTime - System.nanoTime()));
    }

    @Override
    public Stamp resolve(Stamp stamp) {
        return stamp;
    }

    @Override
    public Instant earliest() {
        return instant();
    }

    @Override
    public InstantSource steady() {
        return source;
    }

    @Override
    public State state() {
        Instant now = instant();
        return new State(TimeQuality.CONFIRMED, now, "given", Optional.of(now), Duration.ZERO, 0);
    }
}
