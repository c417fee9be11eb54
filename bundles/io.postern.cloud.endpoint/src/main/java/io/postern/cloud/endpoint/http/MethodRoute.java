// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.methods.MethodReply;
import io.postern.cloud.hub.methods.MethodRequest;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.Optional;

/**
 * Direct methods (HUB-27): {@code POST /twins/{id}/methods} with ServiceConnect asks the device and waits for its answer.
 */
final class MethodRoute implements Route {
    private final Hub hub;
    private final HubDoor door;

    MethodRoute(Hub hub, ErrorReplies errors) {
        this.hub = hub;
        this.door = HubDoor.of(hub, errors);
    }

    @Override
    public Optional<Answer> handle(Request request) {
        if (!request.host().equals(hub.name().text()) || request.segments().size() != 3) {
            return Optional.empty();
        }
        if (request.has(0, "twins") && request.has(2, "methods")) {
            return Optional.of(
                    request.method().equals("POST")
                            ? door.permitted(request, Permission.SERVICE_CONNECT, () -> invoke(request))
                            : door.wrongMethod(request, "POST"));
        }
        return Optional.empty();
    }

    private Reply invoke(Request request) {
        DeviceId device = id(request);
        MethodRequest method = method(Json.parseObject(request.body().toUtf8()));
        try {
            return shown(request, device, method, hub.methods().invoke(device, method, request.departure()::tell));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return door.refuse(
                    request, 503_001, "ServiceUnavailable", "the listener is closing; try again in a second");
        }
    }

    private Reply shown(Request request, DeviceId device, MethodRequest method, MethodReply reply) {
        return switch (reply) {
            case MethodReply.Answered(int status, JsonValue payload) ->
                Reply.json(
                        200,
                        Json.object()
                                .add("status", status)
                                .add("payload", payload)
                                .build());
            case MethodReply.NoDevice() -> notFound(request, device);
            case MethodReply.NotOnline() ->
                door.refuse(
                        request,
                        404_103,
                        "DeviceNotOnline",
                        "device " + device + " does not listen to methods, and did not begin to within "
                                + method.connectTimeout().toSeconds() + " s");
            case MethodReply.LineLost() ->
                door.refuse(
                        request,
                        404_104,
                        "DeviceConnectionClosedRemotely",
                        "device " + device + " went away before it answered; whether it did what it was asked for is"
                                + " not known");
            case MethodReply.TimedOut() ->
                door.refuse(
                        request,
                        504_101,
                        "GatewayTimeout",
                        "device " + device + " did not answer within "
                                + method.responseTimeout().toSeconds() + " s");
            case MethodReply.TooMany(int most) ->
                door.refuse(
                        request,
                        429_001,
                        "ThrottlingException",
                        most + " methods are waiting for answers already; try again when some have been given");
            case MethodReply.Unreadable(String why) -> door.refuse(request, 502_000, "InvalidDeviceResponse", why);
        };
    }

    private Reply notFound(Request request, DeviceId device) {
        return door.refuse(request, 404_001, "DeviceNotFound", "there is no device " + device);
    }

    private static MethodRequest method(JsonObject body) {
        Duration response = seconds(body, "responseTimeoutInSeconds", MethodRequest.DEFAULT_RESPONSE);
        if (response.compareTo(MethodRequest.SHORTEST_RESPONSE) < 0) {
            throw new IllegalArgumentException("responseTimeoutInSeconds is 5 to 300, it is " + response.toSeconds());
        }
        return new MethodRequest(
                Json.requireText(body, "methodName"),
                Bytes.utf8(body.getOrDefault("payload", JsonValue.NULL).toString()),
                seconds(body, "connectTimeoutInSeconds", Duration.ZERO),
                response);
    }

    private static Duration seconds(JsonObject body, String name, Duration otherwise) {
        return switch (body.getOrDefault(name, JsonValue.NULL)) {
            case JsonNumber number
            when number.isIntegral() && number.doubleValue() <= Integer.MAX_VALUE ->
                Duration.ofSeconds(number.longValue());
            case JsonValue value when value == JsonValue.NULL -> otherwise;
            default -> throw new IllegalArgumentException(name + " is a whole number of seconds");
        };
    }

    private static DeviceId id(Request request) {
        return DeviceId.of(request.segments().get(1));
    }
}
