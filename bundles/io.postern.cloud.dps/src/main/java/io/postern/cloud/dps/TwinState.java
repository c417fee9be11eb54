// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import jakarta.json.JsonObject;
import jakarta.json.JsonValue;

/**
 * What a twin holds, without versions and times.
 *
 * @param reported what the device said; carried along only where a hub lets anybody but the device write it
 */
public record TwinState(JsonObject tags, JsonObject desired, JsonObject reported) {
    public static final TwinState EMPTY = first(JsonValue.EMPTY_JSON_OBJECT, JsonValue.EMPTY_JSON_OBJECT);

    /** Of a device that has not said anything yet. */
    public static TwinState first(JsonObject tags, JsonObject desired) {
        return new TwinState(tags, desired, JsonValue.EMPTY_JSON_OBJECT);
    }
}
