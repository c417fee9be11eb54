// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.Permission;
import io.postern.cloud.tokens.AssignmentReply;
import io.postern.cloud.tokens.LeafAssignment;
import io.postern.cloud.tokens.LeafDesk;
import io.postern.cloud.tokens.Refusal;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What an operator does with the leaves of one hub, with a token of a hub policy as for the registry: {@code /leaves},
 * {@code /leaves/{leaf}} and its {@code revoke} and {@code grant}, {@code /gateways/{gateway}/revoke}, {@code /newLeaves}
 * and {@code approve} and {@code refuse} of each.
 */
final class LeafDeskRoute implements Route {
    private static final int PAGE = 1_000;

    private final LeafDesk desk;
    private final HubDoor door;

    LeafDeskRoute(LeafDesk desk, HubDoor door) {
        this.desk = desk;
        this.door = door;
    }

    @Override
    public Optional<Answer> handle(Request request) {
        return switch (request.segments().size()) {
            case 1 -> request.has(0, "gateways") ? Optional.empty() : Optional.of(list(request));
            case 2 -> request.has(0, "leaves") ? Optional.of(leaf(request)) : Optional.empty();
            case 3 -> act(request);
            default -> Optional.empty();
        };
    }

    /** An operator's wish, and who he is. */
    private interface Act {
        Reply done(Request request, String who) throws IOException;
    }

    private Optional<Answer> act(Request request) {
        String name = request.segments().getFirst().toLowerCase(Locale.ROOT) + "/"
                + request.segments().get(2).toLowerCase(Locale.ROOT);
        return switch (name) {
            case "leaves/revoke" ->
                Optional.of(post(request, (asked, who) -> outcome(asked, desk.revoke(id(asked), reason(asked), who))));
            case "leaves/grant" ->
                Optional.of(post(request, (asked, who) -> outcome(asked, desk.grant(id(asked), who))));
            case "gateways/revoke" ->
                Optional.of(
                        post(request, (asked, who) -> outcome(asked, desk.revokeAllOf(id(asked), reason(asked), who))));
            case "newleaves/approve" -> Optional.of(post(request, this::approve));
            case "newleaves/refuse" -> Optional.of(post(request, this::refuse));
            default -> Optional.empty();
        };
    }

    private Answer post(Request request, Act act) {
        return request.method().equals("POST") ? write(request, act) : door.wrongMethod(request, "POST");
    }

    private Answer write(Request request, Act act) {
        return door.permitted(request, Permission.REGISTRY_READ_WRITE, caller -> {
            try {
                return act.done(request, caller.policy().name());
            } catch (IOException e) {
                return door.refuse(
                        request, 503_001, Refusal.HUB_NOT_REACHED.wireName(), String.valueOf(e.getMessage()));
            }
        });
    }

    private Answer list(Request request) {
        if (!request.method().equals("GET")) {
            return door.wrongMethod(request, "GET");
        }
        String after = request.header("x-ms-continuation").orElse("");
        return door.permitted(
                request,
                Permission.REGISTRY_READ,
                () -> page(
                        request.has(0, "leaves")
                                ? desk.listAfter(after, PAGE).stream()
                                        .map(LeafAssignment::toJson)
                                        .toList()
                                : desk.wantedAfter(after, PAGE)));
    }

    private static Reply page(List<JsonObject> page) {
        var array = Json.array();
        page.forEach(array::add);
        Reply reply = Reply.json(200, array.build());
        return page.size() < PAGE
                ? reply
                : reply.with("x-ms-continuation", page.getLast().getString("leaf"));
    }

    private Answer leaf(Request request) {
        return switch (request.method()) {
            case "GET" -> door.permitted(request, Permission.REGISTRY_READ, () -> read(request));
            case "PUT" -> write(request, this::assign);
            case "DELETE" -> write(request, (asked, _) -> remove(asked));
            default -> door.wrongMethod(request, "GET, PUT, DELETE");
        };
    }

    private Reply read(Request request) {
        return desk.show(id(request)).map(json -> Reply.json(200, json)).orElseGet(() -> notAssigned(request));
    }

    private Reply assign(Request request, String who) throws IOException {
        JsonObject body = Json.parseObject(request.body().toUtf8());
        DeviceId gateway = DeviceId.of(Json.requireText(body, "gateway"));
        boolean handover = JsonValue.TRUE.equals(body.get("handover"));
        return switch (desk.assign(id(request), gateway, handover, who)) {
            case AssignmentReply.Assigned(var assignment) -> Reply.json(200, assignment.toJson());
            case AssignmentReply.HeldBy(var holder) ->
                door.refuse(
                        request,
                        409_001,
                        "LeafHeldByOther",
                        "gateway " + holder + " speaks for leaf " + id(request)
                                + "; to take it away, send \"handover\": true");
            case AssignmentReply.UnknownLeaf(var leaf) ->
                door.refuse(
                        request,
                        404_001,
                        Refusal.UNKNOWN_LEAF.wireName(),
                        "there is no device " + leaf + "; create it in the hub first");
        };
    }

    private Reply remove(Request request) {
        return desk.remove(id(request)) ? Reply.empty(204) : notAssigned(request);
    }

    private Reply outcome(Request request, LeafDesk.Outcome outcome) {
        if (outcome.leaves().isEmpty() && request.has(0, "leaves")) {
            return notAssigned(request);
        }
        var leaves = Json.array();
        outcome.leaves().forEach(leaf -> leaves.add(leaf.text()));
        var json = Json.object()
                .add("leaves", leaves)
                .add("hubTold", outcome.problem().isEmpty())
                .add("effect", outcome.effect());
        outcome.problem().ifPresent(problem -> json.add("problem", problem));
        return Reply.json(outcome.problem().isEmpty() ? 200 : 202, json.build());
    }

    private Reply approve(Request request, String who) throws IOException {
        return switch (desk.approve(id(request), who)) {
            case LeafDesk.Approval.Made(var assignment) -> Reply.json(200, assignment.toJson());
            case LeafDesk.Approval.NotWanted _ -> notWanted(request);
            case LeafDesk.Approval.HubRefuses(String reason) ->
                door.refuse(request, 409_002, "LeafNotMade", "leaf " + id(request) + " cannot be made: " + reason);
        };
    }

    private Reply refuse(Request request, String who) {
        return desk.refuse(id(request), reason(request), who) ? Reply.empty(204) : notWanted(request);
    }

    private Reply notAssigned(Request request) {
        return door.refuse(
                request, 404_002, Refusal.NOT_ASSIGNED.wireName(), "no gateway is assigned to leaf " + id(request));
    }

    private Reply notWanted(Request request) {
        return door.refuse(
                request, 404_003, "LeafNotWanted", "no gateway has asked for a new leaf " + id(request) + " of late");
    }

    private static String reason(Request request) {
        return Json.requireText(Json.parseObject(request.body().toUtf8()), "reason");
    }

    private static DeviceId id(Request request) {
        return DeviceId.of(request.segments().get(1));
    }
}
