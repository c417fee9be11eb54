// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.DeviceSession;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.SessionEndedException;
import io.postern.cloud.hub.Telemetry;
import io.postern.cloud.hub.commands.CommandSettings;
import io.postern.cloud.hub.commands.LockToken;
import io.postern.cloud.hub.commands.LockedCommand;
import io.postern.cloud.hub.commands.Settlement;
import io.postern.wire.Shown;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * What a device does over HTTPS (HUB-30), all below {@code /devices/{id}}: {@code messages/events} to send,
 * {@code messages/devicebound} to fetch a command and to settle it.
 */
public final class DeviceRoute implements Route {
    private static final int PREFIX = 2; // /devices/{id}

    private final Hub hub;
    private final DeviceDoor door;

    public DeviceRoute(Hub hub, ErrorReplies errors) {
        this.hub = hub;
        this.door = new DeviceDoor(hub, errors);
    }

    @Override
    public Optional<Reply> handle(Request request) {
        int length = request.segments().size();
        if (!request.host().equals(hub.name().text()) || !request.has(0, "devices") || length <= PREFIX) {
            return Optional.empty();
        }
        if (request.has(PREFIX, "files")) {
            return files(request, length);
        }
        if (!request.has(PREFIX, "messages")) {
            return Optional.empty();
        }
        if (request.has(3, "events") && length == 4) {
            return Optional.of(only("POST", request, session -> send(request, session)));
        }
        if (!request.has(3, "devicebound")) {
            return Optional.empty();
        }
        return switch (length) {
            case 4 -> Optional.of(only("GET", request, session -> receive(request, session)));
            case 5 -> Optional.of(only("DELETE", request, session -> settle(request, session, ending(request))));
            case 6 ->
                request.has(5, "abandon")
                        ? Optional.of(only("POST", request, session -> settle(request, session, Settlement.ABANDON)))
                        : Optional.empty();
            default -> Optional.empty();
        };
    }

    private Reply only(String method, Request request, DeviceDoor.Room room) {
        return request.method().equals(method) ? door.admitted(request, room) : door.wrongMethod(request, method);
    }

    private Reply send(Request request, DeviceSession session) throws SessionEndedException, InterruptedException {
        boolean batch = DeviceMessages.isBatch(request);
        if (batch && request.body().length() > Telemetry.LARGEST) {
            session.garbled();
            return tooLarge(
                    request,
                    "a batch has at most " + Telemetry.LARGEST + " bytes as it is sent, this one "
                            + request.body().length());
        }
        List<Telemetry> messages;
        try {
            messages = batch ? DeviceMessages.batch(request.body()) : List.of(DeviceMessages.single(request));
        } catch (IllegalArgumentException e) {
            session.garbled();
            throw e;
        }
        Optional<Telemetry> large = messages.stream()
                .filter(each -> each.size() > Telemetry.LARGEST)
                .findFirst();
        if (large.isPresent()) {
            session.garbled();
            return tooLarge(
                    request,
                    "a message has at most " + Telemetry.LARGEST + " bytes with its properties, this one "
                            + large.get().size());
        }
        session.accept(messages);
        return Reply.empty(204);
    }

    private Reply receive(Request request, DeviceSession session) throws SessionEndedException {
        Duration lock = request.header("iothub-messagelocktimeout")
                .map(DeviceRoute::seconds)
                .orElse(hub.commands().settings().lock());
        Optional<LockedCommand> taken = session.takeCommand(lock);
        if (taken.isEmpty()) {
            return Reply.empty(204);
        }
        var reply = new Reply(200, new LinkedHashMap<>(), taken.get().body())
                .with("Content-Type", "application/octet-stream");
        return DeviceHeaders.write(reply, session.deviceId(), taken.get());
    }

    private Reply settle(Request request, DeviceSession session, Settlement settlement) throws SessionEndedException {
        String token = bare(request.segments().get(4));
        Optional<String> condition = request.header("If-Match").map(DeviceRoute::bare);
        if (condition.filter(etag -> !etag.equals("*") && !etag.equals(token)).isPresent()) {
            return door.refuse(
                    request, 412_001, "PreconditionFailed", "If-Match names another lock token than the path");
        }
        return session.settle(new LockToken(token), settlement)
                ? Reply.empty(204)
                : door.refuse(
                        request,
                        412_002,
                        "DeviceMessageLockLost",
                        "the lock of this command has ended or it is settled already; ask for commands again");
    }

    /** spec: {@code reject} as a parameter with or without a value; one official client writes {@code &%3Freject=true}. */
    private static Settlement ending(Request request) {
        boolean reject = request.query().entrySet().stream()
                .anyMatch(parameter -> (parameter.getKey().equalsIgnoreCase("reject")
                                || parameter.getKey().equalsIgnoreCase("?reject"))
                        && !parameter.getValue().equalsIgnoreCase("false"));
        return reject ? Settlement.REJECT : Settlement.COMPLETE;
    }

    /** Files go to a storage account that an operator links to a hub; there is none to link here. */
    private Optional<Reply> files(Request request, int length) {
        boolean start = length == 3;
        if (!start && !(request.has(3, "notifications") && length <= 5)) {
            return Optional.empty();
        }
        return Optional.of(only(
                "POST",
                request,
                _ -> start
                        ? door.refuse(
                                request,
                                400_014,
                                "DefaultStorageEndpointNotConfigured",
                                "no storage is linked to this hub, so it takes no files; send them another way")
                        : door.refuse(
                                request,
                                400_015,
                                "InvalidFileUploadCorrelationId",
                                "no storage is linked to this hub, so it has begun no upload")));
    }

    private Reply tooLarge(Request request, String text) {
        return door.refuse(request, 413_001, "MessageTooLarge", text);
    }

    private static Duration seconds(String text) {
        Duration lock =
                text.strip().matches("[0-9]{1,9}") ? Duration.ofSeconds(Long.parseLong(text.strip())) : Duration.ZERO;
        if (lock.compareTo(CommandSettings.SHORTEST_LOCK) < 0 || lock.compareTo(CommandSettings.LONGEST_LOCK) > 0) {
            throw new IllegalArgumentException(
                    "iothub-messagelocktimeout is 5 to 300 seconds, not \"" + Shown.of(text) + "\"");
        }
        return lock;
    }

    private static String bare(String token) {
        String stripped = token.strip();
        return stripped.length() > 1 && stripped.startsWith("\"") && stripped.endsWith("\"")
                ? stripped.substring(1, stripped.length() - 1)
                : stripped;
    }
}
