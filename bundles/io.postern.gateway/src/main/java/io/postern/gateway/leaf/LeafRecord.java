// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import io.postern.sensor.Fingerprint;
import io.postern.wire.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is kept of a leaf across restarts.
 *
 * @param certificate of the instrument that was approved
 * @param found what the instrument showed when it was last asked
 * @param history earlier certificates, the youngest last
 * @param gap why there are no readings now, each reason once in the order they came; empty while there are
 */
record LeafRecord(
        LeafState state,
        Instant since,
        Optional<Certificate> certificate,
        Optional<Fingerprint> found,
        List<Certificate> history,
        List<String> gap) {
    private static final int LONGEST_HISTORY = 8; // an instrument lives for years, a record has to fit the store

    /**
     * A fingerprint and when it was approved.
     *
     * @param asked the template by which the instrument was asked
     */
    record Certificate(Fingerprint fingerprint, String asked, Instant recorded) {}

    LeafRecord {
        history = List.copyOf(history);
        gap = List.copyOf(gap);
    }

    static LeafRecord unknown(Instant now) {
        return new LeafRecord(new LeafState.Seen(), now, Optional.empty(), Optional.empty(), List.of(), List.of());
    }

    LeafRecord entering(LeafState next, Instant now) {
        return next.equals(state) ? this : new LeafRecord(next, now, certificate, found, history, gap);
    }

    LeafRecord showing(Fingerprint fingerprint) {
        return new LeafRecord(state, since, certificate, Optional.of(fingerprint), history, gap);
    }

    /** What was found is the leaf's instrument from now on. */
    LeafRecord certified(String asked, Instant now) {
        List<Certificate> earlier = new ArrayList<>(history);
        certificate.ifPresent(earlier::add);
        return new LeafRecord(
                state,
                since,
                Optional.of(new Certificate(found.orElse(Fingerprint.NONE), asked, now)),
                found,
                earlier.subList(Math.max(0, earlier.size() - LONGEST_HISTORY), earlier.size()),
                gap);
    }

    /** The same instrument, asked by another template. */
    LeafRecord renewed(String asked, Instant now) {
        return new LeafRecord(
                state,
                since,
                Optional.of(new Certificate(found.orElse(Fingerprint.NONE), asked, now)),
                found,
                history,
                gap);
    }

    LeafRecord lacking(String reason) {
        if (gap.contains(reason)) {
            return this;
        }
        List<String> reasons = new ArrayList<>(gap);
        reasons.add(reason);
        return new LeafRecord(state, since, certificate, found, history, reasons);
    }

    LeafRecord withoutGap() {
        return new LeafRecord(state, since, certificate, found, history, List.of());
    }

    JsonObject toJson() {
        JsonObjectBuilder json = Json.object()
                .add("state", state.text())
                .add("reason", state.reason())
                .add("since", since.toString());
        certificate.ifPresent(each -> json.add("certificate", toJson(each)));
        found.ifPresent(each -> json.add("found", toJson(each)));
        var earlier = Json.array();
        history.forEach(each -> earlier.add(toJson(each)));
        var reasons = Json.array();
        gap.forEach(reasons::add);
        return json.add("history", earlier).add("gap", reasons).build();
    }

    /** @throws IllegalArgumentException when it was not written by {@link #toJson} */
    static LeafRecord parse(JsonObject json) {
        try {
            List<Certificate> history = new ArrayList<>();
            items(json, "history").forEach(each -> history.add(certificate(each.asJsonObject())));
            List<String> gap = new ArrayList<>();
            items(json, "gap").forEach(each -> gap.add(((JsonString) each).getString()));
            return new LeafRecord(
                    LeafState.of(
                            Json.requireText(json, "state"),
                            Json.text(json, "reason").orElse("")),
                    Instant.parse(Json.requireText(json, "since")),
                    Json.object(json, "certificate").map(LeafRecord::certificate),
                    Json.object(json, "found").map(LeafRecord::fingerprint),
                    history,
                    gap);
        } catch (DateTimeException | ClassCastException e) {
            throw new IllegalArgumentException("not the record of a leaf: " + e.getMessage(), e);
        }
    }

    private static JsonObject toJson(Certificate certificate) {
        return Json.object()
                .add("fingerprint", toJson(certificate.fingerprint()))
                .add("asked", certificate.asked())
                .add("recorded", certificate.recorded().toString())
                .build();
    }

    private static JsonObject toJson(Fingerprint fingerprint) {
        var facts = Json.object();
        fingerprint.facts().forEach(facts::add);
        return facts.build();
    }

    private static Certificate certificate(JsonObject json) {
        return new Certificate(
                fingerprint(Json.object(json, "fingerprint").orElseThrow(LeafRecord::torn)),
                Json.requireText(json, "asked"),
                Instant.parse(Json.requireText(json, "recorded")));
    }

    private static Fingerprint fingerprint(JsonObject json) {
        var facts = new TreeMap<String, String>();
        for (var fact : json.entrySet()) {
            JsonValue value = fact.getValue();
            facts.put(fact.getKey(), ((JsonString) value).getString());
        }
        return new Fingerprint(facts);
    }

    private static List<JsonValue> items(JsonObject json, String name) {
        return json.get(name) instanceof JsonArray array ? array : List.of();
    }

    private static IllegalArgumentException torn() {
        return new IllegalArgumentException("a certificate without its fingerprint");
    }
}
