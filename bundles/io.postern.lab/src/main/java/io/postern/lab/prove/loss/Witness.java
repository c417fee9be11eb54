// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove.loss;

import io.postern.ctl.EventStream;
import io.postern.ctl.ServiceException;
import io.postern.ctl.TelemetryEvent;
import io.postern.gateway.load.LoadLedger;
import io.postern.lab.load.Crew;
import io.postern.lab.load.Seen;
import io.postern.wire.Json;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Follows a hub's events all the time and holds them against what the gateway had accepted. Used by one thread. */
final class Witness {
    private final EventStream events;
    private final Crew crew;
    private final Seen seen;
    private final Map<String, LeafNumbers> leaves = new HashMap<>();
    private final List<String> faults = new ArrayList<>();

    /** Each leaf of {@code crew} has one stream of readings. */
    Witness(EventStream events, Crew crew) {
        this.events = events;
        this.crew = crew;
        this.seen = new Seen(crew, crew.leaves());
    }

    /** Reads what comes in so long a time. */
    void follow(Duration time) throws ServiceException, InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            take(Duration.ofNanos(left));
        }
    }

    /**
     * Reads until nothing that was accepted is missing.
     *
     * @return how many are missing when nothing came for {@code patience}
     */
    long awaitAll(LoadLedger.Account account, Duration patience) throws ServiceException, InterruptedException {
        long last = System.nanoTime();
        long missing = seen.missing(account);
        while (missing > 0 && System.nanoTime() - last < patience.toNanos()) {
            if (take(Duration.ofMillis(100))) {
                last = System.nanoTime();
            }
            missing = seen.missing(account);
        }
        return missing;
    }

    /** One event and all that have come with it; whether there was one. */
    private boolean take(Duration wait) throws ServiceException, InterruptedException {
        Optional<TelemetryEvent> event = events.next(wait);
        boolean any = event.isPresent();
        while (event.isPresent()) {
            accept(event.get());
            event = events.next(Duration.ZERO);
        }
        return any;
    }

    private void accept(TelemetryEvent event) {
        if (!event.deviceId().startsWith(crew.prefix())) {
            return;
        }
        seen.accept(event);
        JsonObject body = Json.object(event.json(), "body").orElse(JsonObject.EMPTY_JSON_OBJECT);
        Optional<String> number =
                Json.object(event.json(), "properties").flatMap(properties -> Json.text(properties, "seq"));
        if (number.isPresent() && body.get("n") instanceof JsonNumber reading) {
            leaves.computeIfAbsent(event.deviceId(), LeafNumbers::new)
                    .accept(Integer.parseInt(number.get()), reading.longValueExact());
        } else {
            faults.add(event.deviceId() + ": not a reading: " + event.json());
        }
    }

    Seen seen() {
        return seen;
    }

    /** What was wrong with any leaf's numbers, and whatever else came under a leaf's name. */
    List<String> faults() {
        List<String> all = new ArrayList<>(faults);
        leaves.values().forEach(leaf -> all.addAll(leaf.faults()));
        return all;
    }

    Collection<LeafNumbers> leaves() {
        return leaves.values();
    }
}
