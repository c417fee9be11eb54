// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern ctl leaves}: which gateway may speak for which leaf (HUB-18, SYS-09). */
@Command(name = "leaves", description = "Which gateway may speak for which leaf device.")
final class LeafCommands {
    private final Ctl ctl;

    LeafCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    @Command(name = "assign", description = "Lets a gateway speak for leaves.")
    void assign(
            @Option(names = "--gateway", required = true, paramLabel = "ID", description = "The gateway's device id.")
                    DeviceId gateway,
            @Option(names = "--handover", description = "Take them from other gateways.") boolean handover,
            @Parameters(arity = "1..*", paramLabel = "LEAF", description = "Device ids of the leaves.")
                    List<DeviceId> leaves)
            throws IOException {
        Leaves assignments = ctl.cloud().leaves();
        for (DeviceId leaf : leaves) {
            assignments.assign(leaf, gateway, handover);
            ctl.output().say(ctl.json(), "Gateway " + gateway + " may speak for " + leaf + ".");
        }
    }

    @Command(name = "list", description = "Lists all assignments.")
    void list() throws IOException {
        List<JsonObject> all = ctl.cloud().leaves().list();
        if (ctl.json()) {
            ctl.output().json(all);
            return;
        }
        var table = new Table("LEAF", "GATEWAY", "TOKENS", "LAST TOKEN", "LAST REFUSAL", "REVOKED");
        all.forEach(one -> table.row(
                Json.text(one, "leaf").orElse("-"),
                Json.text(one, "gateway").orElse("-"),
                Optional.ofNullable(one.get("issued")).map(JsonValue::toString).orElse("-"),
                Json.text(one, "lastIssued").orElse("never"),
                Json.text(one, "lastRefusal").orElse("-"),
                Json.object(one, "revoked")
                        .flatMap(revoked -> Json.text(revoked, "reason"))
                        .orElse("-")));
        ctl.output().table(table, "No leaves. Assign one with: postern ctl leaves assign LEAF --gateway ID");
    }

    @Command(name = "remove", description = "Takes leaves away from their gateways.")
    void remove(@Parameters(arity = "1..*", paramLabel = "LEAF", description = "Device ids.") List<DeviceId> leaves)
            throws IOException {
        Leaves assignments = ctl.cloud().leaves();
        for (DeviceId leaf : leaves) {
            assignments.remove(leaf);
            ctl.output().say(ctl.json(), "No gateway may speak for " + leaf + " now.");
        }
    }

    @Command(name = "show", description = "Shows what a leaf's gateway has had, and what happened to it.")
    void show(@Parameters(paramLabel = "LEAF", description = "Device id.") DeviceId leaf) throws IOException {
        JsonObject shown = ctl.cloud().leaves().show(leaf);
        if (ctl.json()) {
            ctl.output().json(shown);
            return;
        }
        ctl.output().facts(Json.object(shown).remove("history").build());
        var table = new Table("EVENT", "GATEWAY", "WHO", "TIMES", "SINCE", "LAST", "REASON");
        shown.getJsonArray("history")
                .getValuesAs(JsonObject.class)
                .forEach(entry -> table.row(
                        text(entry.get("event")),
                        text(entry.get("gateway")),
                        text(entry.get("who")),
                        text(entry.get("times")),
                        text(entry.get("since")),
                        text(entry.get("last")),
                        text(entry.get("reason"))));
        ctl.output().table(table, "Nothing has happened to it yet.");
    }

    @Command(
            name = "revoke",
            description = "Takes the tokens of leaves back at once; their identities stay. Undone by \"grant\".")
    void revoke(
            @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why, for the ledger.")
                    String reason,
            @Parameters(arity = "1..*", paramLabel = "LEAF", description = "Device ids.") List<DeviceId> leaves)
            throws IOException {
        Leaves assignments = ctl.cloud().leaves();
        for (DeviceId leaf : leaves) {
            told(assignments.revoke(leaf, reason), "revoked");
        }
    }

    @Command(name = "revoke-gateway", description = "Revokes all leaves of a gateway, for example one that was stolen.")
    void revokeGateway(
            @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why, for the ledger.")
                    String reason,
            @Parameters(paramLabel = "GATEWAY", description = "The gateway's device id.") DeviceId gateway)
            throws IOException {
        told(ctl.cloud().leaves().revokeAllOf(gateway, reason), "revoked");
    }

    @Command(name = "grant", description = "Lets leaves have tokens again after they were revoked.")
    void grant(@Parameters(arity = "1..*", paramLabel = "LEAF", description = "Device ids.") List<DeviceId> leaves)
            throws IOException {
        Leaves assignments = ctl.cloud().leaves();
        for (DeviceId leaf : leaves) {
            told(assignments.grant(leaf), "granted");
        }
    }

    @Command(name = "wanted", description = "Lists new leaves that gateways asked for and that wait for you.")
    void wanted() throws IOException {
        List<JsonObject> all = ctl.cloud().leaves().wanted();
        if (ctl.json()) {
            ctl.output().json(all);
            return;
        }
        var table = new Table("LEAF", "GATEWAY", "STATE", "ASKED", "TIMES", "REASON");
        all.forEach(one -> table.row(
                text(one.get("leaf")),
                text(one.get("gateway")),
                text(one.get("state")),
                text(one.get("asked")),
                text(one.get("times")),
                text(one.get("reason"))));
        ctl.output().table(table, "No gateway has asked for a leaf that is not there.");
    }

    @Command(name = "approve", description = "Makes new leaves that gateways asked for.")
    void approve(@Parameters(arity = "1..*", paramLabel = "LEAF", description = "Device ids.") List<DeviceId> leaves)
            throws IOException {
        Leaves assignments = ctl.cloud().leaves();
        for (DeviceId leaf : leaves) {
            String gateway = text(assignments.approve(leaf).get("gateway"));
            ctl.output().say(ctl.json(), "Leaf " + leaf + " is made; gateway " + gateway + " may speak for it.");
        }
    }

    @Command(name = "refuse", description = "Refuses new leaves that gateways asked for.")
    void refuse(
            @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; the gateway is told.")
                    String reason,
            @Parameters(arity = "1..*", paramLabel = "LEAF", description = "Device ids.") List<DeviceId> leaves)
            throws IOException {
        Leaves assignments = ctl.cloud().leaves();
        for (DeviceId leaf : leaves) {
            assignments.refuse(leaf, reason);
            ctl.output().say(ctl.json(), "Leaf " + leaf + " is refused.");
        }
    }

    private void told(JsonObject outcome, String done) {
        if (ctl.json()) {
            ctl.output().json(outcome);
            return;
        }
        int count = outcome.getJsonArray("leaves").size();
        ctl.output()
                .out()
                .println("%d %s %s: %s."
                        .formatted(count, count == 1 ? "leaf" : "leaves", done, text(outcome.get("effect"))));
        if (!outcome.getBoolean("hubTold", true)) {
            ctl.output()
                    .err()
                    .println("The hub is not told yet (" + text(outcome.get("problem"))
                            + "); the token service tries again.");
        }
    }

    private static String text(@Nullable JsonValue value) {
        return switch (value) {
            case null -> "-";
            case JsonString string -> string.getString().isEmpty() ? "-" : string.getString();
            default -> value.toString();
        };
    }
}
