// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern ctl routes}: where a hub's messages go (HUB-33). */
@Command(name = "routes", description = "Routes from the hub to archives, webhooks and Kafka.")
final class RouteCommands {
    private final Ctl ctl;

    @Mixin
    private HubChoice hub = new HubChoice();

    RouteCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    @Command(name = "list", description = "Lists the routes, what they delivered, and what is in their way.")
    void list() throws IOException {
        List<JsonObject> all = ctl.cloud(hub).backEnds().routes();
        if (ctl.json()) {
            ctl.output().json(all);
            return;
        }
        var table = new Table("NAME", "TARGET", "CONDITION", "DELIVERED", "DEAD", "LAG", "TROUBLE");
        all.forEach(one -> table.row(
                Json.requireText(one, "name"),
                Json.requireText(one, "target"),
                Json.requireText(one, "condition"),
                one.getJsonNumber("delivered").toString(),
                one.getJsonNumber("dead").toString(),
                one.getJsonNumber("lag").toString(),
                trouble(one)));
        ctl.output().table(table, "No routes: docs/operate/routes.md shows how to set one up.");
    }

    @Command(name = "dead-letters", description = "Shows the first messages a route could not deliver, and why.")
    void deadLetters(
            @Parameters(paramLabel = "ROUTE", description = "The route.") String route,
            @Option(names = "--most", paramLabel = "N", defaultValue = "10", description = "How many, at most 20.")
                    int most)
            throws IOException {
        List<JsonObject> some = ctl.cloud(hub).backEnds().deadLetters(route, most);
        if (ctl.json()) {
            ctl.output().json(some);
            return;
        }
        var table = new Table("AT", "DEVICE", "REASON");
        some.forEach(one -> table.row(
                Json.requireText(one, "at"),
                Json.object(one, "message")
                        .flatMap(message -> Json.object(message, "SystemProperties"))
                        .flatMap(system -> Json.text(system, "connectionDeviceId"))
                        .orElse("-"),
                Json.requireText(one, "reason")));
        ctl.output().table(table, "No dead letters.");
    }

    @Command(name = "redeliver", description = "Delivers the dead letters of a route again.")
    void redeliver(@Parameters(paramLabel = "ROUTE", description = "The route.") String route) throws IOException {
        ctl.cloud(hub).backEnds().redeliver(route);
        ctl.output().say(ctl.json(), "The dead letters of " + route + " are delivered again.");
    }

    @Command(name = "test", description = "Says whether a condition holds for a message; exit code 1 when it does not.")
    int test(
            @Parameters(paramLabel = "CONDITION", description = "The condition.") String condition,
            @Option(
                            names = "--message",
                            paramLabel = "FILE",
                            required = true,
                            description = "JSON with body, appProperties, systemProperties, twin.")
                    Path message)
            throws IOException {
        String result = ctl.cloud(hub).backEnds().test(condition, Json.parseObject(Files.readString(message)));
        if (ctl.json()) {
            ctl.output().json(Json.object().add("result", result).build());
        } else {
            ctl.output().line(result);
        }
        return result.equals("true") ? 0 : 1;
    }

    private static String trouble(JsonObject route) {
        return Json.object(route, "trouble")
                .map(trouble ->
                        "since " + Json.requireText(trouble, "since") + ": " + Json.requireText(trouble, "reason"))
                .orElse("-");
    }
}
