// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.local;

import io.postern.ctl.Table;
import io.postern.wire.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code postern leaf}: the configured leaves of the gateway on this machine. */
@Command(
        name = "leaf",
        description = "The leaves of the gateway on this machine: how they are, and what is decided of them.")
final class LeafVerbs {
    private final Local local;

    LeafVerbs(Local local) {
        this.local = local;
    }

    @Command(name = "list", description = "All configured leaves.")
    void list() throws IOException {
        JsonArray leaves = local.call("leaf.list").getJsonArray("leaves");
        if (local.json()) {
            local.output().json(leaves);
            return;
        }
        var table = new Table("LEAF", "STATE", "TEMPLATE", "LINE", "ADDRESS", "LAST READING", "REASON");
        for (JsonObject leaf : leaves.getValuesAs(JsonObject.class)) {
            table.row(
                    text(leaf, "leaf"),
                    text(leaf, "state"),
                    text(leaf, "template"),
                    text(leaf, "line"),
                    text(leaf, "address"),
                    text(leaf, "lastReading"),
                    reason(leaf));
        }
        local.output().table(table, "No leaves are configured: see io.postern.gateway.leaf in the configuration.");
    }

    @Command(
            name = "tokens",
            description = "The token of each identity: when it is renewed, when it ends, what went wrong.")
    void tokens() throws IOException {
        JsonObject result = local.call("leaf.tokens");
        if (local.json()) {
            local.output().json(result);
            return;
        }
        var table = new Table("DEVICE", "OBTAINED", "RENEWS IN", "ENDS IN", "RENEWALS", "FAILURES", "LAST REASON");
        for (JsonObject token : result.getJsonArray("tokens").getValuesAs(JsonObject.class)) {
            table.row(
                    text(token, "device"),
                    text(token, "obtained"),
                    left(token, "renewsInSeconds"),
                    left(token, "endsInSeconds"),
                    token.getJsonNumber("renewals").toString(),
                    token.getJsonNumber("failures").toString(),
                    text(token, "reason"));
        }
        local.output().table(table, "Nobody has a token: the gateway has no hub yet, or shows a certificate.");
        JsonObject now = result.getJsonObject("connecting");
        local.output()
                .line(now.getInt("live") + " sessions, " + now.getInt("opening") + " being opened, "
                        + now.getInt("waiting") + " waiting"
                        + (now.getBoolean("away") ? "; the hub is away, one asks for all" : "") + "; "
                        + now.getJsonNumber("attempts") + " attempts so far, " + now.getJsonNumber("failures")
                        + " failed, " + now.getJsonNumber("throttled") + " of them for lack of time");
    }

    @Command(name = "show", description = "One leaf, with what it was approved as and what was found.")
    void show(@Parameters(index = "0", paramLabel = "LEAF", description = "Its name.") String leaf) throws IOException {
        tell(local.call("leaf.show", named(leaf)));
    }

    @Command(name = "approve", description = "The instrument found under a new leaf is the right one.")
    void approve(@Parameters(index = "0", paramLabel = "LEAF", description = "Its name.") String leaf)
            throws IOException {
        decide("leaf.approve", leaf, "approved");
    }

    @Command(
            name = "replace",
            description = "The instrument found in another's place carries on under the leaf's identity.")
    void replace(@Parameters(index = "0", paramLabel = "LEAF", description = "Its name.") String leaf)
            throws IOException {
        decide("leaf.replace", leaf, "replaced by the instrument that was found");
    }

    @Command(name = "retire", description = "The leaf is no more: nothing is read or told under its identity again.")
    void retire(@Parameters(index = "0", paramLabel = "LEAF", description = "Its name.") String leaf)
            throws IOException {
        decide("leaf.retire", leaf, "retired");
    }

    @Command(
            name = "write",
            description = "Writes a property or gives a command, and shows what the instrument then shows.")
    void write(
            @Parameters(index = "0", paramLabel = "LEAF", description = "Its name.") String leaf,
            @Parameters(index = "1", paramLabel = "FIELD", description = "A writable property or command of its model.")
                    String field,
            @Parameters(
                            index = "2",
                            arity = "0..1",
                            paramLabel = "VALUE",
                            defaultValue = "null",
                            description = "A number, true, false, or a text.")
                    String value)
            throws IOException {
        JsonObject arguments = Json.object(named(leaf))
                .add("field", field)
                .add("value", value(value))
                .build();
        JsonObject result = local.call("leaf.write", arguments);
        if (local.json()) {
            local.output().json(result);
        } else {
            local.output().line(leaf + " shows " + field + " = " + result.get("value"));
        }
    }

    private void decide(String command, String leaf, String done) throws IOException {
        JsonObject entry = local.call(command, named(leaf));
        if (local.json()) {
            local.output().json(entry);
        } else {
            local.output().line(leaf + " is " + done + "; its state is now " + text(entry, "state"));
        }
    }

    private void tell(JsonObject entry) {
        if (local.json()) {
            local.output().json(entry);
        } else {
            local.output().facts(entry);
        }
    }

    /** Why it is in its state, and how it differs from what it should be. */
    private static String reason(JsonObject leaf) {
        return String.join(
                "; ",
                List.of(text(leaf, "reason"), text(leaf, "difference")).stream()
                        .filter(text -> !text.isEmpty())
                        .toList());
    }

    /** A countdown; what is over has a minus. */
    private static String left(JsonObject token, String name) {
        if (!token.containsKey(name)) {
            return "";
        }
        long seconds = token.getJsonNumber(name).longValue();
        long size = Math.abs(seconds);
        String text = size < 3600
                ? String.format(Locale.ROOT, "%dm %02ds", size / 60, size % 60)
                : String.format(Locale.ROOT, "%dh %02dm", size / 3600, size / 60 % 60);
        return seconds < 0 ? "-" + text : text;
    }

    private static JsonObject named(String leaf) {
        return Json.object().add("leaf", leaf).build();
    }

    private static String text(JsonObject leaf, String name) {
        return Json.text(leaf, name).orElse("");
    }

    /** What is no JSON is a text: nobody wants to quote twice. */
    private static JsonValue value(String text) {
        try {
            return Json.parse(text);
        } catch (IllegalArgumentException e) {
            return Json.text(text);
        }
    }
}
