// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import io.postern.sensor.pins.PinMap;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** What a pin's edges add up to. Told by the thread that reads edges, asked by the one that makes observations. */
final class Tally {
    private static final double NANOS = 1e9;
    private static final double SLOWEST = 1.0 / 3_600; // a pulse an hour; slower shows as none

    private final PinMap map;
    private boolean active;
    private long count;
    private long missed;
    private boolean tampered;
    private OptionalLong before = OptionalLong.empty(); // the last two counted edges, by the monotonic clock
    private OptionalLong latest = OptionalLong.empty();

    Tally(PinMap map) {
        this.map = map;
    }

    /** Goes on from what was kept. */
    synchronized void restore(JsonObject fact) {
        count = fact.getJsonNumber("count").longValueExact();
        missed = fact.getJsonNumber("missed").longValueExact();
        active = fact.getBoolean("active");
        tampered = fact.getBoolean("tampered");
    }

    synchronized JsonObject fact() {
        return Json.createObjectBuilder()
                .add("count", count)
                .add("missed", missed)
                .add("active", active)
                .add("tampered", tampered)
                .build();
    }

    /** The level when the pin was opened; the time before is not known. */
    synchronized void begin(boolean now) {
        before = OptionalLong.empty();
        latest = OptionalLong.empty();
        if (now && map.role() == PinMap.Role.TAMPER) {
            count += active ? 0 : 1; // opened while nobody looked
            tampered = true;
        }
        active = now;
    }

    /** An edge, and those before it that were lost: levels alternate, so the last of those went the other way. */
    synchronized void edge(boolean towardsActive, int lost, long at) {
        long unseen =
                switch (map.role() == PinMap.Role.COUNTER ? map.edge() : PinMap.Edge.ACTIVE) {
                    case ACTIVE -> lostOf(lost, towardsActive);
                    case INACTIVE -> lostOf(lost, !towardsActive);
                    case BOTH -> lost;
                };
        boolean counts = counts(towardsActive);
        count += unseen + (counts ? 1 : 0);
        missed += unseen;
        if (counts) {
            before = unseen > 0 ? OptionalLong.empty() : latest;
            latest = OptionalLong.of(at);
        }
        tampered |= map.role() == PinMap.Role.TAMPER && (towardsActive || unseen > 0);
        active = towardsActive;
    }

    private boolean counts(boolean towardsActive) {
        return switch (map.role() == PinMap.Role.COUNTER ? map.edge() : PinMap.Edge.ACTIVE) {
            case ACTIVE -> towardsActive;
            case INACTIVE -> !towardsActive;
            case BOTH -> true;
        };
    }

    /** A counter's line tells the one kind of edge alone; elsewhere every second of those lost was of the kind. */
    private long lostOf(int lost, boolean seenIsCounted) {
        if (map.role() == PinMap.Role.COUNTER) {
            return lost;
        }
        return seenIsCounted ? lost / 2 : (lost + 1) / 2;
    }

    synchronized PinMap.Facts facts(boolean level, long now) {
        return new PinMap.Facts(level, count, missed, rate(now), tampered);
    }

    /** Of the last two edges; while the next is overdue, what it could be at most. */
    private OptionalDouble rate(long now) {
        if (before.isEmpty() || latest.isEmpty()) {
            return OptionalDouble.empty();
        }
        long apart = Math.max(1, Math.max(latest.getAsLong() - before.getAsLong(), now - latest.getAsLong()));
        double rate = NANOS / apart;
        return OptionalDouble.of(rate < SLOWEST ? 0 : rate);
    }

    synchronized void count(long wanted) {
        count = wanted;
    }

    synchronized boolean tampered() {
        return tampered;
    }

    /** Someone has seen to it; what stands open still is told again. */
    synchronized void acknowledge() {
        tampered = active;
    }
}
