// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.Json;
import io.postern.wire.UtcText;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.time.Instant;

/**
 * When, and with which version, each member of a twin's section was last changed (spec: device twin metadata).
 *
 * <p>They are kept as a tree beside the properties: a node holds {@code $t} (milliseconds) and {@code $v} only where it
 * differs from the node above, and is left out where nothing below differs either. A member's own name has no dollar
 * sign, so the two cannot meet.
 */
final class Stamps {
    private static final String TIME = "$t";
    private static final String VERSION = "$v";

    private Stamps() {}

    /** One change of a section. */
    record Stamp(Instant at, long version) {}

    /**
     * The tree after a patch, whose stamp everything it touched bears from now on, and all objects above that.
     *
     * @param old what the section as a whole was stamped with before
     */
    static JsonObject touched(JsonObject tree, JsonObject before, JsonObject after, JsonObject patch, Stamp old) {
        JsonObjectBuilder next = Json.object();
        after.forEach((name, value) -> {
            JsonObject node = Json.object(tree, name).orElse(JsonValue.EMPTY_JSON_OBJECT);
            JsonObject kept =
                    switch (patch.get(name)) {
                        case null -> explicit(node, old);
                        case JsonObject inner
                        when before.get(name) instanceof JsonObject oldValue && value instanceof JsonObject newValue ->
                            touched(node, oldValue, newValue, inner, stamp(node, old));
                        default -> JsonValue.EMPTY_JSON_OBJECT; // new as a whole: stamped like the object above
                    };
            if (!kept.isEmpty()) {
                next.add(name, kept);
            }
        });
        return next.build();
    }

    /** The member {@code $metadata} of a section with these properties. */
    static JsonObject metadata(JsonObject properties, JsonObject tree, Stamp stamp) {
        JsonObjectBuilder json = shown(stamp);
        properties.forEach((name, value) -> {
            JsonObject node = Json.object(tree, name).orElse(JsonValue.EMPTY_JSON_OBJECT);
            Stamp own = stamp(node, stamp);
            json.add(
                    name,
                    value instanceof JsonObject inner
                            ? metadata(inner, node, own)
                            : shown(own).build());
        });
        return json.build();
    }

    private static JsonObjectBuilder shown(Stamp stamp) {
        return Json.object().add("$lastUpdated", UtcText.of(stamp.at())).add("$lastUpdatedVersion", stamp.version());
    }

    private static JsonObject explicit(JsonObject node, Stamp inherited) {
        return node.containsKey(VERSION)
                ? node
                : Json.object(node)
                        .add(TIME, inherited.at().toEpochMilli())
                        .add(VERSION, inherited.version())
                        .build();
    }

    private static Stamp stamp(JsonObject node, Stamp inherited) {
        return node.containsKey(VERSION)
                ? new Stamp(
                        Instant.ofEpochMilli(node.getJsonNumber(TIME).longValue()),
                        node.getJsonNumber(VERSION).longValue())
                : inherited;
    }
}
