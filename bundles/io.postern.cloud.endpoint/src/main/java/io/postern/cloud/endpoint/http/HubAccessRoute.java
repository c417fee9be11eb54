// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.AccessLists;
import io.postern.cloud.hub.AccessRule;
import io.postern.cloud.hub.AccessRule.Effect;
import io.postern.cloud.hub.AccessRule.One;
import io.postern.cloud.hub.AccessRule.Prefix;
import io.postern.cloud.hub.AccessRule.Subject;
import io.postern.cloud.hub.AccessRule.Tag;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.Principal;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import io.postern.wire.UtcText;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Block list and allow list of a hub (HUB-11), an interface of ours: {@code /access} with mode and refusals,
 * {@code /access/rules} and {@code /access/rules/{name}}. Reading asks for RegistryRead, changing for RegistryWrite: who
 * may disable a device may shut it out.
 */
final class HubAccessRoute implements Route {
    private static final Logger LOG = LoggerFactory.getLogger(HubAccessRoute.class);

    private final Hub hub;
    private final AccessLists lists;
    private final HubDoor door;

    HubAccessRoute(Hub hub, ErrorReplies errors) {
        this.hub = hub;
        this.lists = hub.lists();
        this.door = HubDoor.of(hub, errors);
    }

    @Override
    public Optional<Answer> handle(Request request) {
        int length = request.segments().size();
        if (!request.host().equals(hub.name().text()) || !request.has(0, "access")) {
            return Optional.empty();
        }
        if (length == 1) {
            return Optional.of(whole(request));
        }
        if (!request.has(1, "rules") || length > 3) {
            return Optional.empty();
        }
        return Optional.of(length == 2 ? list(request) : rule(request));
    }

    private Answer whole(Request request) {
        return switch (request.method()) {
            case "GET" -> door.permitted(request, Permission.REGISTRY_READ, this::state);
            case "PUT" -> door.permitted(request, Permission.REGISTRY_READ_WRITE, caller -> mode(request, caller));
            default -> door.wrongMethod(request, "GET, PUT");
        };
    }

    private Answer list(Request request) {
        return request.method().equals("GET")
                ? door.permitted(request, Permission.REGISTRY_READ, this::rules)
                : door.wrongMethod(request, "GET");
    }

    private Answer rule(Request request) {
        return switch (request.method()) {
            case "GET" -> door.permitted(request, Permission.REGISTRY_READ, () -> read(request));
            case "PUT" -> door.permitted(request, Permission.REGISTRY_READ_WRITE, caller -> put(request, caller));
            case "DELETE" -> door.permitted(request, Permission.REGISTRY_READ_WRITE, caller -> remove(request, caller));
            default -> door.wrongMethod(request, "GET, PUT, DELETE");
        };
    }

    private Reply state() {
        AccessLists.Refusals refusals = lists.refusals();
        JsonObjectBuilder byRule = Json.object();
        refusals.byRule().forEach(byRule::add);
        var newest = Json.array();
        refusals.newest()
                .forEach(one -> newest.add(Json.object()
                        .add("deviceId", one.device().text())
                        .add("time", UtcText.of(one.at()))
                        .add("reason", one.why())));
        return Reply.json(
                200,
                Json.object()
                        .add("onlyListed", lists.onlyListed())
                        .add("rules", lists.rules().size())
                        .add("refused", refusals.total())
                        .add("refusedByRule", byRule)
                        .add("newest", newest)
                        .build());
    }

    private Reply mode(Request request, Principal.Service caller) {
        JsonValue asked = Json.parseObject(request.body().toUtf8()).getOrDefault("onlyListed", JsonValue.NULL);
        if (asked != JsonValue.TRUE && asked != JsonValue.FALSE) {
            throw new IllegalArgumentException("the member \"onlyListed\" is true or false");
        }
        lists.onlyListed(asked == JsonValue.TRUE);
        logged(
                asked == JsonValue.TRUE ? "only listed devices may connect" : "all devices may connect",
                "allow list",
                caller);
        return state();
    }

    private Reply rules() {
        var all = Json.array();
        lists.rules().forEach(rule -> all.add(toJson(rule)));
        return Reply.json(200, Json.object().add("value", all).build());
    }

    private Reply read(Request request) {
        return lists.rules().stream()
                .filter(rule -> rule.name().equals(name(request)))
                .findFirst()
                .map(rule -> Reply.json(200, toJson(rule)))
                .orElseGet(() -> missing(request));
    }

    private Reply put(Request request, Principal.Service caller) {
        JsonObject body = Json.parseObject(request.body().toUtf8());
        Optional<String> reason = Json.text(body, "reason").filter(text -> !text.isBlank());
        return switch (lists.put(name(request), effect(body), subject(body), reason)) {
            case AccessLists.Stored(AccessRule rule) -> {
                logged("access rule stored", rule.name(), caller);
                yield Reply.json(200, toJson(rule));
            }
            case AccessLists.TooMany(String what) -> door.refuse(request, 403_003, "QuotaExceeded", what);
        };
    }

    private Reply remove(Request request, Principal.Service caller) {
        if (!lists.remove(name(request))) {
            return missing(request);
        }
        logged("access rule removed", name(request), caller);
        return Reply.empty(204);
    }

    private Reply missing(Request request) {
        return door.refuse(
                request, 404_012, "AccessRuleNotFound", "there is no access rule " + Shown.of(name(request)));
    }

    private static Effect effect(JsonObject body) {
        String text = Json.requireText(body, "list");
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "block" -> Effect.BLOCK;
            case "allow" -> Effect.ALLOW;
            default -> throw new IllegalArgumentException("list is block or allow, not \"" + Shown.of(text) + "\"");
        };
    }

    private static Subject subject(JsonObject body) {
        Optional<String> device = Json.text(body, "deviceId");
        Optional<String> prefix = Json.text(body, "prefix");
        Optional<String> tag = Json.text(body, "tag");
        if (device.isPresent() && prefix.isEmpty() && tag.isEmpty()) {
            return new One(DeviceId.of(device.get()));
        }
        if (prefix.isPresent() && device.isEmpty() && tag.isEmpty()) {
            return new Prefix(prefix.get());
        }
        if (tag.isPresent() && device.isEmpty() && prefix.isEmpty()) {
            return new Tag(tag.get(), Json.requireText(body, "value"));
        }
        throw new IllegalArgumentException("a rule is about exactly one of deviceId, prefix, or tag with value");
    }

    private static JsonObject toJson(AccessRule rule) {
        JsonObjectBuilder json = Json.object()
                .add("name", rule.name())
                .add("list", rule.effect().name().toLowerCase(Locale.ROOT));
        switch (rule.subject()) {
            case One(DeviceId device) -> json.add("deviceId", device.text());
            case Prefix(String start) -> json.add("prefix", start);
            case Tag(String path, String value) -> json.add("tag", path).add("value", value);
        }
        rule.reason().ifPresent(reason -> json.add("reason", reason));
        return json.add("made", UtcText.of(rule.made())).build();
    }

    private void logged(String message, String rule, Principal.Service caller) {
        LOG.atInfo()
                .addKeyValue("hub", hub.name())
                .addKeyValue("rule", rule)
                .addKeyValue("by", caller.policy().name())
                .log(message);
    }

    private static String name(Request request) {
        return request.segments().get(2);
    }
}
