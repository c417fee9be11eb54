// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.time;

import io.postern.gateway.TimeQuality;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What the clock remembers without power.
 *
 * @param shown what it showed when this was written
 * @param boot of the operating system, in which it was
 * @param uptime of the operating system, then
 * @param era that ran, 0 when the time was confirmed
 * @param confirmed the latest time that was ever confirmed, counted on to when this was written
 * @param signs whether the cloud side has ever signed the time
 */
record TimeRecord(
        Instant shown,
        TimeQuality quality,
        TimeSource source,
        String boot,
        Duration uptime,
        long era,
        Optional<Instant> confirmed,
        boolean signs,
        Eras eras) {

    JsonObject toJson() {
        var json = Json.object()
                .add("shown", shown.toString())
                .add("quality", quality.name())
                .add("source", source.text())
                .add("boot", boot)
                .add("uptime", uptime.toString())
                .add("era", era)
                .add("signs", signs)
                .add("eras", eras.toJson());
        confirmed.ifPresent(at -> json.add("confirmed", at.toString()));
        return json.build();
    }

    /** @throws IllegalArgumentException when it is none */
    static TimeRecord parse(JsonObject json) {
        try {
            return new TimeRecord(
                    Instant.parse(Json.requireText(json, "shown")),
                    TimeQuality.valueOf(Json.requireText(json, "quality")),
                    TimeSource.parse(Json.requireText(json, "source")),
                    Json.requireText(json, "boot"),
                    Duration.parse(Json.requireText(json, "uptime")),
                    json.getJsonNumber("era").longValueExact(),
                    Json.text(json, "confirmed").map(Instant::parse),
                    json.getBoolean("signs"),
                    Eras.parse(json.getJsonObject("eras")));
        } catch (DateTimeException | ArithmeticException | ClassCastException | NullPointerException e) {
            throw new IllegalArgumentException("not what the clock remembers: " + e.getMessage(), e);
        }
    }
}
