// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.service;

import io.postern.cloud.endpoint.amqp.AmqpBody;
import io.postern.cloud.endpoint.amqp.AmqpMessage;
import io.postern.cloud.endpoint.amqp.AmqpMessage.Standard;
import io.postern.cloud.hub.HubEvent;
import io.postern.wire.Bytes;
import io.postern.wire.hub.PropertyBag;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Events as a hub's built-in endpoint gives them: what the device's client set in the properties section, what its
 * application set as application properties, what the hub stamped as message annotations.
 */
final class EventMessages {
    private static final Map<String, Standard> STANDARD = Map.of(
            PropertyBag.MESSAGE_ID,
            Standard.MESSAGE_ID,
            PropertyBag.CORRELATION_ID,
            Standard.CORRELATION_ID,
            PropertyBag.CONTENT_TYPE,
            Standard.CONTENT_TYPE,
            PropertyBag.CONTENT_ENCODING,
            Standard.CONTENT_ENCODING,
            "$.to",
            Standard.TO);
    private static final Map<String, String> ANNOTATIONS =
            Map.of("$.ifid", "iothub-interface-id", "$.sub", "dt-subject", "$.on", "iothub-outputname");

    private EventMessages() {}

    static AmqpMessage of(HubEvent event) {
        Map<String, Object> application = new LinkedHashMap<>(event.applicationProperties());
        return new AmqpMessage(standard(event), annotations(event), application, new AmqpBody.Data(event.body()));
    }

    private static Map<Standard, Object> standard(HubEvent event) {
        Map<Standard, Object> standard = new EnumMap<>(Standard.class);
        event.systemProperties().forEach((key, value) -> {
            Standard member = STANDARD.get(key);
            if (member != null) {
                standard.put(member, value);
            }
        });
        text(event, "$.uid").ifPresent(user -> standard.put(Standard.USER_ID, Bytes.utf8(user)));
        time(event, PropertyBag.CREATION_TIME).ifPresent(at -> standard.put(Standard.CREATED, at));
        time(event, "$.exp").ifPresent(at -> standard.put(Standard.EXPIRES, at));
        standard.putIfAbsent(Standard.TO, "/devices/" + event.deviceId() + "/messages/events");
        return standard;
    }

    private static Map<String, Object> annotations(HubEvent event) {
        Map<String, Object> annotations = new HashMap<>();
        ANNOTATIONS.forEach((key, name) -> text(event, key).ifPresent(value -> annotations.put(name, value)));
        annotations.put("x-opt-sequence-number", event.offset());
        annotations.put("x-opt-offset", Long.toString(event.offset()));
        annotations.put("x-opt-enqueued-time", event.enqueued());
        annotations.put("iothub-enqueuedtime", event.enqueued());
        annotations.put("iothub-connection-device-id", event.deviceId().text());
        annotations.put("iothub-connection-auth-generation-id", event.generationId());
        annotations.put(
                "iothub-connection-auth-method", event.authMethod().toJson().toString());
        annotations.put("iothub-message-source", "Telemetry");
        return annotations;
    }

    private static Optional<String> text(HubEvent event, String key) {
        return event.properties().get(key);
    }

    /** A time the device's client wrote; one that cannot be read has no place in a typed section. */
    private static Optional<Instant> time(HubEvent event, String key) {
        return text(event, key).flatMap(text -> {
            try {
                return Optional.of(OffsetDateTime.parse(text).toInstant());
            } catch (DateTimeException e) {
                return Optional.empty();
            }
        });
    }
}
