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
 * HTTPS ({@link DeviceHeaders}), with {@code iothub-ack} and {@code iothub-expiry}. Answered when it would survive a
 * power cut. {@code DELETE /devices/{id}/commands} throws away what waits.
 */
final class CommandRoute implements Route {
    private final Hub hub;
    private final HubDoor door;

    CommandRoute(Hub hub, ErrorReplies errors) {
        this.hub = hub;
        this.door = HubDoor.of(hub, errors);
    }

    @Override
    public Optional<Answer> handle(Request request) {
        int length = request.segments().size();
        if (!request.host().equals(hub.name().text()) || !request.has(0, "devices")) {
            return Optional.empty();
        }
        if (length == 4
                && request.has(2, "messages")
                && request.has(3, "devicebound")
                && request.method().equals("POST")) { // a device fetches its commands from the same path
            return Optional.of(door.permitted(request, Permission.SERVICE_CONNECT, () -> send(request)));
        }
        if (length == 3 && request.has(2, "commands")) {
            return Optional.of(
                    request.method().equals("DELETE")
                            ? door.permitted(request, Permission.SERVICE_CONNECT, () -> purge(request))
                            : door.wrongMethod(request, "DELETE"));
        }
        return Optional.empty();
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
            case SendReply.NoDevice(var unknown) -> notFound(request, unknown);
        };
    }

    private Reply purge(Request request) {
        DeviceId device = DeviceId.of(request.segments().get(1));
        return hub.commands()
                .purge(device)
                .map(count -> Reply.json(
                        200,
                        Json.object()
                                .add("deviceId", device.text())
                                .add("totalMessagesPurged", count)
                                .build()))
                .orElseGet(() -> notFound(request, device));
    }

    private Reply notFound(Request request, DeviceId device) {
        return door.refuse(request, 404_001, "DeviceNotFound", "there is no device " + device);
    }

    /** All but the message id, which a command has beside them. */
    private static PropertyBag properties(Map<String, String> headers) {
        SequencedMap<String, String> properties =
                new LinkedHashMap<>(DeviceHeaders.read(headers).entries());
        properties.remove(PropertyBag.MESSAGE_ID);
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
