// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;

/** How twins change: members of the patch replace or join those of the target, null removes, objects merge inside. */
final class MergePatch {
    private MergePatch() {}

    /** spec: RFC 7396, 2 */
    static JsonObject apply(JsonObject target, JsonObject patch) {
        JsonObjectBuilder merged = Json.object(target);
        patch.forEach((name, value) -> {
            if (value == JsonValue.NULL) {
                merged.remove(name);
            } else if (value instanceof JsonObject inner) {
                JsonObject old = Json.object(target, name).orElse(JsonValue.EMPTY_JSON_OBJECT);
                merged.add(name, apply(old, inner));
            } else {
                merged.add(name, value);
            }
        });
        return merged.build();
    }

    /** The patch that makes {@code after} of {@code before}. */
    static JsonObject between(JsonObject before, JsonObject after) {
        JsonObjectBuilder patch = Json.object();
        before.keySet().stream().filter(name -> !after.containsKey(name)).forEach(patch::addNull);
        after.forEach((name, value) -> {
            JsonValue old = before.get(name);
            if (old instanceof JsonObject oldInner && value instanceof JsonObject inner && !old.equals(value)) {
                patch.add(name, between(oldInner, inner));
            } else if (!value.equals(old)) {
                patch.add(name, value);
            }
        });
        return patch.build();
    }
}
