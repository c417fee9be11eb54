// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.hub.PropertyBag;
import jakarta.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("SYS-07")
@Tag("HUB-33")
@SuppressWarnings("NullAway.Init") // set before each test
class MessageRouteTest {
    @TempDir
    Path directory;

    private final ScriptedTarget target = new ScriptedTarget();
    private RoutedHub hub;

    @BeforeEach
    void open() throws Exception {
        hub = new RoutedHub(directory, 1_000);
    }

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    void onlyWhatTheConditionHoldsForIsDeliveredInOrder() throws Exception {
        try (MessageRoute route = hub.route(target, "$body.celsius > 30 OR level = 'alarm'", true)) {
            route.start();
            hub.send("{\"celsius\":20}");
            hub.send("{\"celsius\":31}");
            hub.send("{\"celsius\":10}", "level", "alarm");
            hub.send(PropertyBag.EMPTY, Bytes.utf8("no json"));

            RouteState state = RoutedHub.await(route, "four events", s -> s.done() == 4);

            assertThat(target.bodies()).containsExactly("{\"celsius\":31}", "{\"celsius\":10}");
            assertThat(state.delivered()).isEqualTo(2);
            assertThat(state.passed()).isEqualTo(2);
            assertThat(state.lag()).isZero();
        }
    }

    @Test
    void backEndsReadWhatTheHostedHubWouldWrite() throws Exception {
        try (MessageRoute route = hub.route(target, "true", true)) {
            route.start();
            hub.send("{\"celsius\":20}", "site", "north", "$.mid", "m-1");
            hub.send(PropertyBag.EMPTY, Bytes.of((byte) 0, (byte) 1));
            RoutedHub.await(route, "two events", s -> s.done() == 2);
        }

        JsonObject json = target.kept.getFirst().json();
        assertThat(json.getString("EnqueuedTimeUtc")).startsWith("2026-03-01T08:00:00");
        assertThat(json.getJsonObject("Properties").getString("site")).isEqualTo("north");
        JsonObject system = json.getJsonObject("SystemProperties");
        assertThat(system.getString("messageId")).isEqualTo("m-1");
        assertThat(system.getString("contentType")).isEqualTo("application/json");
        assertThat(system.getString("connectionDeviceId")).isEqualTo("meter-1");
        assertThat(system.getString("connectionAuthMethod")).contains("\"scope\":\"device\"");
        assertThat(RoutedHub.body(target.kept.getFirst()).getInt("celsius")).isEqualTo(20);
        assertThat(target.kept.getLast().json().getString("Body")).isEqualTo("AAE=");
    }

    @Test
    void aTargetThatIsAwayGetsEverythingInOrderWhenItIsBack() throws Exception {
        hub.timePasses = false;
        target.away = true;
        try (MessageRoute route = hub.route(target, "true", true)) {
            route.start();
            hub.send("{\"n\":1}");
            assertThat(RoutedHub.await(route, "trouble", s -> s.trouble().isPresent())
                            .trouble()
                            .orElseThrow()
                            .reason())
                    .isEqualTo("nobody is there");
            target.away = false;
            hub.send("{\"n\":2}");

            RouteState state = RoutedHub.await(route, "both", s -> s.done() == 2);

            assertThat(target.bodies()).containsExactly("{\"n\":1}", "{\"n\":2}");
            assertThat(state.trouble()).isEmpty();
        }
    }

