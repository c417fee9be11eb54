// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.allocation;

import io.postern.wire.HubName;
import io.postern.wire.Json;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The latencies a device has measured, as its registration payload tells them:
 * {@code {"postern":{"latencyMs":{"hub.plant.example":12}}}}. Milliseconds, rounded, so that near hubs tie.
 */
public final class MeasuredLatency {
    private static final int MOST = 50; // spec: limits of the provisioning service, linked hubs
    private static final double LONGEST_MILLIS = 60_000; // a hub a minute away was not measured

    private MeasuredLatency() {}

    /** What is no latency is passed over: a device that measures badly is still assigned. */
    public static Map<HubName, Duration> of(Optional<JsonObject> payload) {
        Map<HubName, Duration> latencies = new HashMap<>();
        payload.flatMap(said -> Json.object(said, "postern"))
                .flatMap(ours -> Json.object(ours, "latencyMs"))
                .ifPresent(told -> told.entrySet().stream().limit(MOST).forEach(entry -> latency(entry.getValue())
                        .ifPresent(latency -> name(entry.getKey()).ifPresent(hub -> latencies.put(hub, latency)))));
        return latencies;
    }

    private static Optional<Duration> latency(JsonValue value) {
        return value instanceof JsonNumber number && number.doubleValue() >= 0 && number.doubleValue() <= LONGEST_MILLIS
                ? Optional.of(Duration.ofMillis(Math.round(number.doubleValue())))
                : Optional.empty();
    }

    private static Optional<HubName> name(String text) {
        try {
            return Optional.of(HubName.of(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
