// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.routes.DeliveryException;
import io.postern.cloud.routes.MessageRoute;
import io.postern.cloud.routes.RouteConfig;
import io.postern.cloud.routes.RouteState;
import io.postern.cloud.routes.RouteTarget;
import io.postern.cloud.routes.RouteTargetFactory;
import io.postern.cloud.routes.RoutedMessage;
import io.postern.testkit.Await;
import io.postern.testkit.Configs;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("HUB-33")
@SuppressWarnings("NullAway.Init") // set before each test
class BackEndRouteTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    @TempDir
    Path directory;

    private final List<RoutedMessage> kept = new CopyOnWriteArrayList<>();
    private volatile boolean refusing = true;
    private TestHub cloud;
    private MessageRoute route;

    @BeforeEach
    void open() throws IOException {
        cloud = new TestHub(directory);
        RouteConfig config = Configs.of(
                RouteConfig.class,
                Map.of(
                        "name", "alarms",
                        "condition", "level = 'alarm'",
                        "target", "test",
                        "deadLetterDirectory", directory.resolve("dead").toString()));
        route = MessageRoute.open(config, cloud.hub, cloud.database, new Kind());
        cloud.backEnds.start(route);
    }

    @AfterEach
    void close() {
        route.close();
        cloud.close();
    }

    @Test
    void aRouteSaysHowItIsDoingAndDeliversItsDeadLettersAgainAtOnce() throws Exception {
        DeviceIdentity meter = cloud.device("meter-1");
        cloud.receive(meter, "level=alarm", "x");
        cloud.receive(meter, "level=info", "x");
        Await.value(SOON, "both events", route::state, (RouteState state) -> state.done() == 2);

        JsonObject state = json("GET", "/routes", "").getJsonArray("value").getJsonObject(0);
        assertThat(state.toString())
                .isEqualTo("{\"name\":\"alarms\",\"target\":\"test\",\"condition\":\"level = 'alarm'\","
                        + "\"delivered\":0,\"passed\":1,\"dead\":1,\"done\":2,\"lag\":0}");
        JsonObject letter = json("GET", "/routes/alarms/deadLetters", "")
                .getJsonArray("value")
                .getJsonObject(0);
        assertThat(letter.getString("reason")).isEqualTo("not today");
        assertThat(letter.getJsonObject("message").getJsonObject("Properties").getString("level"))
                .isEqualTo("alarm");

        refusing = false;
        assertThat(ask("POST", "/routes/alarms/deadLetters/redeliver", "").status())
                .isEqualTo(202);
        Await.until(SOON, "the dead letter", () -> kept.size() == 1);
    }

    @Test
    void whatIsNoRouteIsNotFoundAndBadAsksAreRefused() {
        assertThat(ask("GET", "/routes/none/deadLetters", "").status()).isEqualTo(404);
        assertThat(ask("POST", "/routes/none/deadLetters/redeliver", "").status())
                .isEqualTo(404);
        assertThat(ask("GET", "/routes/a%20b/deadLetters", "").status()).isEqualTo(400);
        for (String top : List.of("0", "21", "x", "-1")) {
            assertThat(ask("GET", "/routes/alarms/deadLetters?top=" + top, "").status())
                    .describedAs(top)
                    .isEqualTo(400);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            level = 'alarm'               | {"appProperties":{"level":"alarm"}}                            | true
            level = 'alarm'               | {"appProperties":{"level":"info"}}                             | false
            level = 'alarm'               | {}                                                             | undefined
            $body.celsius > 30            | {"body":{"celsius":31}}                                        | true
            $body.celsius > 30            | {"body":"{\\"celsius\\":29}"}                              | false
            $contentType = 'text/plain'   | {"systemProperties":{"contentType":"text/plain"}}              | true
            $twin.tags.hall = 3           | {"twin":{"tags":{"hall":3}}}                                   | true
            """)
    void aConditionIsTriedOnAMessage(String condition, String message, String truth) {
        assertThat(test(condition, message)).isEqualTo("{\"result\":\"" + truth + "\"}");
    }

    @Test
    void aConditionThatIsNoneIsToldWithItsPlace() {
        assertThat(test("level = ", "{}")).contains("400004").contains("position ");
        assertThat(ask("POST", "/routing/test", "{\"condition\":\"true\"}").status())
                .isEqualTo(400);
        assertThat(ask("POST", "/routing/test", "no json").status()).isEqualTo(400);
        assertThat(test("$body.a = 1", "{\"body\":\"no json\"}")).contains("400004");
    }

    private String test(String condition, String message) {
        return ask(
                        "POST",
                        "/routing/test",
                        Json.object()
                                .add("condition", condition)
                                .add("message", Json.parseObject(message))
                                .build()
                                .toString())
                .body()
                .toUtf8();
    }

    private JsonObject json(String method, String path, String body) {
        return TestHub.json(ask(method, path, body));
    }

    private Reply ask(String method, String path, String body) {
        return cloud.asOwner(method, path, body);
    }

    private final class Kind implements RouteTargetFactory {
        @Override
        public String kind() {
            return "test";
        }

        @Override
        public RouteTarget open(RouteConfig settings) {
            return new RouteTarget() {
                @Override
                public void deliver(List<RoutedMessage> messages) throws DeliveryException {
                    if (refusing) {
                        throw DeliveryException.refused("not today");
                    }
                    kept.addAll(messages);
                }

                @Override
                public void close() {}
            };
        }
    }
}
