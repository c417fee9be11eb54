// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.settings;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What is remembered of changed settings, as one fact that is replaced whole: a power cut leaves the one before or the one
 * after. What counts is the trial's overlay while there is one, else the kept one.
 *
 * @param kept what proved itself
 * @param last what became of the change before
 * @param desired the name of the last change that was taken from the twin's desired properties; empty for none
 */
record Standing(Overlay kept, Optional<Trial> trial, Optional<Result> last, String desired) {
    private static final int MOST_REPORTED = 50; // names of configurations, so that the report fits a twin
    static final Standing NEW = new Standing(Overlay.NONE, Optional.empty(), Optional.empty(), "");

    /**
     * A change that has not proven itself yet.
     *
     * @param by who wants it
     * @param leaves those that have to be read again
     * @param left of the time it has; counted while the gateway runs
     * @param starts of the gateway since
     * @param assignment to which hub, before, as {@link io.postern.gateway.provisioning.Assignment} remembers it
     */
    record Trial(
            String id,
            String by,
            Overlay overlay,
            Set<Proof> needs,
            List<String> leaves,
            Duration left,
            int starts,
            Optional<JsonObject> assignment) {
        Trial {
            needs = Set.copyOf(needs);
            leaves = List.copyOf(leaves);
        }

        Trial left(Duration now) {
            return new Trial(id, by, overlay, needs, leaves, now, starts, assignment);
        }

        Trial from(Optional<JsonObject> before) {
            return new Trial(id, by, overlay, needs, leaves, left, starts, before);
        }

        Trial startedAgain() {
            return new Trial(id, by, overlay, needs, leaves, left, starts + 1, assignment);
        }
    }

    /**
     * What became of a change.
     *
     * @param outcome {@code kept}, {@code reverted} or {@code refused}
     * @param reason empty when it was kept because all went well
     */
    record Result(String id, String outcome, String reason, String at) {
        JsonObject toJson() {
            return Json.object()
                    .add("change", id)
                    .add("outcome", outcome)
                    .add("reason", reason)
                    .add("at", at)
                    .build();
        }
    }

    /** What counts now. */
    Overlay current() {
        return trial.map(Trial::overlay).orElse(kept);
    }

    Standing on(Trial trial) {
        return new Standing(kept, Optional.of(trial), last, desired);
    }

    Standing ended(Overlay kept, Result result) {
        return new Standing(kept, Optional.empty(), Optional.of(result), desired);
    }

    Standing refused(Result result) {
        return new Standing(kept, trial, Optional.of(result), desired);
    }

    Standing desired(String id) {
        return new Standing(kept, trial, last, id);
    }

    /** For hub and health: what is on trial and what became of the last; no values. */
    JsonObject report(String waitsFor) {
        var json = Json.object()
                .add("trial", trial.map(Trial::id).orElse(""))
                .add("waitsFor", trial.isPresent() ? waitsFor : "");
        last.ifPresent(result -> json.add("last", result.toJson()));
        var changed = Json.array();
        Stream.of(current().configurations(), current().templates())
                .forEach(changes ->
                        changes.keySet().stream().sorted().limit(MOST_REPORTED).forEach(changed::add));
        return json.add("changed", changed).build();
    }

    /** For a person at the gateway: the same, with what counts where the file says otherwise, and the time that is left. */
    JsonObject show(String waitsFor) {
        var json = Json.object(report(waitsFor)).add("overFile", current().toJson());
        trial.ifPresent(present -> json.add("by", present.by())
                .add("leftSeconds", present.left().toSeconds())
                .add("starts", present.starts()));
        return json.build();
    }

    /** @throws IllegalArgumentException when this is not what {@link #toJson} writes */
    static Standing parse(JsonObject json) {
        return new Standing(
                Json.object(json, "kept").map(Overlay::parse).orElse(Overlay.NONE),
                Json.object(json, "trial").map(Standing::trial),
                Json.object(json, "last")
                        .map(last -> new Result(
                                Json.requireText(last, "change"),
                                Json.requireText(last, "outcome"),
                                Json.requireText(last, "reason"),
                                Json.requireText(last, "at"))),
                Json.text(json, "desired").orElse(""));
    }

    private static Trial trial(JsonObject json) {
        Set<Proof> needs = EnumSet.noneOf(Proof.class);
        json.getJsonArray("needs")
                .getValuesAs(JsonString.class)
                .forEach(each -> needs.add(Proof.valueOf(each.getString())));
        return new Trial(
                Json.requireText(json, "change"),
                Json.requireText(json, "by"),
                Overlay.parse(json.getJsonObject("overlay")),
                needs,
                json.getJsonArray("leaves").getValuesAs(JsonString.class).stream()
                        .map(JsonString::getString)
                        .toList(),
                Duration.ofMillis(json.getJsonNumber("leftMs").longValue()),
                json.getInt("starts"),
                Json.object(json, "assignment"));
    }

    JsonObject toJson() {
        var json = Json.object().add("kept", kept.toJson()).add("desired", desired);
        trial.ifPresent(present -> {
            var needs = Json.array();
            present.needs().stream().sorted().forEach(each -> needs.add(each.name()));
            var leaves = Json.array();
            present.leaves().forEach(leaves::add);
            var trial = Json.object()
                    .add("change", present.id())
                    .add("by", present.by())
                    .add("overlay", present.overlay().toJson())
                    .add("needs", needs)
                    .add("leaves", leaves)
                    .add("leftMs", present.left().toMillis())
                    .add("starts", present.starts());
            present.assignment().ifPresent(before -> trial.add("assignment", before));
            json.add("trial", trial);
        });
        last.ifPresent(present -> json.add("last", present.toJson()));
        return json.build();
    }
}
