// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.control;

import io.postern.gateway.downlink.Acceptance;
import io.postern.gateway.downlink.JsonMeasurement;
import io.postern.gateway.spi.ControlCommand;
import io.postern.gateway.spi.LeafOffice;
import io.postern.gateway.spi.LeafOrders;
import io.postern.gateway.spi.LeafOrders.Outcome;
import io.postern.sensor.Fingerprint;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What may be known and decided of leaves, as commands. */
final class LeafCommands {
    private static final Duration PATIENCE = Duration.ofSeconds(10); // for the line; somebody waits before a screen

    private LeafCommands() {}

    static List<ControlCommand> of(LeafOffice office) {
        return List.of(
                new SimpleCommand(
                        "leaf.list", "all configured leaves and how they are", false, true, _ -> list(office)),
                new SimpleCommand(
                        "leaf.show",
                        "one leaf with its certificate",
                        false,
                        true,
                        arguments -> show(office, arguments)),
                deciding("leaf.approve", "the instrument found is the right one", office, LeafOffice::approve),
                deciding(
                        "leaf.replace", "the instrument found carries on for the old one", office, LeafOffice::replace),
                deciding("leaf.retire", "the leaf is no more", office, LeafOffice::retire));
    }

    static List<ControlCommand> of(LeafOrders orders) {
        return List.of(new SimpleCommand(
                "leaf.write",
                "writes a property, or gives a command",
                true,
                false,
                arguments -> write(orders, arguments)));
    }

    private static ControlCommand deciding(String name, String summary, LeafOffice office, Decision decision) {
        return new SimpleCommand(name, summary, true, true, arguments -> {
            DeviceId leaf = Arguments.leaf(arguments);
            decision.make(office, leaf);
            return json(entry(office, leaf)).build();
        });
    }

    private static JsonObject list(LeafOffice office) {
        var leaves = Json.array();
        office.leaves().forEach(entry -> leaves.add(json(entry)));
        return Json.object().add("leaves", leaves).build();
    }

    private static JsonObject show(LeafOffice office, JsonObject arguments) {
        LeafOffice.Entry entry = entry(office, Arguments.leaf(arguments));
        var json = json(entry);
        entry.certificate().ifPresent(facts -> json.add("certificate", json(facts)));
        entry.found().ifPresent(facts -> json.add("found", json(facts)));
        return json.build();
    }

    private static LeafOffice.Entry entry(LeafOffice office, DeviceId leaf) {
        return office.leaves().stream()
                .filter(entry -> entry.leaf().equals(leaf))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no leaf " + leaf
                        + " in this gateway's configuration; leaf.list shows those there are"));
    }

    private static JsonObject write(LeafOrders orders, JsonObject arguments) throws InterruptedException, IOException {
        DeviceId leaf = Arguments.leaf(arguments);
        String field = Json.requireText(arguments, "field");
        JsonValue value = arguments.getOrDefault("value", JsonValue.NULL);
        return switch (new Acceptance(leaf, orders).once(field, value, PATIENCE)) {
            case Outcome.Done(var shown) ->
                Json.object()
                        .add("leaf", leaf.text())
                        .add("field", field)
                        .add("value", JsonMeasurement.of(shown))
                        .build();
            case Outcome.BadValue(String reason) -> throw new IllegalArgumentException(Shown.of(field) + ": " + reason);
            case Outcome.NotInModel(String reason) -> throw new IllegalArgumentException(reason);
            case Outcome.Held(String reason) -> throw new IllegalStateException(leaf + " is held: " + reason);
            case Outcome.Refused(String reason) -> throw new IOException(leaf + " refuses: " + reason);
            case Outcome.NotAnswering(String reason, boolean sent) ->
                throw new IOException(leaf + " does not answer: " + reason
                        + (sent ? "; it may have taken the order all the same, look before it is repeated" : ""));
        };
    }

    private static JsonObjectBuilder json(LeafOffice.Entry entry) {
        var json = Json.object()
                .add("leaf", entry.leaf().text())
                .add("state", entry.state())
                .add("reason", entry.reason())
                .add("since", entry.since().toString())
                .add("template", entry.template())
                .add("model", entry.model())
                .add("line", entry.line())
                .add("address", entry.address())
                .add("difference", entry.difference());
        optional(json, "lastReading", entry.lastReading());
        optional(json, "gapSince", entry.gapSince());
        return json;
    }

    private static JsonObject json(Fingerprint fingerprint) {
        var facts = Json.object();
        fingerprint.facts().forEach(facts::add);
        return facts.build();
    }

    private static void optional(JsonObjectBuilder json, String name, Optional<?> value) {
        value.ifPresent(present -> json.add(name, present.toString()));
    }

    @FunctionalInterface
    private interface Decision {
        void make(LeafOffice office, DeviceId leaf) throws IOException;
    }
}
