// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;

/**
 * One message the hub accepted from a device.
 *
 * @param sequence grows by the hub's order of acceptance
 * @param json the whole event as the hub sends it
 */
public record TelemetryEvent(long sequence, String deviceId, JsonObject json) {

    /** @throws IllegalArgumentException when the text is not an event */
    static TelemetryEvent parse(String text) {
        JsonObject json = Json.parseObject(text);
        if (!(json.get("sequence") instanceof JsonNumber sequence)) {
            throw new IllegalArgumentException("an event without a sequence number: " + Shown.of(text));
        }
        return new TelemetryEvent(sequence.longValueExact(), Json.requireText(json, "deviceId"), json);
    }
}
