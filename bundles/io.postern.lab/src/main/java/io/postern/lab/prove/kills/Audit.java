// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove.kills;

import io.postern.ctl.EventStream;
import io.postern.ctl.TelemetryEvent;
import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.lab.prove.Rest;
import io.postern.lab.prove.Talker;
import io.postern.lab.prove.kills.Ledger.Part;
import io.postern.lab.prove.kills.Ledger.State;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Compares what a hub has with what its clients were acknowledged. Used by one thread, after each return of the hub. */
final class Audit {
    private static final Duration PATIENCE = Duration.ofSeconds(60); // for one event of those that are there

    private final LabCloud cloud;
    private final Ledger ledger;
    private final Map<String, Integer> stored = new HashMap<>();
    private final List<String> faults = new ArrayList<>();
    private long read; // the last sequence number that was
    private int markers;
    private int redelivered;

    Audit(LabCloud cloud, Ledger ledger) {
        this.cloud = cloud;
        this.ledger = ledger;
    }

    /** @param drainAll whether the device that is away comes for its commands, too */
    void check(boolean drainAll) throws IOException, LabException, InterruptedException {
        checkParts();
        checkIdentities();
        for (DeviceId taker : Load.TAKERS) {
            if (drainAll || !taker.equals(Load.ABSENT_TAKER)) {
                checkCommands(taker);
            }
        }
        readEvents();
        for (String id : ledger.telemetryAccepted()) {
            if (!stored.containsKey(id)) {
                faults.add("telemetry " + id + " was accepted and is not there");
            }
        }
    }

    List<String> faults() {
        return faults;
    }

    /** Messages that stand in the stream more than once. */
    long twice() {
        return stored.values().stream().filter(times -> times > 1).count();
    }

    /** Messages in the stream that nobody was acknowledged. */
    long unacknowledged() {
        return stored.keySet().stream()
                .filter(id -> !ledger.telemetryAccepted().contains(id))
                .count();
    }

    /** Commands that came again although their device had said that it is done. */
    int redelivered() {
        return redelivered;
    }

    private void checkParts() throws IOException {
        for (DeviceId device : Load.TWINS) {
            JsonObject properties = cloud.operator().twins().find(device).getJsonObject("properties");
            for (String name : List.of("reported", "desired")) {
                Part part = ledger.part(device + "/" + name);
                JsonObject now = properties.getJsonObject(name);
                long number = now.containsKey("n") ? now.getJsonNumber("n").longValue() : 0;
                long version = now.getJsonNumber("$version").longValue();
                long later = number - part.acknowledged();
                if (later < 0
                        || number > part.asked()
                        || part.acknowledged() > 0 && version != part.version() + later) {
                    faults.add("twin " + device + ", " + name + ": " + part + ", and there is " + number
                            + " as version " + version);
                }
                ledger.partAcknowledged(device + "/" + name, number, version);
            }
        }
    }

    private void checkIdentities() throws IOException {
        Map<DeviceId, State> there = new HashMap<>();
        for (JsonObject identity : cloud.operator().devices().list()) {
            there.put(
                    DeviceId.of(identity.getString("deviceId")),
                    identity.getString("status").equalsIgnoreCase("enabled") ? State.ENABLED : State.DISABLED);
        }
        ledger.identities().forEach((id, possible) -> {
            State now = there.getOrDefault(id, State.ABSENT);
            if (!possible.contains(now)) {
                faults.add("identity " + id + " should be " + possible + " and is " + now);
            }
            ledger.identityAcknowledged(id, now);
        });
    }

    private void checkCommands(DeviceId taker) throws IOException {
        Set<String> missing = new HashSet<>(ledger.waiting(taker));
        Set<String> waited = Set.copyOf(missing);
        try (Rest rest = Rest.open(cloud, cloud.connection().hub().host())) {
            Optional<String> taken = next(rest, taker);
            while (taken.isPresent()) {
                String id = taken.get();
                missing.remove(id);
                if (!ledger.wasOffered(id)) {
                    faults.add("command " + id + " for " + taker + " was never sent");
                }
                redelivered += ledger.isAccepted(id) && !waited.contains(id) ? 1 : 0;
                taken = next(rest, taker);
            }
        }
        missing.forEach(id -> faults.add("command " + id + " for " + taker + " was accepted and is not there"));
    }

    private Optional<String> next(Rest rest, DeviceId taker) throws IOException {
        return Load.takeOne(rest, taker, ledger);
    }

    /** Reads the stream up to a message that is sent for this purpose. */
    private void readEvents() throws IOException, LabException, InterruptedException {
        String marker = "marker-" + ++markers;
        try (Talker talker = Talker.connect(cloud, "127.0.0.2", Load.MARKER)) {
            talker.publish(
                    "devices/" + Load.MARKER + "/messages/events/", 1, 1, marker.getBytes(StandardCharsets.US_ASCII));
            talker.read(Talker.PUBACK);
        }
        try (EventStream events = cloud.operator().events(read + 1, notice -> {})) {
            String body;
            do {
                TelemetryEvent event = events.next(PATIENCE)
                        .orElseThrow(() -> new LabException("the stream ends at " + read + ", before " + marker));
                if (event.sequence() != read + 1) {
                    faults.add("behind event " + read + " comes " + event.sequence());
                }
                read = event.sequence();
                body = Bytes.base64(Json.requireText(event.json(), "bodyBase64"))
                        .toUtf8();
                if (ledger.telemetrySent().contains(body)) {
                    stored.merge(body, 1, Integer::sum);
                } else if (!body.startsWith("marker-")) {
                    faults.add("event " + read + " was never sent: " + body);
                }
            } while (!body.equals(marker));
        }
    }
}