    @Test
    void whatCannotBeDeliveredForTooLongBecomesADeadLetterAndIsDeliveredAgainOnRequest() throws Exception {
        target.away = true;
        try (MessageRoute route = hub.route(target, "true", true)) {
            route.start();
            hub.send("{\"n\":1}");
            RoutedHub.await(route, "a dead letter", s -> s.dead() == 1 && s.done() == 1);
            JsonObject letter = route.deadLetters(10).getFirst();
            assertThat(letter.getString("reason"))
                    .contains("not delivered within PT10M")
                    .contains("nobody is there");
            assertThat(letter.getJsonObject("message").getJsonObject("Body").getInt("n"))
                    .isEqualTo(1);

            target.away = false;
            route.deliverAgain();

            Await.until(Duration.ofSeconds(20), "it, without another event", () -> target.kept.size() == 1);
            assertThat(target.bodies()).containsExactly("{\"n\":1}");
            Await.until(RoutedHub.SOON, "no dead letters", () -> route.deadLetters(10)
                    .isEmpty());
        }
    }

    @Test
    void aRefusedMessageTakesNoneOfItsNeighboursAlong() throws Exception {
        target.hates = Optional.of("\"n\":3");
        for (int i = 1; i <= 7; i++) {
            hub.send("{\"n\":" + i + "}");
        }
        try (MessageRoute route = hub.route(target, "true", true)) {
            route.start();

            RouteState state = RoutedHub.await(route, "all", s -> s.done() == 7);

            assertThat(state.dead()).isEqualTo(1);
            assertThat(target.bodies())
                    .containsExactly("{\"n\":1}", "{\"n\":2}", "{\"n\":4}", "{\"n\":5}", "{\"n\":6}", "{\"n\":7}");
            assertThat(route.deadLetters(1).getFirst().getString("reason")).contains("I do not take");
        }
    }

    @Test
    void aRestartGoesOnWhereTheRouteWasAndANewRouteBeginsWhereItIsTold() throws Exception {
        hub.send("{\"n\":1}");
        try (MessageRoute route = hub.route(target, "true", false)) {
            route.start();
            hub.send("{\"n\":2}");
            RoutedHub.await(route, "the second", s -> s.done() == 2);
        }
        assertThat(target.bodies()).containsExactly("{\"n\":2}");
        hub.send("{\"n\":3}");

        try (MessageRoute again = hub.route(target, "true", false)) {
            again.start();
            RoutedHub.await(again, "the third", s -> s.done() == 3);
        }

        assertThat(target.bodies()).containsExactly("{\"n\":2}", "{\"n\":3}");
    }

    @Test
    void eventsThatWereGoneBeforeTheRouteCameAreCountedNotHidden() throws Exception {
        hub.close();
        hub = new RoutedHub(directory.resolve("small"), 10);
        for (int i : IntStream.rangeClosed(1, 40).toArray()) {
            hub.send("{\"n\":" + i + "}");
        }
        try (MessageRoute route = hub.route(target, "true", true)) {
            route.start();
            RoutedHub.await(route, "all", s -> s.done() == 40);

            JsonObject gap = route.deadLetters(1).getFirst();
            assertThat(gap.getInt("from")).isEqualTo(1);
            assertThat(gap.getInt("to")).isEqualTo((int) target.kept.getFirst().sequence() - 1);
        }
    }

    @Test
    void aRouteWhoseDeadLettersAreFullStopsAndLosesNothing() throws Exception {
        target.hates = Optional.of("n");
        hub.send("{\"n\":1}");
        hub.send("{\"n\":2}");
        try (MessageRoute route = hub.route(target, "true", true, 1, 100)) {
            route.start();
            RouteState state = RoutedHub.await(route, "a stop", s -> s.trouble()
                    .map(t -> t.reason().contains("all they may have"))
                    .orElse(false));
            assertThat(state.done()).isEqualTo(1);

            Files.delete(letters());

            RoutedHub.await(route, "the second", s -> s.done() == 2);
            assertThat(route.deadLetters(10).getLast().getJsonObject("message").getJsonObject("Body"))
                    .isEqualTo(Json.parseObject("{\"n\":2}"));
        }
    }

