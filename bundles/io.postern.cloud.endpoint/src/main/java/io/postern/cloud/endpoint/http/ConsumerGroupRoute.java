// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.events.ConsumerGroup;
import io.postern.cloud.hub.events.ConsumerGroups;
import io.postern.wire.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import java.util.Optional;

/**
 * The consumer groups of a hub's events (HUB-33): {@code GET /consumerGroups[/{name}]} for who reads events, {@code PUT}
 * and {@code DELETE} for who may change what the hub has. A deleted group's readers are sent away.
 */
public final class ConsumerGroupRoute implements Route {
    private final Hub hub;
    private final HubDoor door;

    public ConsumerGroupRoute(Hub hub, ErrorReplies errors) {
        this.hub = hub;
        this.door = HubDoor.of(hub, errors);
    }

    @Override
    public Optional<Answer> handle(Request request) {
        int segments = request.segments().size();
        if (!request.host().equals(hub.name().text()) || !request.has(0, "consumerGroups") || segments > 2) {
            return Optional.empty();
        }
        return Optional.of(
                segments == 1 ? all(request) : one(request, request.segments().get(1)));
    }

    private Answer all(Request request) {
        return request.method().equals("GET")
                ? door.permitted(request, Permission.SERVICE_CONNECT, this::list)
                : door.wrongMethod(request, "GET");
    }

    private Answer one(Request request, String name) {
        return switch (request.method()) {
            case "GET" -> door.permitted(request, Permission.SERVICE_CONNECT, () -> show(request, name));
            case "PUT" -> door.permitted(request, Permission.REGISTRY_READ_WRITE, () -> create(request, name));
            case "DELETE" -> door.permitted(request, Permission.REGISTRY_READ_WRITE, () -> delete(request, name));
            default -> door.wrongMethod(request, "GET, PUT, DELETE");
        };
    }

    private Reply list() {
        JsonArrayBuilder all = Json.array();
        hub.consumerGroups().all().forEach(group -> all.add(json(group)));
        return Reply.json(200, all.build());
    }

    private Reply show(Request request, String name) {
        return hub.consumerGroups()
                .find(ConsumerGroup.of(name))
                .map(group -> Reply.json(200, json(group)))
                .orElseGet(() -> missing(request, name));
    }

    private Reply create(Request request, String name) {
        ConsumerGroup group = ConsumerGroup.of(name);
        return switch (hub.consumerGroups().create(group)) {
            case CREATED -> Reply.json(201, json(group));
            case EXISTED -> Reply.json(200, json(group));
            case TOO_MANY ->
                door.refuse(
                        request,
                        403_003,
                        "QuotaExceeded",
                        "a hub has at most " + ConsumerGroups.MOST + " consumer groups; delete one first");
        };
    }

    private Reply delete(Request request, String name) {
        return hub.consumerGroups().delete(ConsumerGroup.of(name)) ? Reply.empty(204) : missing(request, name);
    }

    private Reply missing(Request request, String name) {
        return door.refuse(request, 404_000, "NotFound", "there is no consumer group " + ConsumerGroup.of(name));
    }

    private static JsonObject json(ConsumerGroup group) {
        return Json.object().add("name", group.name()).build();
    }
}
