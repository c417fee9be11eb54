// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.PolicyChange;
import io.postern.cloud.hub.Principal;
import io.postern.cloud.hub.SharedAccessPolicies;
import io.postern.cloud.hub.SharedAccessPolicy;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonObject;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a hub's shared access policies are kept (HUB-24), an interface of ours: {@code /policies},
 * {@code /policies/{name}}, and below that {@code listKeys}, {@code regenerateKey} and {@code swapKeys}. Who may read the
 * registry sees names and permissions; keys and changes are for policies that allow everything, the owner's.
 */
final class HubPolicyRoute implements Route {
    private static final Logger LOG = LoggerFactory.getLogger(HubPolicyRoute.class);

    private final Hub hub;
    private final SharedAccessPolicies policies;
    private final HubDoor door;

    HubPolicyRoute(Hub hub, ErrorReplies errors) {
        this.hub = hub;
        this.policies = hub.policies();
        this.door = HubDoor.of(hub, errors);
    }

    @Override
    public Optional<Answer> handle(Request request) {
        if (!request.host().equals(hub.name().text()) || !request.has(0, "policies")) {
            return Optional.empty();
        }
        return switch (request.segments().size()) {
            case 1 ->
                Optional.of(
                        request.method().equals("GET")
                                ? door.permitted(request, Permission.REGISTRY_READ, this::list)
                                : door.wrongMethod(request, "GET"));
            case 2 -> Optional.of(policy(request));
            case 3 -> keys(request);
            default -> Optional.empty();
        };
    }

    private Answer policy(Request request) {
        return switch (request.method()) {
            case "GET" ->
                door.permitted(request, Permission.REGISTRY_READ, () -> found(request, policies.find(name(request))));
            case "PUT" -> door.owner(request, caller -> create(request, caller));
            case "DELETE" -> door.owner(request, caller -> delete(request, caller));
            default -> door.wrongMethod(request, "GET, PUT, DELETE");
        };
    }

    private Optional<Answer> keys(Request request) {
        if (request.has(2, "listKeys")) {
            return Optional.of(posted(request, "policy keys shown", () -> policies.find(name(request))));
        }
        if (request.has(2, "regenerateKey")) {
            return Optional.of(posted(
                    request,
                    "policy key regenerated",
                    () -> policies.regenerate(name(request), PolicyBody.slot(request))));
        }
        return request.has(2, "swapKeys")
                ? Optional.of(posted(request, "policy keys swapped", () -> policies.swap(name(request))))
                : Optional.empty();
    }

    private Answer posted(Request request, String message, Supplier<Optional<SharedAccessPolicy>> work) {
        if (!request.method().equals("POST")) {
            return door.wrongMethod(request, "POST");
        }
        return door.owner(request, caller -> {
            Optional<SharedAccessPolicy> policy = work.get();
            policy.ifPresent(some -> logged(some.name(), caller, message));
            return policy.map(some -> Reply.json(200, keys(some))).orElseGet(() -> missing(request));
        });
    }

    private Reply list() {
        var all = Json.array();
        policies.list().forEach(policy -> all.add(toJson(policy)));
        return Reply.json(200, Json.object().add("value", all).build());
    }

    private Reply create(Request request, Principal.Service caller) {
        Set<Permission> permissions = permissions(request);
        return switch (policies.create(name(request), permissions)) {
            case PolicyChange.Created(SharedAccessPolicy policy) -> {
                logged(policy.name(), caller, "policy made");
                yield Reply.json(201, toJson(policy));
            }
            case PolicyChange.AlreadyExists(String name) ->
                door.refuse(
                        request,
                        409_011,
                        "PolicyAlreadyExists",
                        "there is a policy " + name + " already; delete it first");
            case PolicyChange.TooMany(int most) ->
                door.refuse(
                        request, 403_003, "QuotaExceeded", "there are at most " + most + " policies; delete one first");
        };
    }

    private Reply delete(Request request, Principal.Service caller) {
        return switch (policies.delete(name(request))) {
            case PolicyChange.Deleted(String name) -> {
                logged(name, caller, "policy deleted");
                yield Reply.empty(204);
            }
            case PolicyChange.NotFound _ -> missing(request);
            case PolicyChange.Indispensable(String name) ->
                door.refuse(
                        request,
                        409_012,
                        "PolicyIndispensable",
                        "the policy " + name + " stays; to make its keys worthless, regenerate both");
        };
    }

    private Reply found(Request request, Optional<SharedAccessPolicy> policy) {
        return policy.map(some -> Reply.json(200, toJson(some))).orElseGet(() -> missing(request));
    }

    private Reply missing(Request request) {
        return door.refuse(request, 404_011, "PolicyNotFound", "there is no policy " + Shown.of(name(request)));
    }

    private static JsonObject toJson(SharedAccessPolicy policy) {
        var permissions = Json.array();
        policy.permissions().stream().sorted().map(Permission::wireName).forEach(permissions::add);
        return Json.object()
                .add("name", policy.name())
                .add("permissions", permissions)
                .build();
    }

    private static JsonObject keys(SharedAccessPolicy policy) {
        return Json.object(toJson(policy))
                .add("primaryKey", policy.keys().primary().revealBase64())
                .add("secondaryKey", policy.keys().secondary().revealBase64())
                .build();
    }

    private static Set<Permission> permissions(Request request) {
        return PolicyBody.permissionNames(request).stream()
                .map(HubPolicyRoute::permission)
                .collect(Collectors.toSet());
    }

    private static Permission permission(String text) {
        return Permission.of(text)
                .orElseThrow(() -> new IllegalArgumentException("a permission is one of "
                        + Arrays.stream(Permission.values())
                                .map(Permission::wireName)
                                .collect(Collectors.joining(", "))
                        + ", not \"" + Shown.of(text) + "\""));
    }

    private void logged(String policy, Principal.Service caller, String message) {
        LOG.atInfo()
                .addKeyValue("hub", hub.name())
                .addKeyValue("policy", policy)
                .addKeyValue("by", caller.policy().name())
                .log(message);
    }

    private static String name(Request request) {
        return request.segments().get(1);
    }
}
