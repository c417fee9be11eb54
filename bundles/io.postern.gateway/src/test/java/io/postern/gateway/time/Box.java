// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.time;

import io.postern.gateway.spi.StateStore;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** A machine in simulated time: its power, its disk, its clock without a battery, and what the time really is. */
public final class Box implements StateStore {
    public static final Instant BUILT = Instant.parse("2026-01-01T00:00:00Z");

    private final Map<String, JsonObject> disk = new HashMap<>();
    private long nanoTime = -77; // negative, as it may be
    private Duration uptime = Duration.ofSeconds(20);
    private int boots = 1;
    private Instant truth;
    private Instant system;

    /**
     * @param truth what the time is
     * @param system what the operating system believes
     */
    public Box(String truth, String system) {
        this.truth = Instant.parse(truth);
        this.system = Instant.parse(system);
    }

    public TrustedClock open() throws IOException {
        return open(this::nanoTime);
    }

    /** @param monotonic another monotonic clock than the box's own */
    public TrustedClock open(LongSupplier monotonic) throws IOException {
        String boot = "boot-" + boots;
        return TrustedClock.open(this, new Surroundings(boot, () -> uptime, () -> system, monotonic), BUILT);
    }

    /** The box's monotonic clock. */
    public long nanoTime() {
        return nanoTime;
    }

    /** What the time really is. */
    public Instant truth() {
        return truth;
    }

    /** Somebody sets the operating system's clock. */
    public void setSystem(String system) {
        this.system = Instant.parse(system);
    }

    /** Everything goes on. */
    public Box later(Duration time) {
        nanoTime += time.toNanos();
        uptime = uptime.plus(time);
        truth = truth.plus(time);
        system = system.plus(time);
        return this;
    }

    /** Without power only the truth goes on; the clock wakes where it always does. */
    public Box dark(Duration time, String system) {
        boots++;
        nanoTime = 5;
        uptime = Duration.ofSeconds(15);
        truth = truth.plus(time);
        this.system = Instant.parse(system);
        return this;
    }

    /** What a source that is wrong by {@code wrong} says. */
    public TimeClaim claim(TimeSource source, String origin, Duration wrong) {
        return new TimeClaim(source, origin, truth.plus(wrong), nanoTime, Duration.ofMillis(200));
    }

    public TimeClaim claim(TimeSource source) {
        return claim(source, "somebody", Duration.ZERO);
    }

    @Override
    public Optional<JsonObject> read(String name) {
        return Optional.ofNullable(disk.get(name));
    }

    @Override
    public void write(String name, JsonObject fact) {
        disk.put(name, fact);
    }

    @Override
    public void remove(String name) {
        disk.remove(name);
    }
}
