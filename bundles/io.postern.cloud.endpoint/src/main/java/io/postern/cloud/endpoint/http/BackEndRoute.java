// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.Principal;
import io.postern.cloud.hub.query.Condition;
import io.postern.cloud.hub.query.Dialect;
import io.postern.cloud.hub.query.MessageDocument;
import io.postern.cloud.routes.MessageRoute;
import io.postern.cloud.routes.RouteName;
import io.postern.cloud.routes.RouteState;
import io.postern.cloud.routes.Routes;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import io.postern.wire.UtcText;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes of a hub to its back ends (SYS-07, HUB-33), an interface of ours: {@code /routes}, {@code
 * /routes/{name}/deadLetters}, {@code .../redeliver} and {@code /routing/test}. Looking asks for ServiceConnect, which reads
 * messages anyway; delivering again changes what back ends hold and asks for RegistryWrite.
 */
final class BackEndRoute implements Route {
    private static final Logger LOG = LoggerFactory.getLogger(BackEndRoute.class);
    private static final int MOST_LETTERS = 20; // of up to 350 KB each
    private static final String USUAL_LETTERS = "10";

    private final Hub hub;
    private final Routes routes;
    private final HubDoor door;

    BackEndRoute(Hub hub, Routes routes, ErrorReplies errors) {
        this.hub = hub;
        this.routes = routes;
        this.door = new HubDoor(hub.gatekeeper(), errors);
    }

    @Override
    public Optional<Answer> handle(Request request) {
        if (!request.host().equals(hub.name().text())) {
            return Optional.empty();
        }
        int length = request.segments().size();
        if (length == 2 && request.has(0, "routing") && request.has(1, "test")) {
            return Optional.of(only(request, "POST", Permission.SERVICE_CONNECT, _ -> test(request)));
        }
        if (!request.has(0, "routes")) {
            return Optional.empty();
        }
        if (length == 1) {
            return Optional.of(only(request, "GET", Permission.SERVICE_CONNECT, _ -> list()));
        }
        boolean letters = length > 2 && request.has(2, "deadLetters");
        if (letters && length == 3) {
            return Optional.of(only(request, "GET", Permission.SERVICE_CONNECT, _ -> deadLetters(request)));
        }
        return letters && length == 4 && request.has(3, "redeliver")
                ? Optional.of(
                        only(request, "POST", Permission.REGISTRY_READ_WRITE, caller -> redeliver(request, caller)))
                : Optional.empty();
    }

    private Answer only(Request request, String method, Permission needed, HubDoor.Office office) {
        return request.method().equals(method)
                ? door.permitted(request, needed, office)
                : door.wrongMethod(request, method);
    }

    private Reply list() {
        var all = Json.array();
        routes.of(hub.name().text()).forEach(route -> all.add(toJson(route.state())));
        return Reply.json(200, Json.object().add("value", all).build());
    }

    private static JsonObject toJson(RouteState state) {
        JsonObjectBuilder json = Json.object()
                .add("name", state.name().text())
                .add("target", state.target())
                .add("condition", state.condition())
                .add("delivered", state.delivered())
                .add("passed", state.passed())
                .add("dead", state.dead())
                .add("done", state.done())
                .add("lag", state.lag());
        state.trouble()
                .ifPresent(trouble -> json.add(
                        "trouble",
                        Json.object()
                                .add("since", UtcText.of(trouble.since()))
                                .add("tries", trouble.tries())
                                .add("reason", trouble.reason())));
        return json.build();
    }

    private Reply deadLetters(Request request) {
        String top = request.query().getOrDefault("top", USUAL_LETTERS).strip();
        if (!top.matches("[1-9][0-9]?") || Integer.parseInt(top) > MOST_LETTERS) {
            throw new IllegalArgumentException("top is 1 to " + MOST_LETTERS + ", not \"" + Shown.of(top) + "\"");
        }
        return routed(request)
                .map(route -> letters(request, route, Integer.parseInt(top)))
                .orElseGet(() -> missing(request));
    }

    private Reply letters(Request request, MessageRoute route, int most) {
        try {
            var some = Json.array();
            route.deadLetters(most).forEach(some::add);
            return Reply.json(200, Json.object().add("value", some).build());
        } catch (IOException e) {
            return door.refuse(
                    request,
                    500_001,
                    "ServerError",
                    "the dead letters cannot be read; the log says why",
                    "the dead letters cannot be read: " + e);
        }
    }

    private Reply redeliver(Request request, Principal.Service caller) {
        Optional<MessageRoute> route = routed(request);
        route.ifPresent(found -> {
            found.deliverAgain();
            LOG.atInfo()
                    .addKeyValue("hub", hub.name())
                    .addKeyValue("route", found.state().name())
                    .addKeyValue("by", caller.policy().name())
                    .log("dead letters are delivered again");
        });
        return route.isPresent() ? Reply.empty(202) : missing(request);
    }

    private Optional<MessageRoute> routed(Request request) {
        return routes.find(hub.name().text(), new RouteName(request.segments().get(1)));
    }

    private Reply missing(Request request) {
        return door.refuse(
                request,
                404_000,
                "NotFound",
                "hub " + hub.name() + " has no route "
                        + Shown.of(request.segments().get(1)));
    }

    /** spec: IoT Hub REST 2021-04-12, Test Route, whose message has the same members. */
    private static Reply test(Request request) {
        JsonObject asked = Json.parseObject(request.body().toUtf8());
        Condition condition = Condition.parse(Json.requireText(asked, "condition"), Dialect.MESSAGES);
        JsonObject message = Json.object(asked, "message")
                .orElseThrow(() -> new IllegalArgumentException("the member \"message\" is an object"));
        var document = new MessageDocument(
                texts(message, "appProperties"),
                texts(message, "systemProperties"),
                () -> body(message),
                () -> Json.object(message, "twin"));
        String truth = condition.evaluate(document).name().toLowerCase(Locale.ROOT);
        return Reply.json(200, Json.object().add("result", truth).build());
    }

    /** As JSON, or as the text that is sent. */
    private static Optional<JsonValue> body(JsonObject message) {
        JsonValue body = message.get("body");
        return body instanceof JsonString text ? Optional.of(Json.parse(text.getString())) : Optional.ofNullable(body);
    }

    private static Map<String, String> texts(JsonObject message, String member) {
        Map<String, String> texts = new HashMap<>();
        Json.object(message, member)
                .ifPresent(all -> all.forEach((name, value) ->
                        texts.put(name, value instanceof JsonString text ? text.getString() : value.toString())));
        return texts;
    }
}
