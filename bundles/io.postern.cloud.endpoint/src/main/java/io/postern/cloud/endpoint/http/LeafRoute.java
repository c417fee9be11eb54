// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.cloud.tokens.AssignmentReply;
import io.postern.cloud.tokens.LeafAssignment;
import io.postern.cloud.tokens.Refusal;
import io.postern.cloud.tokens.TokenDecision;
import io.postern.cloud.tokens.TokenService;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.SasToken;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Optional;

/**
 * The leaves of one hub. A gateway asks {@code POST /leaves/{leaf}/token} with its own hub token, or with its client
 * certificate; an operator keeps the list {@code /leaves} with a token of a hub policy, as he would the registry.
 */
final class LeafRoute implements Route {
    private static final int PAGE = 1_000;

    private final TokenService service;
    private final HubDoor door;

    LeafRoute(TokenService service, HubDoor door) {
        this.service = service;
        this.door = door;
    }

    @Override
    public Optional<Answer> handle(Request request) {
        int length = request.segments().size();
        return switch (length) {
            case 1 -> Optional.of(list(request));
            case 2 -> Optional.of(leaf(request));
            case 3 -> request.has(2, "token") ? Optional.of(token(request)) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private Answer token(Request request) {
        if (!request.method().equals("POST")) {
            return door.wrongMethod(request, "POST");
        }
        Optional<SasToken> gateway;
        try {
            gateway = DpsDoor.token(request);
        } catch (BadTokenException e) {
            return door.refuse(request, 401_003, "Unauthorized", String.valueOf(e.getMessage()));
        }
        if (gateway.isPresent()) {
            return answer(request, service.issue(gateway.get(), id(request)));
        }
        if (request.clientCertificates().isEmpty()) {
            return door.refuse(
                    request,
                    401_003,
                    "Unauthorized",
                    "the Authorization header with the gateway's hub token is missing, and no client certificate was"
                            + " shown in the TLS handshake");
        }
        var shown = new CertificateChain(request.clientCertificates());
        return answer(request, service.issue(shown, claimed(request, shown), id(request)));
    }

    /** Whom a gateway with a certificate says it is: in the body, else by the only common name. */
    private static DeviceId claimed(Request request, CertificateChain shown) {
        return LeafRequest.of(request)
                .gateway()
                .or(() -> CertificateChain.commonName(shown.leaf()).map(DeviceId::of))
                .orElseThrow(
                        () -> new IllegalArgumentException("the certificate " + CertificateChain.subject(shown.leaf())
                                + " has not one common name; say who is asking in the body: {\"gateway\": \"...\"}"));
    }

    private Reply answer(Request request, TokenDecision decision) {
        return switch (decision) {
            case TokenDecision.Granted(var leaf, var token, var now) ->
                Reply.json(
                        200,
                        Json.object()
                                .add("deviceId", leaf.text())
                                .add("hub", service.hub().text())
                                .add("token", token.text().revealUtf8())
                                .add("expires", token.expiry().toString())
                                .add("now", now.toString())
                                .build());
            case TokenDecision.Refused(var reason, var text) -> refused(request, reason, text);
        };
    }

    private Reply refused(Request request, Refusal reason, String text) {
        return switch (reason) {
            case NOT_PROVEN ->
                door.refuse(
                        request,
                        401_002,
                        reason.wireName(),
                        "this asks for the valid hub token of one gateway, signed with its own key: sr=" + service.hub()
                                + "/devices/{gateway}, or for the client certificate it is registered with",
                        text);
            case EXPIRED_TOKEN -> door.refuse(request, 401_004, reason.wireName(), text);
            case DISABLED_GATEWAY -> door.refuse(request, 403_001, reason.wireName(), text);
            case NOT_ASSIGNED -> door.refuse(request, 403_002, reason.wireName(), text);
            case DISABLED_LEAF -> door.refuse(request, 403_003, reason.wireName(), text);
            case REPLACED_LEAF -> door.refuse(request, 403_004, reason.wireName(), text);
            case UNKNOWN_LEAF -> door.refuse(request, 404_001, reason.wireName(), text);
            case QUARANTINED_LEAF -> door.refuse(request, 409_010, reason.wireName(), text);
            case TOO_MANY_REQUESTS ->
                door.refuse(request, 429_001, reason.wireName(), text).with("Retry-After", "5");
        };
    }

    private Answer list(Request request) {
        if (!request.method().equals("GET")) {
            return door.wrongMethod(request, "GET");
        }
        return door.permitted(request, Permission.REGISTRY_READ, () -> {
            List<LeafAssignment> page =
                    service.listAfter(request.header("x-ms-continuation").orElse(""), PAGE);
            var array = Json.array();
            page.forEach(assignment -> array.add(assignment.toJson()));
            Reply reply = Reply.json(200, array.build());
            return page.size() < PAGE
                    ? reply
                    : reply.with("x-ms-continuation", page.getLast().leaf().text());
        });
    }

    private Answer leaf(Request request) {
        return switch (request.method()) {
            case "GET" -> door.permitted(request, Permission.REGISTRY_READ, () -> read(request));
            case "PUT" -> door.permitted(request, Permission.REGISTRY_READ_WRITE, () -> assign(request));
            case "DELETE" -> door.permitted(request, Permission.REGISTRY_READ_WRITE, () -> remove(request));
            default -> door.wrongMethod(request, "GET, PUT, DELETE");
        };
    }

    private Reply read(Request request) {
        DeviceId leaf = id(request);
        return service.find(leaf)
                .map(assignment -> Reply.json(200, assignment.toJson()))
                .orElseGet(() -> notAssigned(request, leaf));
    }

    private Reply assign(Request request) {
        JsonObject body = Json.parseObject(request.body().toUtf8());
        DeviceId gateway = DeviceId.of(Json.requireText(body, "gateway"));
        boolean handover = JsonValue.TRUE.equals(body.get("handover"));
        return switch (service.assign(id(request), gateway, handover)) {
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
        DeviceId leaf = id(request);
        return service.remove(leaf) ? Reply.empty(204) : notAssigned(request, leaf);
    }

    private Reply notAssigned(Request request, DeviceId leaf) {
        return door.refuse(request, 404_002, Refusal.NOT_ASSIGNED.wireName(), "no gateway is assigned to leaf " + leaf);
    }

    private static DeviceId id(Request request) {
        return DeviceId.of(request.segments().get(1));
    }
}
