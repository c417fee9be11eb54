// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import io.postern.gateway.Priority;
import io.postern.gateway.Reading;
import io.postern.gateway.spi.GatewayClock;
import io.postern.gateway.spi.ReadingSink;
import io.postern.gateway.spi.StateStore;
import io.postern.gateway.uplink.MemoryOutbox;
import io.postern.sensor.Measurement;
import io.postern.sensor.Model;
import io.postern.sensor.Model.Content;
import io.postern.sensor.Model.Schema;
import io.postern.sensor.Node;
import io.postern.sensor.Reporting;
import io.postern.sensor.Template;
import io.postern.testkit.MovableClock;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.ModelId;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A gateway's disk and clock, on which the leaves are started, killed and started again. */
final class LeafSite {
    static final DeviceId METER = DeviceId.of("meter-7");
    static final Duration PERIOD = Duration.ofSeconds(1);

    final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");
    final Map<String, JsonObject> facts = new ConcurrentHashMap<>();
    final MemoryOutbox outbox = new MemoryOutbox();
    volatile boolean diskFull;
    Roster roster = new Roster(List.of());

    /** The leaves of a gateway that has just been switched on. */
    Leaves start() {
        roster = new Roster(List.of());
        ReadingSink sink = this::accept;
        return new Leaves(
                new Leaf.Depot(new Facts(), outbox, sink, GatewayClock.confirmed(clock)),
                roster,
                () -> clock.instant().toEpochMilli() * 1_000_000);
    }

    private void accept(Reading reading) throws IOException {
        if (diskFull) {
            throw new IOException("no space left");
        }
        var values = new StringBuilder();
        reading.values()
                .forEach((field, value) -> values.append(field).append('=').append(text(value)));
        outbox.append(reading.leaf(), Priority.MEASUREMENT, reading.taken(), Bytes.utf8(values.toString()));
    }

    /** What has been published under the leaf's identity, in its order. */
    List<String> published(DeviceId leaf) {
        return outbox.head(leaf, Integer.MAX_VALUE).stream()
                .map(message -> new String(message.body().toArray(), StandardCharsets.UTF_8))
                .toList();
    }

    static LeafSettings settings(String leaf, String line, String address, LeafSettings.Approval approval) {
        return new LeafSettings(
                DeviceId.of(leaf), "tester", line, address, Optional.empty(), approval, Duration.ofMinutes(10));
    }

    static Template template(String driver) {
        return template(driver, "{}");
    }

    static Template template(String driver, String mapping) {
        try {
            var contents = new LinkedHashMap<String, Content>();
            contents.put("voltage", new Content.Telemetry(Schema.DOUBLE, "volt"));
            contents.put("limit", new Content.Property(Schema.DOUBLE, "volt", true));
            contents.put("serial", new Content.Property(Schema.STRING, "", false));
            contents.put("reset", new Content.Command(Optional.empty()));
            Node.Members none = Node.parse("tester.json", "{}");
            return new Template(
                    "tester",
                    "Tester",
                    "none",
                    new Model(ModelId.of("dtmi:test:tester;1"), "Tester", contents),
                    driver,
                    Node.parse("tester.json", mapping),
                    new Reporting(PERIOD, Map.of()),
                    none);
        } catch (io.postern.sensor.TemplateException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(Measurement value) {
        return switch (value) {
            case Measurement.Quantity(double quantity) -> String.valueOf(quantity);
            case Measurement.Count(long count) -> String.valueOf(count);
            case Measurement.Flag(boolean flag) -> String.valueOf(flag);
            case Measurement.Text(String text) -> text;
        };
    }

    private final class Facts implements StateStore {
        @Override
        public Optional<JsonObject> read(String name) {
            return Optional.ofNullable(facts.get(name));
        }

        @Override
        public void write(String name, JsonObject fact) throws IOException {
            if (diskFull) {
                throw new IOException("no space left");
            }
            facts.put(name, fact);
        }

        @Override
        public void remove(String name) {
            facts.remove(name);
        }
    }
}
