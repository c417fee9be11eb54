// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.Permission;
import io.postern.cloud.tokens.BoxRegister;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import java.util.List;
import java.util.Optional;

/**
 * In which box each gateway runs, and which of them were seen twice (SEC-02): {@code GET /boxes},
 * {@code GET /boxes/{gateway}}, and {@code DELETE} of one whose board was exchanged.
 */
final class BoxRoute implements Route {
    private static final int PAGE = 1_000;

    private final BoxRegister boxes;
    private final HubDoor door;

    BoxRoute(BoxRegister boxes, HubDoor door) {
        this.boxes = boxes;
        this.door = door;
    }

    @Override
    public Optional<Answer> handle(Request request) {
        if (!request.has(0, "boxes")) {
            return Optional.empty();
        }
        return switch (request.segments().size()) {
            case 1 -> Optional.of(list(request));
            case 2 -> Optional.of(one(request));
            default -> Optional.empty();
        };
    }

    private Answer list(Request request) {
        if (!request.method().equals("GET")) {
            return door.wrongMethod(request, "GET");
        }
        String after = request.header("x-ms-continuation").orElse("");
        return door.permitted(request, Permission.REGISTRY_READ, () -> page(boxes.listAfter(after, PAGE)));
    }

    private static Reply page(List<BoxRegister.Box> page) {
        var array = Json.array();
        page.forEach(box -> array.add(box.toJson()));
        Reply reply = Reply.json(200, array.build());
        return page.size() < PAGE
                ? reply
                : reply.with("x-ms-continuation", page.getLast().gateway().text());
    }

    private Answer one(Request request) {
        return switch (request.method()) {
            case "GET" ->
                door.permitted(request, Permission.REGISTRY_READ, () -> boxes.find(id(request))
                        .map(box -> Reply.json(200, box.toJson()))
                        .orElseGet(() -> unknown(request)));
            case "DELETE" ->
                door.permitted(
                        request,
                        Permission.REGISTRY_READ_WRITE,
                        () -> boxes.forget(id(request)) ? Reply.empty(204) : unknown(request));
            default -> door.wrongMethod(request, "GET, DELETE");
        };
    }

    private Reply unknown(Request request) {
        return door.refuse(
                request, 404_004, "BoxNotFound", "gateway " + id(request) + " has not said yet which box it runs in");
    }

    private static DeviceId id(Request request) {
        return DeviceId.of(request.segments().get(1));
    }
}
