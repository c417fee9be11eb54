// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.HubEvent;
import io.postern.cloud.hub.query.MessageDocument;
import io.postern.wire.Json;
import io.postern.wire.UtcText;
import io.postern.wire.hub.PropertyBag;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A message as back ends get it.
 *
 * @param key the device's name; order is kept among messages of one key
 * @param sequence the place in the hub's stream, by which who gets it twice can tell
 * @param json as the hosted hub writes messages into storage (spec: IoT Hub message routing, JSON encoding):
 *     {@code {"EnqueuedTimeUtc","Properties":{},"SystemProperties":{},"Body"}}; the body as JSON when the device said it is
 *     ({@code application/json}, {@code utf-8}) and it is, else in base64
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

    /** The message as a condition asks it; the sender's twin is looked up when it does. */
    static MessageDocument asked(HubEvent event, Hub hub) {
        Map<String, String> system = new HashMap<>();
        systemProperties(event)
                .forEach((name, value) ->
                        system.put(name, value instanceof JsonString text ? text.getString() : value.toString()));
        return new MessageDocument(event.applicationProperties(), system, () -> json(event), () -> hub.search()
                .find(event.deviceId()));
    }

    private static JsonValue body(HubEvent event) {
        return json(event).orElseGet(() -> Json.text(event.body().toBase64()));
    }

    /** The body, when its sender says that it is JSON, and it is (spec: iot hub routing query syntax, message body). */
    private static Optional<JsonValue> json(HubEvent event) {
        String type = property(event, PropertyBag.CONTENT_TYPE);
        String encoding = property(event, PropertyBag.CONTENT_ENCODING);
        if (!type.startsWith("application/json") || !encoding.equals("utf-8")) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.parse(event.body().toUtf8()));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // whatever it is, it is passed on as it came
        }
    }

    private static String property(HubEvent event, String name) {
        return event.properties().get(name).orElse("").toLowerCase(Locale.ROOT);
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
