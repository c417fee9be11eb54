// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.time;

import io.postern.gateway.Stamp;
import io.postern.gateway.TimeQuality;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * By how much the clock was wrong, era by era; immutable. An era ends with a step of the clock, which ties it to the next,
 * or with a power cut, which leaves it untied: by how much it was wrong can then only be bounded.
 */
record Eras(NavigableMap<Long, Era> known) {
    /** A box that starts without a network every day for most of a year; of older ones only the order is known. */
    static final int MOST = 256;

    static final Eras NONE = new Eras(new TreeMap<>());

    Eras {
        known = Collections.unmodifiableNavigableMap(new TreeMap<>(known));
    }

    /**
     * One stretch without a step.
     *
     * @param source what its time was counted from
     * @param wrong what has to be added to its times, when that is known
     * @param next the era whose times these become by it; 0 when they become the true ones
     */
    record Era(TimeSource source, Optional<Duration> wrong, long next) {
        JsonObject toJson() {
            var json = Json.object().add("source", source.text());
            wrong.ifPresent(by -> json.add("wrong", by.toString()).add("next", next));
            return json.build();
        }

        static Era parse(JsonObject json) {
            return new Era(
                    TimeSource.parse(Json.requireText(json, "source")),
                    Json.text(json, "wrong").map(Duration::parse),
                    json.containsKey("next") ? json.getJsonNumber("next").longValueExact() : 0);
        }
    }

    /** The number of an era that begins now. */
    long fresh() {
        return known.isEmpty() ? 1 : known.lastKey() + 1;
    }

    Eras with(long number, Era era) {
        var next = new TreeMap<>(known);
        next.put(number, era);
        while (next.size() > MOST) {
            next.pollFirstEntry();
        }
        return new Eras(next);
    }

    /** @param present the era that still runs, 0 for none */
    Stamp resolve(Stamp stamp, long present) {
        Stamp at = stamp;
        while (at.era() != 0 && at.era() != present) {
            Era era = known.get(at.era());
            if (era == null) {
                return at;
            }
            if (era.wrong().isEmpty()) {
                return bounded(at, present);
            }
            TimeQuality quality = era.next() == 0 ? TimeQuality.CONFIRMED : at.quality();
            at = new Stamp(at.instant().plus(era.wrong().get()), quality, era.next());
        }
        return at;
    }

    /**
     * The power was cut before anybody had told the time. Where the next era was counted on from this one, this one is as
     * far wrong as that at most: to take that keeps the order, and is right but for the time without power in between.
     */
    private Stamp bounded(Stamp stamp, long present) {
        Map.Entry<Long, Era> next = known.higherEntry(stamp.era());
        if (next == null || next.getValue().source() != TimeSource.SEALED) {
            return stamp;
        }
        Stamp moved = resolve(new Stamp(stamp.instant(), stamp.quality(), next.getKey()), present);
        return moved.era() == 0 ? new Stamp(moved.instant(), TimeQuality.ESTIMATED, 0) : stamp;
    }

    JsonObject toJson() {
        var json = Json.object();
        known.forEach((number, era) -> json.add(Long.toString(number), era.toJson()));
        return json.build();
    }

    static Eras parse(JsonObject json) {
        var known = new TreeMap<Long, Era>();
        json.forEach((number, era) -> known.put(Long.parseLong(number), Era.parse(era.asJsonObject())));
        return new Eras(known);
    }
}
