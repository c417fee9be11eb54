// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.local;

import io.postern.ctl.Table;
import io.postern.wire.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.io.IOException;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code postern bus}: the lines of the gateway on this machine. */
@Command(name = "bus", description = "The lines of the gateway on this machine.")
final class BusVerbs {
    private final Local local;

    BusVerbs(Local local) {
        this.local = local;
    }

    @Command(name = "lines", description = "What each line, and each leaf on it, has done since it was made.")
    void lines() throws IOException {
        JsonArray lines = local.call("bus.lines").getJsonArray("lines");
        if (local.json()) {
            local.output().json(lines);
            return;
        }
        for (JsonObject line : lines.getValuesAs(JsonObject.class)) {
            local.output()
                    .line(text(line, "line") + ": " + text(line, "port") + ", " + text(line, "state") + ", reopened "
                            + line.getInt("reopened") + " times");
            var table = new Table(
                    "LEAF",
                    "RUNS",
                    "FAILED",
                    "MISSED",
                    "FRAMES",
                    "GARBLED",
                    "TIMEOUTS",
                    "REFUSED",
                    "ANSWERS IN",
                    "BUS TIME",
                    "RESTS");
            row(table, "all", line.getJsonObject("all"));
            line.getJsonArray("leaves")
                    .getValuesAs(JsonObject.class)
                    .forEach(leaf -> row(table, "- " + text(leaf, "name"), leaf));
            local.output().table(table, "");
        }
        if (lines.isEmpty()) {
            local.output().line("No lines are configured: see io.postern.gateway.serial in the configuration.");
        }
    }

    @Command(
            name = "scan",
            description = "Finds out what is on a line and what is wrong with it; its leaves rest meanwhile."
                    + " With --port PATH a port that no gateway has.")
    void scan(
            @Option(names = "--line", required = true, paramLabel = "NAME", description = "A line of the gateway.")
                    String line,
            @Option(names = "--quick", description = "Only the usual addresses and formats.") boolean quick)
            throws IOException {
        JsonObject arguments =
                Json.object().add("line", line).add("quick", quick).build();
        JsonObject result = local.follow("bus.scan", arguments);
        if (local.json()) {
            local.output().json(result);
            return;
        }
        for (JsonObject finding : result.getJsonArray("findings").getValuesAs(JsonObject.class)) {
            local.output().line(text(finding, "what"));
            finding.getJsonArray("evidence").getValuesAs(JsonString.class).forEach(quote -> local.output()
                    .line("    " + quote.getString()));
            local.output().line("  -> " + text(finding, "remedy"));
        }
    }

    @Command(name = "ports", description = "The serial ports of this machine, and the line that has each.")
    void ports() throws IOException {
        JsonArray ports = local.call("bus.ports").getJsonArray("ports");
        if (local.json()) {
            local.output().json(ports);
            return;
        }
        var table = new Table("PORT", "LINE", "STATE", "ADAPTER", "SERIAL", "BY ID", "BY PATH");
        for (JsonObject port : ports.getValuesAs(JsonObject.class)) {
            table.row(
                    text(port, "port"),
                    text(port, "line"),
                    state(port),
                    text(port, "usb"),
                    text(port, "serial"),
                    text(port, "byId"),
                    text(port, "byPath"));
        }
        local.output().table(table, "This machine has no serial ports.");
    }

    private static String state(JsonObject port) {
        if (!port.getBoolean("present")) {
            return "not there";
        }
        return port.getBoolean("allowed") ? "in use" : "never opened";
    }

    private static void row(Table table, String name, JsonObject counts) {
        String rests = counts.containsKey("restingMs") ? seconds(counts, "restingMs") : "";
        table.row(
                name,
                count(counts, "runs"),
                count(counts, "failed"),
                count(counts, "missed"),
                count(counts, "frames"),
                count(counts, "garbled"),
                count(counts, "timeouts"),
                count(counts, "refused"),
                String.format(Locale.ROOT, "%.1f ms", number(counts, "turnaroundMs")),
                seconds(counts, "busTimeMs"),
                rests);
    }

    private static String text(JsonObject object, String name) {
        return Json.text(object, name).orElse("");
    }

    private static String count(JsonObject counts, String name) {
        return counts.getJsonNumber(name).toString();
    }

    private static String seconds(JsonObject counts, String name) {
        return String.format(Locale.ROOT, "%.1f s", number(counts, name) / 1000);
    }

    private static double number(JsonObject counts, String name) {
        return counts.getJsonNumber(name).doubleValue();
    }
}
