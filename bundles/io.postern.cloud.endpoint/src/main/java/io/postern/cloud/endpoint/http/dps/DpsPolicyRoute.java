// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import io.postern.cloud.dps.PolicyReply;
import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.dps.ServicePolicies;
import io.postern.cloud.dps.ServicePolicy;
import io.postern.cloud.endpoint.http.PolicyBody;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.cloud.endpoint.http.Request;
import io.postern.cloud.endpoint.http.Route;
import io.postern.cloud.hub.SharedAccessPolicies.KeySlot;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonObject;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where operators keep the policies of the service endpoint and rotate their keys: {@code /policies},
 * {@code /policies/{name}}, and below that {@code listKeys} and {@code regenerateKey}. Nobody reaches over themselves: a
 * policy that allows something the caller's own does not is neither made nor touched, and its keys are not shown.
 */
final class DpsPolicyRoute implements Route {
    private static final Logger LOG = LoggerFactory.getLogger(DpsPolicyRoute.class);

    private final ServicePolicies policies;
    private final OperatorDoor door;

    DpsPolicyRoute(ServicePolicies policies, OperatorDoor door) {
        this.policies = policies;
        this.door = door;
    }

    @Override
    public Optional<Reply> handle(Request request) {
        if (!request.has(0, "policies")) {
            return Optional.empty();
        }
        return switch (request.segments().size()) {
            case 1 -> Optional.of(door.get(request, ServicePermission.SERVICE_CONFIG, _ -> list()));
            case 2 -> Optional.of(policy(request));
            case 3 -> keys(request);
            default -> Optional.empty();
        };
    }

    private Reply policy(Request request) {
        return switch (request.method()) {
            case "GET" -> door.pass(request, ServicePermission.SERVICE_CONFIG, this::read);
            case "PUT" -> door.pass(request, ServicePermission.SERVICE_CONFIG, this::create);
            case "DELETE" -> door.pass(request, ServicePermission.SERVICE_CONFIG, this::delete);
            default -> door.wrongMethod(request, "GET, PUT, DELETE");
        };
    }

    private Optional<Reply> keys(Request request) {
        if (request.has(2, "listKeys")) {
            return Optional.of(door.post(
                    request,
                    ServicePermission.SERVICE_CONFIG,
                    (entering, caller) -> within(entering, caller, policy -> Reply.json(200, keys(policy)))));
        }
        return request.has(2, "regenerateKey")
                ? Optional.of(door.post(
                        request,
                        ServicePermission.SERVICE_CONFIG,
                        (entering, caller) -> within(entering, caller, policy -> regenerate(entering, policy))))
                : Optional.empty();
    }

    private Reply list() {
        var entries = Json.array();
        policies.all().forEach(policy -> entries.add(toJson(policy)));
        return Reply.json(200, Json.object().add("value", entries).build());
    }

    private Reply read(Request request) {
        return policies.find(name(request))
                .map(policy -> Reply.json(200, toJson(policy)))
                .orElseGet(() -> missing(request));
    }

    private Reply create(Request request, ServicePolicy caller) {
        Set<ServicePermission> permissions = permissions(request);
        if (!caller.permissions().containsAll(permissions)) {
            return beyond(request, caller);
        }
        return switch (policies.create(name(request), permissions)) {
            case PolicyReply.Stored(ServicePolicy policy) -> {
                logged(policy.name(), caller, "policy made");
                yield Reply.json(201, toJson(policy));
            }
            case PolicyReply.AlreadyExists(String name) ->
                door.refuse(
                        request,
                        409_001,
                        "PolicyAlreadyExists",
                        "there is a policy " + name + " already; delete it first");
            case PolicyReply.TooMany(int most) ->
                door.refuse(
                        request, 403_003, "QuotaExceeded", "there are at most " + most + " policies; delete one first");
        };
    }

    private Reply delete(Request request, ServicePolicy caller) {
        return within(request, caller, policy -> switch (policies.delete(policy.name())) {
            case PolicyReply.Deleted(String name) -> {
                logged(name, caller, "policy deleted");
                yield Reply.empty(204);
            }
            case PolicyReply.NotFound _ -> missing(request);
            case PolicyReply.Indispensable(String name) ->
                door.refuse(
                        request,
                        409_002,
                        "PolicyIndispensable",
                        "the policy " + name + " stays; to make its keys worthless, regenerate both");
        });
    }

    private Reply regenerate(Request request, ServicePolicy policy) {
        KeySlot slot = PolicyBody.slot(request);
        return switch (policies.regenerate(policy.name(), slot)) {
            case PolicyReply.Stored(ServicePolicy renewed) -> {
                LOG.atInfo()
                        .addKeyValue("policy", renewed.name())
                        .addKeyValue("key", slot)
                        .log("policy key regenerated");
                yield Reply.json(200, keys(renewed));
            }
            case PolicyReply.NotFound _ -> missing(request);
        };
    }

    /** Goes on with the policy that the path names, when it allows nothing that the caller's does not. */
    private Reply within(Request request, ServicePolicy caller, Function<ServicePolicy, Reply> work) {
        Optional<ServicePolicy> policy = policies.find(name(request));
        if (policy.isEmpty()) {
            return missing(request);
        }
        return caller.permissions().containsAll(policy.get().permissions())
                ? work.apply(policy.get())
                : beyond(request, caller);
    }

    private Reply beyond(Request request, ServicePolicy caller) {
        return door.refuse(
                request,
                403_001,
                "Forbidden",
                "the policy " + caller.name() + " allows only " + ServicePermission.texts(caller.permissions())
                        + ", and " + Shown.of(name(request)) + " is to allow more");
    }

    private Reply missing(Request request) {
        return door.refuse(request, 404_010, "PolicyNotFound", "there is no policy " + Shown.of(name(request)));
    }

    private static JsonObject toJson(ServicePolicy policy) {
        var permissions = Json.array();
        ServicePermission.texts(policy.permissions()).forEach(permissions::add);
        return Json.object()
                .add("name", policy.name())
                .add("permissions", permissions)
                .build();
    }

    private static JsonObject keys(ServicePolicy policy) {
        return Json.object()
                .add("name", policy.name())
                .add("primaryKey", policy.keys().primary().revealBase64())
                .add("secondaryKey", policy.keys().secondary().revealBase64())
                .build();
    }

    private static Set<ServicePermission> permissions(Request request) {
        return PolicyBody.permissionNames(request).stream()
                .map(ServicePermission::parse)
                .collect(Collectors.toSet());
    }

    private static void logged(String policy, ServicePolicy caller, String message) {
        LOG.atInfo()
                .addKeyValue("policy", policy)
                .addKeyValue("by", caller.name())
                .log(message);
    }

    private static String name(Request request) {
        return request.segments().get(1);
    }
}
