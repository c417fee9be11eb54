// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.Telemetry;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the body of a device's request says: one message, or a batch of them (wire 4.5). */
final class DeviceMessages {
    private static final String BATCH = "application/vnd.microsoft.iothub.json";
    private static final int MOST = 500; // the longest legal batch, 256 KB, holds as many of ordinary readings

    private DeviceMessages() {}

    static boolean isBatch(Request request) {
        String type = request.header("Content-Type").orElse("");
        return type.split(";", 2)[0].strip().equalsIgnoreCase(BATCH);
    }

    static Telemetry single(Request request) {
        return new Telemetry(DeviceHeaders.read(request.headers()), request.body());
    }

    /**
     * {@code [{"body": "aGVsbG8=", "base64Encoded": true, "properties": {"iothub-app-k": "v"}}]}; a body is base64 unless
     * its entry says that it is not.
     *
     * @throws IllegalArgumentException naming the entry, from 1 on, that is wrong
     */
    static List<Telemetry> batch(Bytes body) {
        JsonArray array = Json.parseArray(body.toUtf8());
        if (array.isEmpty() || array.size() > MOST) {
            throw new IllegalArgumentException("a batch has 1 to " + MOST + " messages, this one " + array.size());
        }
        List<Telemetry> messages = new ArrayList<>();
        for (JsonValue entry : array) {
            try {
                messages.add(message(entry));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "message " + (messages.size() + 1) + " of the batch: " + e.getMessage(), e);
            }
        }
        return messages;
    }

    private static Telemetry message(JsonValue entry) {
        if (!(entry instanceof JsonObject message)) {
            throw new IllegalArgumentException("it is not a JSON object");
        }
        String body = Json.requireText(message, "body");
        boolean plain = JsonValue.FALSE.equals(message.get("base64Encoded"));
        Map<String, String> properties = new LinkedHashMap<>();
        if (message.getOrDefault("properties", JsonValue.EMPTY_JSON_OBJECT) instanceof JsonObject named) {
            named.forEach((name, value) -> properties.put(name, text(name, value)));
        } else if (message.get("properties") != JsonValue.NULL) {
            throw new IllegalArgumentException("the member \"properties\" is a JSON object");
        }
        return new Telemetry(DeviceHeaders.read(properties), plain ? Bytes.utf8(body) : decoded(body));
    }

    private static Bytes decoded(String body) {
        try {
            return Bytes.base64(body);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "its body is not base64; send \"base64Encoded\": false with one that is plain text", e);
        }
    }

    private static String text(String name, JsonValue value) {
        return switch (value) {
            case JsonString text -> text.getString();
            case JsonNumber number -> number.toString();
            default ->
                switch (value.getValueType()) {
                    case TRUE -> "true";
                    case FALSE -> "false";
                    default ->
                        throw new IllegalArgumentException(
                                "the property \"" + Shown.of(name) + "\" is not a text, a number or a truth value");
                };
        };
    }
}
