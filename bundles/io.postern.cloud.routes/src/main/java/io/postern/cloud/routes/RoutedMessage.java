// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import io.postern.cloud.hub.HubEvent;
import io.postern.wire.Json;
import io.postern.wire.UtcText;
import io.postern.wire.hub.PropertyBag;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.util.Locale;
import java.util.Map;

/**
 * A message as back ends get it.
 *
 * @param key the device's name; order is kept among messages of one key
 * @param sequence the place in the hub's stream, by which who gets it twice can tell
 * @param json as the hosted hub writes messages into storage (spec: IoT Hub message routing, JSON encoding):
 *     {@code {"EnqueuedTimeUtc","Properties":{},"SystemProperties":{},"Body"}}; the body as JSON when the device said it is
 *     and it is, else in base64
 */
public record RoutedMessage(String key, long sequence, JsonObject json) {
    // spec: IoT Hub message routing, system properties
    private static final Map<String, String> SYSTEM_NAMES = Map.of(
            "$.mid", "messageId",
            "$.cid", "correlationId",
            "$.uid", "userId",
            "$.ct", "contentType",
            "$.ce", "contentEncoding",
            "$.ctime", "creationTimeUtc",
            "$.ifid", "interfaceId",
            "$.sub", "dt-subject");

    static RoutedMessage of(HubEvent event) {
        JsonObjectBuilder properties = Json.object();
        event.applicationProperties().forEach(properties::add);
        JsonObject json = Json.object()
                .add("EnqueuedTimeUtc", UtcText.of(event.enqueued()))
                .add("Properties", properties)
                .add("SystemProperties", systemProperties(event))
                .add("Body", body(event))
                .build();
        return new RoutedMessage(event.deviceId().text(), event.sequence(), json);
    }

    /** Back from {@link #json}. */
    static RoutedMessage parse(JsonObject json) {
        JsonObject system = json.getJsonObject("SystemProperties");
        return new RoutedMessage(
                system.getString("connectionDeviceId"),
                system.getJsonNumber("sequenceNumber").longValue(),
                json);
    }

    /** The body as what the device said it is. */
    static JsonValue body(HubEvent event) {
        String type =
                event.properties().get(PropertyBag.CONTENT_TYPE).orElse("").toLowerCase(Locale.ROOT);
        if (type.startsWith("application/json")) {
            try {
                return Json.parse(event.body().toUtf8());
            } catch (IllegalArgumentException e) {
                // whatever it is, it is passed on as it came
            }
        }
        return Json.text(event.body().toBase64());
    }

    static JsonObject systemProperties(HubEvent event) {
        JsonObjectBuilder json = Json.object();
        event.systemProperties().forEach((name, value) -> json.add(SYSTEM_NAMES.getOrDefault(name, name), value));
        return json.add("connectionDeviceId", event.deviceId().text())
                .add("connectionAuthMethod", event.authMethod().toJson().toString())
                .add("connectionDeviceGenerationId", event.generationId())
                .add("enqueuedTime", UtcText.of(event.enqueued()))
                .add("sequenceNumber", event.sequence())
                .add("partition", event.partition())
                .add("offset", Long.toString(event.offset()))
                .build();
    }
}
