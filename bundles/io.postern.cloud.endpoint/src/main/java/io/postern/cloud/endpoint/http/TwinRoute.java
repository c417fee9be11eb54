// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.TwinReply;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.Optional;

/** The service's side of twins (HUB-27): {@code /twins/{id}}, read, patched or replaced with ServiceConnect. */
public final class TwinRoute implements Route {
    private final Hub hub;
    private final HubDoor door;

    public TwinRoute(Hub hub, ErrorReplies errors) {
        this.hub = hub;
        this.door = HubDoor.of(hub, errors);
    }

    @Override
    public Optional<Answer> handle(Request request) {
        if (!request.host().equals(hub.name().text())
                || !request.has(0, "twins")
                || request.segments().size() != 2) {
            return Optional.empty();
        }
        return Optional.of(
                switch (request.method()) {
                    case "GET" -> door.permitted(request, Permission.SERVICE_CONNECT, () -> read(request));
                    case "PATCH", "PUT" -> door.permitted(request, Permission.SERVICE_CONNECT, () -> change(request));
                    default -> door.wrongMethod(request, "GET, PATCH, PUT");
                });
    }

    private Reply read(Request request) {
        return shown(request, id(request));
    }

    private Reply change(Request request) {
        DeviceId device = id(request);
        JsonObject body = Json.parseObject(request.body().toUtf8());
        Optional<JsonObject> tags = part(body, "tags");
        Optional<JsonObject> desired = part(body, "properties").flatMap(properties -> part(properties, "desired"));
        IfMatch condition = request.condition();
        TwinReply reply = request.method().equals("PUT")
                ? hub.twins().replace(device, tags, desired, condition)
                : hub.twins().patch(device, tags, desired, condition);
        return switch (reply) {
            case TwinReply.Changed(var twin) -> shown(request, twin.deviceId());
            case TwinReply.NoTwin _ -> notFound(request, device);
            case TwinReply.Stale(var current) ->
                door.refuse(
                        request,
                        412_001,
                        "PreconditionFailed",
                        "the twin of " + device + " has changed: its etag is " + current.etag() + "; read it again");
        };
    }

    private Reply shown(Request request, DeviceId device) {
        return hub.search()
                .find(device)
                .map(twin -> Reply.json(200, twin).with("ETag", "\"" + Json.requireText(twin, "etag") + "\""))
                .orElseGet(() -> notFound(request, device));
    }

    private Reply notFound(Request request, DeviceId device) {
        return door.refuse(request, 404_001, "DeviceNotFound", "there is no device " + device);
    }

    /** One official client sends the whole twin with many members null: null means "not spoken of" outside the parts. */
    private static Optional<JsonObject> part(JsonObject body, String name) {
        JsonValue value = body.getOrDefault(name, JsonValue.NULL);
        return switch (value.getValueType()) {
            case NULL -> Optional.empty();
            case OBJECT -> Optional.of(value.asJsonObject());
            case ARRAY, STRING, NUMBER, TRUE, FALSE ->
                throw new IllegalArgumentException("the member \"" + name + "\" is a JSON object");
        };
    }

    private static DeviceId id(Request request) {
        return DeviceId.of(request.segments().get(1));
    }
}
