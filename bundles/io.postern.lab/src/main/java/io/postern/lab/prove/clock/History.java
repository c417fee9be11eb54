// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove.clock;

import io.postern.ctl.TelemetryEvent;
import io.postern.wire.Json;
import io.postern.wire.hub.PropertyBag;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** When readings were taken in truth, and when the hub says they were. Readings are numbered from 1. */
final class History {
    private final Duration period;
    private final List<Taken> taken = new ArrayList<>();
    private final Map<Integer, Told> told = new HashMap<>();
    private int repeated;

    /** A reading was not taken before, nor after. */
    private record Taken(Instant earliest, Instant latest) {}

    /** @param sure whether it says nothing about an estimate */
    private record Told(Instant at, boolean sure) {}

    /** @param period from one reading to the next */
    History(Duration period) {
        this.period = period;
    }

    /** So many readings were taken, evenly, none of them sooner than its turn. */
    void took(int readings, Instant begin, Instant end) {
        for (int number = 0; number < readings; number++) {
            taken.add(new Taken(begin.plus(period.multipliedBy(number)), end));
        }
    }

    /** The hub shows it. */
    void arrived(TelemetryEvent event) {
        int number = event.json().getJsonObject("body").getInt("n");
        JsonObject system = event.json().getJsonObject("system");
        Optional<String> quality = Json.text(event.json().getJsonObject("properties"), "time");
        Told now = new Told(Instant.parse(Json.requireText(system, PropertyBag.CREATION_TIME)), quality.isEmpty());
        repeated += told.put(number, now) == null ? 0 : 1;
    }

    int taken() {
        return taken.size();
    }

    int arrived() {
        return told.size();
    }

    int repeated() {
        return repeated;
    }

    int sure() {
        return (int) told.values().stream().filter(Told::sure).count();
    }

    /** By how much the worst lies outside the time in which it can have been taken. */
    Duration worst() {
        Duration worst = Duration.ZERO;
        for (Map.Entry<Integer, Told> each : told.entrySet()) {
            Taken truth = taken.get(each.getKey() - 1);
            Instant said = each.getValue().at();
            worst = longer(worst, Duration.between(said, truth.earliest()));
            worst = longer(worst, Duration.between(truth.latest(), said));
        }
        return worst;
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }
}
