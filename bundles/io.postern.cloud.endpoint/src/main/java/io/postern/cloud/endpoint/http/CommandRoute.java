// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.commands.Acknowledgement;
import io.postern.cloud.hub.commands.Command;
import io.postern.cloud.hub.commands.SendReply;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import io.postern.wire.hub.PropertyBag;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Commands to devices over HTTPS: {@code POST /devices/{id}/messages/devicebound} with ServiceConnect. Ours: the official
 * clients send theirs over AMQP, and what becomes of one sent here is told there too.
 *
 * <p>The body is the command. Its properties stand in headers, named as a device reads them that fetches commands over
 * HTTPS: {@code iothub-messageid}, {@code iothub-correlationid}, {@code iothub-ack}, {@code iothub-expiry},
 * {@code iothub-contenttype}, {@code iothub-contentencoding}, {@code iothub-app-NAME}. Answered when it would survive a
 * power cut.
 */
final class CommandRoute implements Route {
    private static final String APPLICATION = "iothub-app-";
    private static final Map<String, String> SYSTEM = Map.of(
            "iothub-correlationid", PropertyBag.CORRELATION_ID,
            "iothub-contenttype", PropertyBag.CONTENT_TYPE,
            "iothub-contentencoding", PropertyBag.CONTENT_ENCODING);

    private final Hub hub;
    private final HubDoor door;

    CommandRoute(Hub hub, ErrorReplies errors) {
        this.hub = hub;
        this.door = new HubDoor(hub.gatekeeper(), errors);
    }

    @Override
    public Optional<Answer> handle(Request request) {
        boolean meant = request.host().equals(hub.name().text())
                && request.has(0, "devices")
                && request.has(2, "messages")
                && request.has(3, "devicebound")
                && request.segments().size() == 4
                && request.method().equals("POST"); // a device fetches its commands from the same path
        return meant
                ? Optional.of(door.permitted(request, Permission.SERVICE_CONNECT, () -> send(request)))
                : Optional.empty();
    }

    private Reply send(Request request) {
        DeviceId device = DeviceId.of(request.segments().get(1));
        var command = new Command(
                request.header("iothub-messageid"),
                properties(request.headers()),
                request.body(),
                request.header("iothub-expiry").map(CommandRoute::expiry),
                request.header("iothub-ack").map(Acknowledgement::parse).orElse(Acknowledgement.NONE));
        if (command.size() > Command.LARGEST) {
            return door.refuse(
                    request,
                    413_001,
                    "MessageTooLarge",
                    "the command has " + command.size() + " bytes with its properties, at most " + Command.LARGEST
                            + " are allowed");
        }
        return switch (hub.commands().send(device, command)) {
            case SendReply.Accepted(String messageId, long sequence) ->
                Reply.json(
                        201,
                        Json.object()
                                .add("messageId", messageId)
                                .add("sequenceNumber", sequence)
                                .build());
            case SendReply.QueueFull(var full, int pending) ->
                door.refuse(
                        request,
                        403_004,
                        "DeviceMaximumQueueDepthExceeded",
                        "for device " + full + " " + pending
                                + " commands wait already; purge them or let it fetch them first");
            case SendReply.NoDevice(var unknown) ->
                door.refuse(request, 404_001, "DeviceNotFound", "there is no device " + unknown);
        };
    }

    private static PropertyBag properties(Map<String, String> headers) {
        SequencedMap<String, String> properties = new LinkedHashMap<>();
        headers.forEach((name, value) -> {
            String system = SYSTEM.get(name);
            if (system != null) {
                properties.put(system, value);
            } else if (name.startsWith(APPLICATION) && name.length() > APPLICATION.length()) {
                properties.put(name.substring(APPLICATION.length()), value);
            }
        });
        return new PropertyBag(properties);
    }

    private static Instant expiry(String text) {
        try {
            return Instant.parse(text.strip());
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "iothub-expiry is an instant like 2026-03-01T08:00:00Z, not \"" + Shown.of(text) + "\"", e);
        }
    }
}
