// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What is said to one device of a hub: methods, which it answers at once, and commands, which wait for it. */
public final class DeviceTalk {
    private static final String VERSION = "?api-version=2021-04-12";

    private final ServiceClient service;

    DeviceTalk(ServiceClient service) {
        this.service = service;
    }

    /** A question to a device. */
    public record Call(String method, Optional<JsonValue> payload, Duration connect, Duration response) {
        JsonObject toJson() {
            var json = Json.object()
                    .add("methodName", method)
                    .add("connectTimeoutInSeconds", connect.toSeconds())
                    .add("responseTimeoutInSeconds", response.toSeconds());
            payload.ifPresent(value -> json.add("payload", value));
            return json.build();
        }
    }

    /** What to send, and of which outcomes feedback is wanted: none, positive, negative, full. */
    public record Message(
            String body,
            Map<String, String> properties,
            Optional<String> messageId,
            String acknowledgement,
            Optional<Instant> expiry) {
        Map<String, String> headers() {
            Map<String, String> headers = new LinkedHashMap<>();
            properties.forEach((name, value) -> headers.put("iothub-app-" + name, value));
            messageId.ifPresent(id -> headers.put("iothub-messageid", id));
            headers.put("iothub-ack", acknowledgement);
            expiry.ifPresent(at -> headers.put("iothub-expiry", at.toString()));
            return headers;
        }
    }

    /** @return {@code {"status":int,"payload":...}} as the device answered */
    public JsonObject call(DeviceId device, Call call) throws ServiceException {
        return service.ask(
                        "/twins/" + ServiceClient.segment(device) + "/methods" + VERSION,
                        call.toJson(),
                        call.connect().plus(call.response()))
                .object();
    }

    /** @return {@code messageId} and {@code sequenceNumber} of the command, which is durable now */
    public JsonObject send(DeviceId device, Message message) throws ServiceException {
        return service.postText(
                        "/devices/" + ServiceClient.segment(device) + "/messages/devicebound" + VERSION,
                        message.body(),
                        message.headers())
                .object();
    }

    /** @return how many commands were thrown away */
    public int purge(DeviceId device) throws ServiceException {
        Answer answer = service.delete("/devices/" + ServiceClient.segment(device) + "/commands" + VERSION);
        return answer.object().get("totalMessagesPurged") instanceof JsonNumber number ? number.intValue() : 0;
    }
}
