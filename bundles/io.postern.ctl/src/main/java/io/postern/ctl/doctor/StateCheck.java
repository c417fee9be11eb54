// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Where the gateway stands on its way to its hub, in its own words: the file of the key {@code stateFile}. */
record StateCheck(Path file) implements Check {
    private static final String GOAL = "ASSIGNED";
    private static final int SHOWN = 3; // leaves: more do not fit on a screen
    /** On its way, with nothing that hinders it. */
    private static final Set<String> MOVING = Set.of("UNPROVISIONED", "REGISTERING", "CHALLENGED", "WAITING");

    @Override
    public String name() {
        return "Provisioning";
    }

    @Override
    public Finding examine() {
        try {
            return judge(Json.parseObject(Files.readString(file)));
        } catch (NoSuchFileException e) {
            return Finding.warning(
                    "the gateway has not written " + file + " yet", "Start it, and look at its log if this stays.");
        } catch (IOException | IllegalArgumentException e) {
            return Finding.warning("cannot read " + file + ": " + e, "Look at the gateway's log.");
        }
    }

    private static Finding judge(JsonObject json) {
        String state = Json.requireText(json, "state");
        String text = state + " since " + Json.requireText(json, "since") + ": " + Json.requireText(json, "reason")
                + transports(json);
        String next = Json.requireText(json, "next");
        Optional<String> nextTry = Json.text(json, "nextTry");
        if (state.equals(GOAL)) {
            return leaves(json)
                    .map(
                            refused -> Finding.warning(
                                    text + "; no token for " + refused,
                                    "Approve, assign or grant them: \"postern ctl leaves wanted\" and \"postern ctl leaves list\"."))
                    .orElseGet(() -> Finding.good(text));
        }
        String remedy =
                "The gateway " + next + nextTry.map(at -> " (at " + at + ")").orElse("") + ".";
        return MOVING.contains(state) ? Finding.warning(text, remedy) : Finding.fault(text, remedy);
    }

    /** Which leaves get no token, and why; the first few. */
    private static Optional<String> leaves(JsonObject json) {
        return Json.object(json, "leaves")
                .map(all -> all.keySet().stream()
                                .sorted()
                                .limit(SHOWN)
                                .map(leaf -> leaf + " (" + all.getString(leaf, "") + ")")
                                .collect(Collectors.joining(", "))
                        + (all.size() > SHOWN ? " and " + (all.size() - SHOWN) + " more" : ""));
    }

    /** Over what the provisioning service was reached, and why not over what should have come first. */
    private static String transports(JsonObject json) {
        String used = Json.text(json, "transport")
                .map(name -> "; registered over " + name)
                .orElse("");
        Optional<JsonObject> blocked = used.isEmpty() ? Optional.empty() : Json.object(json, "blocked");
        return used
                + blocked.stream()
                        .flatMap(all -> all.keySet().stream().map(name -> "; " + name + ": " + all.getString(name, "")))
                        .collect(Collectors.joining());
    }
}
