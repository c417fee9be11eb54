// SPDX-License-Identifier: Apache-2.0
package io.postern.lab;

import io.postern.wire.Json;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;

/**
 * One milestone the gateway has told.
 *
 * @param name as in the gateway's timeline, for example {@code ASSIGNED}
 * @param sinceStart milliseconds since the gateway's JVM began
 */
public record Step(String name, String subject, long sinceStart) {
    /** Reads a line of the timeline. */
    public static Step parse(String line) {
        JsonObject json = Json.parseObject(line);
        long at = json.get("sinceStartMs") instanceof JsonNumber number ? number.longValue() : 0;
        return new Step(
                Json.requireText(json, "milestone"), Json.text(json, "subject").orElse(""), at);
    }
}
