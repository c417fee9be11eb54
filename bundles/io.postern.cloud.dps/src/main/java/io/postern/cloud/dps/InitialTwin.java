// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;

/** What the twin of a device holds when the device is created (DPS-18). */
public record InitialTwin(JsonObject tags, JsonObject desired) {
    public static final InitialTwin EMPTY = new InitialTwin(JsonValue.EMPTY_JSON_OBJECT, JsonValue.EMPTY_JSON_OBJECT);

    private static final int LARGEST_TAGS = 8 * 1024; // the hub's limit for tags
    private static final int LARGEST_DESIRED = 32 * 1024; // the hub's limit for desired properties

    public InitialTwin {
        bounded("initialTwin.tags", tags, LARGEST_TAGS);
        bounded("initialTwin.properties.desired", desired, LARGEST_DESIRED);
    }

    /** Reads {@code {"tags":{...},"properties":{"desired":{...}}}}; what is absent is empty. */
    static InitialTwin parse(JsonObject twin) {
        return new InitialTwin(
                Json.object(twin, "tags").orElse(JsonValue.EMPTY_JSON_OBJECT),
                Json.object(twin, "properties")
                        .flatMap(properties -> Json.object(properties, "desired"))
                        .orElse(JsonValue.EMPTY_JSON_OBJECT));
    }

    private static void bounded(String what, JsonObject value, int most) {
        int length = value.toString().length();
        if (length > most) {
            throw new IllegalArgumentException(what + " has at most " + most + " characters, not " + length);
        }
    }
}
