// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** A wall clock that stands still until the test moves it. */
public final class MovableClock implements InstantSource {
    private volatile Instant now;

    private MovableClock(Instant start) {
        now = start;
    }

    public static MovableClock at(Instant start) {
        return new MovableClock(start);
    }

    /** @param start ISO form, for example {@code 2026-03-01T08:00:00Z} */
    public static MovableClock at(String start) {
        return at(Instant.parse(start));
    }

    @Override
    public Instant instant() {
        return now;
    }

    /** A monotonic clock that goes with this one, for tests in which nobody sets it. */
    public long nanoTime() {
        return ChronoUnit.NANOS.between(Instant.EPOCH, now);
    }

    /** Moves the clock; a negative step goes back, as real clocks do when they are set. */
    public synchronized MovableClock advance(Duration step) {
        now = now.plus(step);
        return this;
    }

    public synchronized void set(Instant instant) {
        now = instant;
    }

    @Override
    public String toString() {
        return "MovableClock[" + instant() + "]";
    }
}
