// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.util.Set;

/** Leaves the keys out of what a service answers, so that a screen or a log never shows them unasked. */
final class HiddenKeys {
    private static final Set<String> SECRET = Set.of("primaryKey", "secondaryKey");

    private HiddenKeys() {}

    /** The same object; without its keys unless {@code show}. */
    static JsonObject in(JsonObject object, boolean show) {
        return show ? object : without(object);
    }

    private static JsonObject without(JsonObject object) {
        JsonObjectBuilder kept = Json.object();
        object.forEach((name, value) -> {
            if (!SECRET.contains(name)) {
                kept.add(name, without(value));
            }
        });
        return kept.build();
    }

    private static JsonValue without(JsonValue value) {
        return switch (value) {
            case JsonObject object -> without(object);
            case JsonArray array -> {
                JsonArrayBuilder kept = Json.array();
                array.forEach(item -> kept.add(without(item)));
                yield kept.build();
            }
            default -> value;
        };
    }
}
