// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A change of a gateway's settings as people type it, and what became of it in their words. */
public final class SettingsText {
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd-HHmmss").withZone(ZoneOffset.UTC);

    private SettingsText() {}

    /** The change that {@code KEY=VALUE} pairs describe; {@code KEY=} is again what the gateway's file says. */
    public static JsonObject change(String pid, List<String> pairs, Optional<String> id, String within) {
        var set = Json.object();
        var forget = Json.array();
        for (String pair : pairs) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("a setting is KEY=VALUE, as in baud=19200, not " + pair);
            }
            String key = pair.substring(0, equals);
            if (equals == pair.length() - 1) {
                forget.add(key);
            } else {
                set.add(key, value(pair.substring(equals + 1)));
            }
        }
        var edit = Json.object().add("pid", pid).add("set", set).add("forget", forget);
        return Json.object()
                .add("change", id.orElseGet(SettingsText::name))
                .add("within", within)
                .add("configurations", Json.array().add(edit))
                .build();
    }

    /** A change from a file. */
    public static JsonObject read(Path file) throws IOException {
        try {
            return Json.parseObject(Files.readString(file));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " cannot be used: " + e.getMessage(), e);
        }
    }

    /** A name that no change before had. */
    public static String name() {
        return NAME.format(Instant.now());
    }

    /** How the settings stand: what is on trial, what counts in the place of the gateway's file, the last change. */
    public static List<String> lines(JsonObject report) {
        List<String> lines = new ArrayList<>();
        String trial = Json.text(report, "trial").orElse("");
        if (!trial.isEmpty()) {
            lines.add("On trial: " + trial
                    + Json.text(report, "by").map(by -> ", by " + by).orElse("")
                    + (report.containsKey("leftSeconds") ? ", " + report.getInt("leftSeconds") + " s left" : "")
                    + Json.text(report, "waitsFor")
                            .filter(waits -> !waits.isEmpty())
                            .map(waits -> "; it waits for " + waits)
                            .orElse("")
                    + ".");
        }
        int before = lines.size();
        Optional<JsonObject> over = Json.object(report, "overFile");
        over.flatMap(each -> Json.object(each, "configurations"))
                .ifPresent(configurations ->
                        configurations.forEach((pid, values) -> lines.addAll(configuration(pid, values))));
        over.flatMap(each -> Json.object(each, "templates"))
                .ifPresent(templates -> templates.keySet().forEach(name -> lines.add("Changed: the template " + name)));
        if (lines.size() == before) {
            lines.add("Nothing is changed: what the gateway's file says counts.");
        }
        Json.object(report, "last")
                .flatMap(last -> Json.text(last, "change").flatMap(id -> end(report, id)
                        .map(end -> "The last: " + end + " (" + last.getString("at", "") + ").")))
                .ifPresent(lines::add);
        return lines;
    }

    private static List<String> configuration(String pid, JsonValue values) {
        if (!(values instanceof JsonObject keys)) {
            return List.of("Changed: " + pid + " is taken away");
        }
        return keys.entrySet().stream()
                .map(each -> "Changed: " + pid + " " + each.getKey() + " = "
                        + (each.getValue() == JsonValue.NULL ? "as the file says" : each.getValue()))
                .toList();
    }

    /** What became of {@code id}, when {@code report} tells of its end. */
    public static Optional<String> end(JsonObject report, String id) {
        return Json.object(report, "last")
                .filter(last -> Json.text(last, "change").filter(id::equals).isPresent())
                .map(last -> {
                    String reason = Json.text(last, "reason").orElse("");
                    return "the change " + id + " is " + last.getString("outcome")
                            + (reason.isEmpty() ? "" : ": " + reason);
                });
    }

    /** Whether what {@link #end} told of is as it was wanted. */
    public static boolean isKept(JsonObject report) {
        return Json.object(report, "last")
                .flatMap(last -> Json.text(last, "outcome"))
                .filter("kept"::equals)
                .isPresent();
    }

    private static JsonValue value(String text) {
        try {
            return Json.parse(text);
        } catch (IllegalArgumentException e) {
            return Json.text(text);
        }
    }
}