    @Test
    void halfALineOfAPowerCutTakesNoDeadLetterAlong() throws Exception {
        Files.createDirectories(hub.deadLetters());
        Files.write(letters(), new byte[] {'{', '"', (byte) 0xC3});
        target.hates = Optional.of("n");
        try (MessageRoute route = hub.route(target, "true", true)) {
            route.start();
            hub.send("{\"n\":1}");
            RoutedHub.await(route, "a dead letter", s -> s.dead() == 1);
            assertThat(route.deadLetters(10)).hasSize(1);

            target.hates = Optional.empty();
            route.deliverAgain();
            Await.until(RoutedHub.SOON, "it", () -> target.kept.size() == 1);
        }
    }

    @Test
    void whatIsNoMessageStaysADeadLetterWhenTheOthersAreDeliveredAgain() throws Exception {
        Files.createDirectories(hub.deadLetters());
        Files.writeString(letters(), "{\"at\":\"x\",\"reason\":\"gone\",\"from\":1,\"to\":9}\nnot json\n");
        try (MessageRoute route = hub.route(target, "true", true)) {
            route.start();
            route.deliverAgain();
            hub.send("{\"n\":1}");
            RoutedHub.await(route, "the event behind", s -> s.done() == 1);

            assertThat(route.deadLetters(10)).singleElement().satisfies(gap -> assertThat(gap.getInt("to"))
                    .isEqualTo(9));
        }
    }

    @Test
    void aDeliveryOfDeadLettersThatWasCutShortGoesOnAtTheNextStart() throws Exception {
        target.away = true;
        try (MessageRoute route = hub.route(target, "true", true)) {
            route.start();
            hub.send("{\"n\":1}");
            RoutedHub.await(route, "a dead letter", s -> s.dead() == 1 && s.done() == 1);
        }
        Files.move(letters(), letters().resolveSibling("to-test.ndjson.again"));
        target.away = false;

        try (MessageRoute route = hub.route(target, "true", true)) {
            route.start();
            Await.until(RoutedHub.SOON, "it", () -> target.kept.size() == 1);
        }
    }

    @Test
    void aTargetThatHangsHoldsUpNeitherDevicesNorAnotherRoute() throws Exception {
        var hanging = new ScriptedTarget();
        hanging.held = new CountDownLatch(1);
        try (MessageRoute stuck = hub.route("stuck", hanging);
                MessageRoute other = hub.route("other", target)) {
            stuck.start();
            other.start();
            for (int i = 1; i <= 200; i++) {
                hub.send("{\"n\":" + i + "}");
            }
            RoutedHub.await(other, "all", s -> s.done() == 200);
            assertThat(target.kept).hasSize(200);
            assertThat(stuck.state().done()).isZero();
            assertThat(stuck.state().lag()).isEqualTo(200);

            hanging.held.countDown();
            RoutedHub.await(stuck, "all later", s -> s.done() == 200);
            assertThat(hanging.bodies()).isEqualTo(target.bodies());
        }
    }

    @Test
    void aTargetWithAFlawDoesNotEndItsRoute() throws Exception {
        target.broken = true;
        try (MessageRoute route = hub.route(target, "true", true)) {
            route.start();
            hub.send("{\"n\":1}");
            RouteState state =
                    RoutedHub.await(route, "trouble", s -> s.trouble().isPresent());
            assertThat(state.trouble().orElseThrow().reason()).contains("slip of its programmer");

            target.broken = false;
            RoutedHub.await(
                    route, "the event", s -> s.done() == 1 && s.trouble().isEmpty());
        }
    }

    @Test
    void aRouteOfAHubWhoseEventsWereLostBeginsWithThoseItHasNow() throws Exception {
        hub.comeTo(9_999);
        hub.send("{\"n\":1}");
        try (MessageRoute route = hub.route(target, "true", false)) {
            route.start();
            RoutedHub.await(route, "the event", s -> s.done() == 1);
            assertThat(target.bodies()).containsExactly("{\"n\":1}");
        }
    }

    private Path letters() {
        return hub.deadLetters().resolve("to-test.ndjson");
    }
}
