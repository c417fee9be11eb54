// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

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

    private static void bounded(String what, JsonObject value, int most) {
        int length = value.toString().length();
        if (length > most) {
            throw new IllegalArgumentException(what + " has at most " + most + " characters, not " + length);
        }
    }
}
