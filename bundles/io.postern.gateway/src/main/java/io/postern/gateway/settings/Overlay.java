// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.settings;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * All that was changed since and lies over what the gateway's own file says; it ranks above the file, key by key.
 *
 * @param configurations by PID: the keys that were set; empty for a configuration that was taken away
 * @param templates by name
 */
record Overlay(Map<String, Optional<JsonObject>> configurations, Map<String, JsonObject> templates) {
    /** A key of ours that no component sees. */
    static final String DIGEST = ".template";

    static final Overlay NONE = new Overlay(Map.of(), Map.of());

    Overlay {
        configurations = Map.copyOf(configurations);
        templates = Map.copyOf(templates);
    }

    boolean isEmpty() {
        return configurations.isEmpty() && templates.isEmpty();
    }

    /** This, and {@code change} on top of it. */
    Overlay with(SettingsChange change) {
        Map<String, Optional<JsonObject>> all = new TreeMap<>(configurations);
        for (SettingsChange.Edit edit : change.edits()) {
            if (edit.remove()) {
                all.put(edit.pid(), Optional.empty());
                continue;
            }
            JsonObjectBuilder merged =
                    Json.object(all.getOrDefault(edit.pid(), Optional.empty()).orElse(JsonValue.EMPTY_JSON_OBJECT));
            edit.set().forEach(merged::add);
            edit.forget().forEach(merged::remove);
            JsonObject values = merged.build();
            if (values.isEmpty()) {
                all.remove(edit.pid());
            } else {
                all.put(edit.pid(), Optional.of(values));
            }
        }
        Map<String, JsonObject> texts = new TreeMap<>(templates);
        change.templates()
                .forEach((name, template) ->
                        template.ifPresentOrElse(present -> texts.put(name, present), () -> texts.remove(name)));
        return new Overlay(all, texts);
    }

    /**
     * What then counts, of {@code base}, which the file says. A leaf whose template is one of these carries the template's
     * digest, so that it is made anew when that changes.
     */
    Map<String, JsonObject> over(Map<String, JsonObject> base) {
        Map<String, JsonObject> all = new TreeMap<>(base);
        configurations.forEach((pid, values) -> values.ifPresentOrElse(
                present -> {
                    JsonObjectBuilder merged = Json.object(base.getOrDefault(pid, JsonValue.EMPTY_JSON_OBJECT));
                    present.forEach(merged::add);
                    all.put(pid, merged.build());
                },
                () -> all.remove(pid)));
        all.replaceAll((_, values) -> Json.text(values, "template")
                .map(templates::get)
                .map(template -> Json.object(values)
                        .add(
                                DIGEST,
                                UUID.nameUUIDFromBytes(template.toString().getBytes(StandardCharsets.UTF_8))
                                        .toString())
                        .build())
                .orElse(values));
        return all;
    }

    /** The PIDs whose configurations differ between two wholes. */
    static Set<String> differences(Map<String, JsonObject> before, Map<String, JsonObject> after) {
        Set<String> pids = new HashSet<>(before.keySet());
        pids.addAll(after.keySet());
        pids.removeIf(pid -> Optional.ofNullable(before.get(pid)).equals(Optional.ofNullable(after.get(pid))));
        return pids;
    }

    /** @throws IllegalArgumentException when this is not what {@link #toJson} writes */
    static Overlay parse(JsonObject json) {
        Map<String, Optional<JsonObject>> configurations = new TreeMap<>();
        member(json, "configurations")
                .forEach((pid, values) -> configurations.put(
                        pid, values instanceof JsonObject object ? Optional.of(object) : Optional.empty()));
        Map<String, JsonObject> templates = new TreeMap<>();
        member(json, "templates").forEach((name, template) -> templates.put(name, template.asJsonObject()));
        return new Overlay(configurations, templates);
    }

    private static JsonObject member(JsonObject json, String name) {
        return Json.object(json, name)
                .orElseThrow(() -> new IllegalArgumentException("the member " + name + " is missing"));
    }

    JsonObject toJson() {
        var pids = Json.object();
        new TreeMap<>(configurations)
                .forEach((pid, values) ->
                        values.ifPresentOrElse(present -> pids.add(pid, present), () -> pids.addNull(pid)));
        var texts = Json.object();
        new TreeMap<>(templates).forEach(texts::add);
        return Json.object().add("configurations", pids).add("templates", texts).build();
    }
}
