// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import io.postern.gateway.Stamp;
import io.postern.gateway.TimeQuality;
import io.postern.gateway.spi.StateStore;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** When a leaf was last read, also before a restart. Its {@link Leaf} guards it; everybody may look. */
final class LastReading {
    // where a gap begins after a power cut is known to a minute, for one small write a minute
    private static final Duration KEPT_EACH = Duration.ofMinutes(1);

    private final StateStore store;
    private final String name;
    private volatile Optional<Stamp> at;
    private Optional<Stamp> kept;

    private LastReading(StateStore store, String name, Optional<Stamp> at) {
        this.store = store;
        this.name = name;
        this.at = at;
        this.kept = at;
    }

    /** @throws IllegalArgumentException when what is stored is no time */
    static LastReading of(DeviceId leaf, StateStore store) throws IOException {
        String name = "leaf-last/" + leaf;
        try {
            return new LastReading(store, name, store.read(name).map(LastReading::parse));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("not the time of a reading: " + e.getMessage(), e);
        }
    }

    Optional<Stamp> at() {
        return at;
    }

    /** Stores it now and then; {@link #keep} stores it in any case. */
    void was(Stamp taken) throws IOException {
        at = Optional.of(taken);
        if (kept.isEmpty() || isFar(kept.get(), taken)) {
            keep();
        }
    }

    void keep() throws IOException {
        Optional<Stamp> last = at;
        if (last.isPresent() && !last.equals(kept)) {
            store.write(name, toJson(last.get()));
            kept = last;
        }
    }

    private static boolean isFar(Stamp kept, Stamp taken) {
        return kept.era() != taken.era()
                || Duration.between(kept.instant(), taken.instant()).abs().compareTo(KEPT_EACH) > 0;
    }

    private static JsonObject toJson(Stamp stamp) {
        return Json.object()
                .add("at", stamp.instant().toString())
                .add("quality", stamp.quality().name())
                .add("era", stamp.era())
                .build();
    }

    private static Stamp parse(JsonObject json) {
        return new Stamp(
                Instant.parse(Json.requireText(json, "at")),
                TimeQuality.valueOf(Json.text(json, "quality").orElse(TimeQuality.CONFIRMED.name())),
                json.getInt("era", 0));
    }
}
