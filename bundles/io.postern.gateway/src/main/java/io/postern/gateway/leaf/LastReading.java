// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import io.postern.gateway.spi.StateStore;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
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
    private volatile Optional<Instant> at;
    private Optional<Instant> kept;

    private LastReading(StateStore store, String name, Optional<Instant> at) {
        this.store = store;
        this.name = name;
        this.at = at;
        this.kept = at;
    }

    /** @throws IllegalArgumentException when what is stored is no time */
    static LastReading of(DeviceId leaf, StateStore store) throws IOException {
        String name = "leaf-last/" + leaf;
        try {
            return new LastReading(
                    store, name, store.read(name).map(json -> Instant.parse(Json.requireText(json, "at"))));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("not the time of a reading: " + e.getMessage(), e);
        }
    }

    Optional<Instant> at() {
        return at;
    }

    /** Stores it now and then; {@link #keep} stores it in any case. */
    void was(Instant taken) throws IOException {
        at = Optional.of(taken);
        if (kept.isEmpty() || Duration.between(kept.get(), taken).abs().compareTo(KEPT_EACH) > 0) {
            keep();
        }
    }

    void keep() throws IOException {
        Optional<Instant> last = at;
        if (last.isPresent() && !last.equals(kept)) {
            store.write(name, Json.object().add("at", last.get().toString()).build());
            kept = last;
        }
    }
}
