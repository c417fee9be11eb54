// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.settings;

import io.postern.wire.DurationText;
import io.postern.wire.Json;
import io.postern.wire.Setting;
import io.postern.wire.Shown;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What somebody wants to be otherwise, as one change that happens whole or not at all:
 * {@code {"change","within","configurations":[{"pid","set":{},"forget":[],"remove"}],"templates":[{"name","template"}]}}.
 * PIDs are values, for a name in a twin allows no dots.
 *
 * @param id by which whoever wants it names it; each change has another
 * @param within how long it may take to prove itself
 * @param edits one for each configuration
 * @param templates by name; empty takes one away
 */
record SettingsChange(String id, Duration within, List<Edit> edits, Map<String, Optional<JsonObject>> templates) {
    /** A twin's desired properties take 32 KB in all (IoT Hub quotas); a change by another way is no larger. */
    static final int MOST_CHARACTERS = 32 << 10;

    static final Duration USUALLY_WITHIN = Duration.ofMinutes(10);
    private static final Duration SHORTEST = Duration.ofSeconds(10); // to connect and read once
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final int MOST_EDITS = 100; // of configurations or templates: a cabinet's worth
    private static final Set<String> MEMBERS = Set.of("change", "within", "configurations", "templates");
    private static final Set<String> OF_EDIT = Set.of("pid", "set", "forget", "remove");
    private static final Set<String> OF_TEMPLATE = Set.of("name", "template");

    /**
     * What happens to one configuration.
     *
     * @param set values by key, in the place of those before
     * @param forget keys that are again as the gateway's own file says
     * @param remove whether it is taken away as a whole
     */
    record Edit(String pid, JsonObject set, Set<String> forget, boolean remove) {
        Edit {
            forget = Set.copyOf(forget);
            if (remove && !(set.isEmpty() && forget.isEmpty())) {
                throw new IllegalArgumentException(Shown.of(pid) + ": either \"remove\" or \"set\" and \"forget\"");
            }
        }
    }

    SettingsChange {
        if (!id.matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")) {
            throw new IllegalArgumentException(
                    "change: a name of 1 to 64 letters, digits, points, underscores and hyphens, not \"" + Shown.of(id)
                            + "\"");
        }
        if (within.compareTo(SHORTEST) < 0 || within.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("within: 10s to 1d, not " + within.toSeconds() + "s");
        }
        if (edits.size() > MOST_EDITS || templates.size() > MOST_EDITS) {
            throw new IllegalArgumentException("at most " + MOST_EDITS + " configurations and as many templates");
        }
        edits = List.copyOf(edits);
        templates = Map.copyOf(templates);
    }

    /** @throws IllegalArgumentException naming the member that cannot be used */
    static SettingsChange parse(JsonObject json) {
        if (json.toString().length() > MOST_CHARACTERS) {
            throw new IllegalArgumentException("a change has at most " + MOST_CHARACTERS + " characters");
        }
        only(json, MEMBERS, "a change");
        Map<String, Optional<JsonObject>> templates = new LinkedHashMap<>();
        for (JsonObject each : objects(json, "templates")) {
            only(each, OF_TEMPLATE, "templates");
            if (each.containsKey("template") && Json.object(each, "template").isEmpty()) {
                throw new IllegalArgumentException("template: an object, or none to take the template away");
            }
            String name = Json.requireText(each, "name");
            if (templates.put(name, Json.object(each, "template")) != null) {
                throw new IllegalArgumentException("the template " + Shown.of(name) + " stands there twice");
            }
        }
        List<Edit> edits = new ArrayList<>();
        Set<String> pids = new HashSet<>();
        for (JsonObject each : objects(json, "configurations")) {
            Edit edit = edit(each);
            if (!pids.add(edit.pid())) {
                throw new IllegalArgumentException(Shown.of(edit.pid()) + " stands there twice");
            }
            edits.add(edit);
        }
        return new SettingsChange(
                Json.requireText(json, "change"),
                Json.text(json, "within")
                        .map(text -> Setting.parse("within", text, DurationText::parse))
                        .orElse(USUALLY_WITHIN),
                edits,
                templates);
    }

    private static Edit edit(JsonObject json) {
        only(json, OF_EDIT, "configurations");
        Set<String> forget = new HashSet<>();
        for (JsonValue key : array(json, "forget")) {
            if (!(key instanceof JsonString text)) {
                throw new IllegalArgumentException("forget: a list of keys, as texts");
            }
            forget.add(text.getString());
        }
        if (json.containsKey("set") && Json.object(json, "set").isEmpty()) {
            throw new IllegalArgumentException("set: an object of keys and values");
        }
        JsonValue remove = json.getOrDefault("remove", JsonValue.FALSE);
        if (remove != JsonValue.TRUE && remove != JsonValue.FALSE) {
            throw new IllegalArgumentException("remove: true or false");
        }
        return new Edit(
                Json.requireText(json, "pid"),
                Json.object(json, "set").orElse(JsonValue.EMPTY_JSON_OBJECT),
                forget,
                remove == JsonValue.TRUE);
    }

    private static List<JsonObject> objects(JsonObject json, String name) {
        List<JsonObject> found = new ArrayList<>();
        for (JsonValue each : array(json, name)) {
            if (!(each instanceof JsonObject object)) {
                throw new IllegalArgumentException(name + ": a list of objects");
            }
            found.add(object);
        }
        return found;
    }

    private static JsonArray array(JsonObject json, String name) {
        return switch (json.get(name)) {
            case null -> JsonValue.EMPTY_JSON_ARRAY;
            case JsonArray array -> array;
            default -> throw new IllegalArgumentException(name + ": a list is needed");
        };
    }

    private static void only(JsonObject json, Set<String> known, String where) {
        json.keySet().stream().filter(name -> !known.contains(name)).findFirst().ifPresent(name -> {
            throw new IllegalArgumentException(where + " has no member \"" + Shown.of(name) + "\"; there are "
                    + String.join(", ", known.stream().sorted().toList()));
        });
    }
}
