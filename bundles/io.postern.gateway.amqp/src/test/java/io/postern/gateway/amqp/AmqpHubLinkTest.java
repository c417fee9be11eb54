// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.amqp.ScriptedHub.Reaction;
import io.postern.gateway.spi.Channel;
import io.postern.gateway.spi.ClientCertificate;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.HubOrder;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.MessageRefusedException;
import io.postern.gateway.spi.NotAuthorizedException;
import io.postern.gateway.spi.ThrottledException;
import io.postern.gateway.spi.UnreachableException;
import io.postern.testkit.Await;
import io.postern.testkit.LabCa;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("NullAway.Init") // set before each test
class AmqpHubLinkTest {
    private static final HubName HUB = HubName.of("hub.amqp.test");
    private static final DeviceId METER = DeviceId.of("meter-1");
    private static final DeviceId OTHER = DeviceId.of("meter-2");
    private static final Duration LONG = Duration.ofSeconds(20);

    private final List<Optional<ClientCertificate>> dialedWith = new CopyOnWriteArrayList<>();
    private ScriptedHub hub;
    private AmqpHubLink link;

    @BeforeEach
    void start() throws IOException {
        hub = new ScriptedHub();
        link = new AmqpHubLink(
                (to, certificate) -> {
                    dialedWith.add(certificate);
                    return dial();
                },
                5671,
                Optional.empty(),
                1000,
                new Random(1));
    }

    @AfterEach
    void stop() throws IOException {
        link.close();
        hub.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 100_000})
    void messagesArriveInOrderHoweverTheHubsOctetsAreCut(int chunk) throws Exception {
        hub.chunk = chunk;
        try (HubSession session = open(METER)) {
            session.send(messages(METER, 40));
        }
        assertThat(hub.arrived)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 40)
                        .mapToObj(n -> "meter-1-" + n)
                        .toList());
        assertThat(hub.tokens).containsExactly("hub.amqp.test%2Fdevices%2Fmeter-1");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404})
    @Tag("HUB-13")
    void aTokenThatIsNotAcceptedIsSaidSo(int status) {
        hub.tokenStatus = status;
        assertThatThrownBy(() -> open(METER))
                .isInstanceOf(NotAuthorizedException.class)
                .hasMessageContaining("meter-1: " + status + " as the script says");
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void aHubThatHasNoTimeForATokenIsWaitedFor(int status) {
        hub.tokenStatus = status;
        assertThatThrownBy(() -> open(METER))
                .isInstanceOfSatisfying(ThrottledException.class, busy -> assertThat(busy.retryAfter())
                        .contains(Duration.ofSeconds(10)));
    }

    /** Wherever the hub says that it has no time, it is one that is waited for as long as it asks. */
    @ParameterizedTest
    @CsvSource({
        "amqp:resource-limit-exceeded, 0, 10",
        "amqp:resource-limit-exceeded, 40, 40",
        "com.microsoft:device-container-throttled, 0, 10",
        "com.microsoft:server-busy, 7, 7",
        "com.microsoft:quota-exceeded, 0, 300"
    })
    void aHubThatHasNoTimeIsWaitedForWhereverItSaysSo(String condition, int said, int seconds) throws Exception {
        hub.retryAfter = said;
        hub.condition = condition;
        hub.refusedOpen = condition;
        assertBusy(condition, seconds, () -> open(METER));
        hub.refusedOpen = "";
        hub.refusedBegin = condition;
        assertBusy(condition, seconds, () -> open(METER));
        hub.refusedBegin = "";
        hub.refusedAttach = condition;
        assertBusy(condition, seconds, () -> open(METER));
        hub.refusedAttach = "";
        for (Reaction reaction : List.of(Reaction.REJECT, Reaction.DETACH, Reaction.END_SESSION, Reaction.CLOSE)) {
            hub.reaction = reaction;
            try (HubSession session = open(METER)) {
                assertBusy(condition, seconds, () -> session.send(messages(METER, 2)));
            }
        }
        hub.reaction = Reaction.ACCEPT;
        try (HubSession session = open(METER)) {
            session.send(messages(METER, 2));
        }
    }

    private static void assertBusy(String condition, int seconds, ThrowingCallable call) {
        assertThatThrownBy(call)
                .hasMessageContaining(condition)
                .isInstanceOfSatisfying(ThrottledException.class, busy -> assertThat(busy.retryAfter())
                        .contains(Duration.ofSeconds(seconds)));
    }

    /** The conditions that official clients know, at the connection and at the session. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "amqp:unauthorized-access",
                "amqp:not-found",
                "amqp:not-allowed",
                "amqp:internal-error",
                "amqp:connection:forced",
                "amqp:connection:redirect",
                "com.microsoft:iot-hub-not-found-error",
                "com.microsoft:iot-hub-suspended",
                "com.microsoft:timeout"
            })
    void aConnectionOrSessionThatIsRefusedNamesTheConditionAndTheNextIsOpened(String condition) throws Exception {
        boolean decided = condition.endsWith("unauthorized-access") || condition.contains("not-found");
        hub.refusedOpen = condition;
        assertThatThrownBy(() -> open(METER))
                .isInstanceOf(decided ? NotAuthorizedException.class : IOException.class)
                .hasMessageContaining(condition);
        hub.refusedOpen = "";
        hub.refusedBegin = condition;
        assertThatThrownBy(() -> open(METER))
                .isInstanceOf(decided ? NotAuthorizedException.class : IOException.class)
                .hasMessageContaining(condition);
        hub.refusedBegin = "";
        try (HubSession session = open(METER)) {
            session.send(messages(METER, 1));
        }
    }

    @Test
    @Tag("HUB-13")
    void eachCommandIsSettledAsItsReceiverSaysAndNoMoreThanAFewComeBefore() throws Exception {
        IntStream.rangeClosed(1, 9).forEach(n -> hub.commands.add("c" + n));
        try (HubSession session = open(METER)) {
            session.follow();
            HubOrder.Command first = command(session);
            HubOrder.Command second = command(session);
            HubOrder.Command third = command(session);
            assertThat(List.of(first.messageId(), second.messageId(), third.messageId()))
                    .containsExactly("c1", "c2", "c3");
            assertThat(first.body().toUtf8()).isEqualTo("c1");
            assertThat(hub.settled).isEmpty();
            assertThat(hub.commands).as("held back for want of credit").hasSize(5);
            session.settle(second, HubOrder.Settlement.REJECT);
            session.settle(third, HubOrder.Settlement.ABANDON);
            session.settle(first, HubOrder.Settlement.COMPLETE);
            session.settle(first, HubOrder.Settlement.REJECT); // once is enough
            Await.until(LONG, "three settlements", () -> hub.settled.size() == 3);
            assertThat(hub.settled).containsExactly("c2 Rejected", "c3 Released", "c1 Accepted");
            for (int n = 4; n <= 9; n++) {
                HubOrder.Command next = command(session);
                assertThat(next.messageId()).isEqualTo("c" + n);
                session.settle(next, HubOrder.Settlement.COMPLETE);
            }
            Await.until(LONG, "the rest", () -> hub.settled.size() == 9);
            hub.reaction = Reaction.HANG_UP;
            assertThatThrownBy(() -> session.send(messages(METER, 1))).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> session.settle(third, HubOrder.Settlement.COMPLETE))
                    .hasMessageContaining("comes again");
        }
    }

    private static HubOrder.Command command(HubSession session) throws IOException, InterruptedException {
        return (HubOrder.Command) session.nextOrder(LONG).orElseThrow();
    }

    @Test
    @Tag("HUB-13")
    void aDeviceWithACertificateHasAConnectionForItselfWithoutSaslAndTokens() throws Exception {
        hub.bare = true;
        LabCa.Holder held = LabCa.root("Plant", Instant.now()).device("meter-1");
        var shown = new Credential.Certificate(new ClientCertificate(held.chain(), held.key()));
        try (HubSession first = link.open(HUB, METER, shown, Optional.empty());
                HubSession second = link.open(HUB, OTHER, shown, Optional.empty())) {
            first.send(messages(METER, 2));
            second.send(messages(OTHER, 1));
            assertThat(hub.tokens).isEmpty();
            assertThat(hub.sockets).hasSize(2);
            assertThat(dialedWith).containsExactly(Optional.of(shown.certificate()), Optional.of(shown.certificate()));
            assertThat(first.renew(shown))
                    .as("a certificate is shown in the handshake only")
                    .isFalse();
        }
        assertThat(hub.arrived).containsExactly("meter-1-1", "meter-1-2", "meter-2-1");
        Await.until(LONG, "both connections' end", hub.sockets::isEmpty);
    }

    @Test
    void aConnectionThatIsHalfOpenIsNoticedAndEndsAllItsSessions() throws Exception {
        var brief = new AmqpPatience(LONG, LONG, Duration.ofMillis(600), LONG);
        try (var impatient =
                new AmqpHubLink((to, certificate) -> dial(), 5671, Optional.empty(), 1000, new Random(1), brief)) {
            try (HubSession meter = open(impatient, METER);
                    HubSession other = open(impatient, OTHER)) {
                meter.send(messages(METER, 1));
                hub.silent = true;
                Await.until(LONG, "both to be lost", () -> !meter.isOpen() && !other.isOpen());
                assertThatThrownBy(() -> meter.send(messages(METER, 1)))
                        .hasMessageContaining("was lost")
                        .hasMessageNotContaining("defect");
            }
            hub.silent = false;
            try (HubSession again = open(impatient, METER)) {
                again.send(messages(METER, 1));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 408, 500})
    void aHubThatCannotDecideNowIsAskedAgain(int status) {
        hub.tokenStatus = status;
        assertThatThrownBy(() -> open(METER))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(NotAuthorizedException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "amqp:unauthorized-access",
                "amqp:not-found",
                "amqp:not-allowed",
                "amqp:not-implemented",
                "amqp:internal-error",
                "amqp:resource-limit-exceeded",
                "amqp:link:detach-forced",
                "amqp:link:redirect",
                "amqp:link:stolen",
                "com.microsoft:argument-error",
                "com.microsoft:device-container-throttled",
                "com.microsoft:iot-hub-not-found-error",
                "com.microsoft:iot-hub-suspended",
                "com.microsoft:quota-exceeded",
                "com.microsoft:timeout",
                "com.microsoft:link-creation-conflict"
            })
    void everyConditionEndsOnlyItsOwnLeafAndNamesItself(String condition) throws Exception {
        boolean decided = condition.endsWith("unauthorized-access") || condition.contains("not-found");
        hub.refusedAttach = condition;
        assertThatThrownBy(() -> open(METER))
                .isInstanceOf(decided ? NotAuthorizedException.class : IOException.class)
                .hasMessageContaining(condition);

        hub.refusedAttach = "";
        try (HubSession meter = open(METER);
                HubSession other = open(OTHER)) {
            hub.condition = condition;
            hub.victim = "meter-1-2";
            for (Reaction reaction : List.of(Reaction.DETACH, Reaction.END_SESSION)) {
                hub.reaction = reaction;
                try (HubSession victim = reaction == Reaction.DETACH ? meter : open(METER)) {
                    assertThatThrownBy(() -> victim.send(messages(METER, 3)))
                            .isInstanceOf(decided ? NotAuthorizedException.class : IOException.class)
                            .hasMessageContaining(condition);
                    assertThat(victim.isOpen()).isFalse();
                }
                other.send(messages(OTHER, 2));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "amqp:link:message-size-exceeded",
                "amqp:decode-error",
                "com.microsoft:argument-error",
                "com.microsoft:argument-out-of-range"
            })
    void aMessageThatIsRefusedForGoodIsToldApartAndTheOthersArrive(String condition) throws Exception {
        hub.reaction = Reaction.REJECT;
        hub.condition = condition;
        hub.victim = "meter-1-2";
        try (HubSession session = open(METER)) {
            assertThatThrownBy(() -> session.send(messages(METER, 4)))
                    .isInstanceOfSatisfying(MessageRefusedException.class, e -> assertThat(e.sequence())
                            .isEqualTo(2))
                    .hasMessageContaining(condition);
            assertThat(hub.arrived).containsExactly("meter-1-1", "meter-1-3", "meter-1-4");
            hub.reaction = Reaction.ACCEPT;
            session.send(messages(METER, 1));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "com.microsoft:device-container-throttled",
                "com.microsoft:quota-exceeded",
                "amqp:internal-error",
                "com.microsoft:timeout"
            })
    void aMessageThatIsRefusedForNowIsNotLeftOut(String condition) throws Exception {
        hub.reaction = Reaction.REJECT;
        hub.condition = condition;
        try (HubSession session = open(METER)) {
            assertThatThrownBy(() -> session.send(messages(METER, 2)))
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(MessageRefusedException.class)
                    .hasMessageContaining(condition);
        }
    }

    @Test
    void aMessageForWhichTheHubEndsTheLinkIsFoundByTheNextSession() throws Exception {
        hub.reaction = Reaction.DETACH;
        hub.condition = "amqp:link:message-size-exceeded";
        hub.victim = "meter-1-2";
        try (HubSession other = open(OTHER)) {
            try (HubSession first = open(METER)) {
                assertThatThrownBy(() -> first.send(messages(METER, 3)))
                        .isInstanceOf(IOException.class)
                        .isNotInstanceOf(MessageRefusedException.class);
            }
            try (HubSession second = open(METER)) {
                assertThatThrownBy(() -> second.send(messages(METER, 3)))
                        .isInstanceOfSatisfying(MessageRefusedException.class, e -> assertThat(e.sequence())
                                .isEqualTo(2));
            }
            other.send(messages(OTHER, 1));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CLOSE", "HANG_UP", "GARBAGE", "OWN_SESSION"})
    void whatEndsTheConnectionEndsAllItsSessionsAtOnceEachWithTheReason(Reaction reaction) throws Exception {
        hub.condition = "amqp:connection:forced";
        hub.reaction = reaction;
        hub.victim = "meter-1-1";
        try (HubSession meter = open(METER);
                HubSession other = open(OTHER)) {
            assertThatThrownBy(() -> meter.send(messages(METER, 2)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("the connection of meter-1 to hub.amqp.test:5671 was lost: ");
            Await.until(LONG, "the other's end", () -> !other.isOpen());
            assertThatThrownBy(() -> other.send(messages(OTHER, 1))).hasMessageContaining("of meter-2 to");
        }
        hub.reaction = Reaction.ACCEPT;
        try (HubSession again = open(METER)) {
            again.send(messages(METER, 2));
        }
    }

    @Test
    void aHubThatGoesAwayAtAnyOctetFailsTheCallAndNeverHangsIt() throws Exception {
        try (HubSession session = open(METER)) {
            session.send(messages(METER, 2));
        }
        long all = hub.written;
        for (long cut = 0; cut < all; cut += 13) {
            hub.written = 0;
            hub.cutAfter = cut;
            var outcome = new CompletableFuture<String>();
            Thread.startVirtualThread(() -> outcome.complete(tryOnce()));
            assertThat(outcome.get(LONG.toSeconds(), TimeUnit.SECONDS)).isIn("sent", "failed");
        }
    }

    @Test
    void aMessageHandedInJustWhenTheConnectionEndsIsLostAtOnceAndNotWaitedFor() throws Exception {
        for (int n = 0; n < 200; n++) {
            try (HubSession session = open(METER)) {
                var outcome = new CompletableFuture<String>();
                Thread.startVirtualThread(() -> outcome.complete(sendUntilLost(session)));
                Await.until(LONG, "something is on its way", () -> !hub.arrived.isEmpty());
                for (Socket socket : hub.sockets) {
                    socket.close();
                }
                assertThat(outcome.get(LONG.toSeconds(), TimeUnit.SECONDS)).contains("was lost");
                hub.arrived.clear();
            }
        }
    }

    private static String sendUntilLost(HubSession session) {
        try {
            while (true) {
                session.send(messages(METER, 1));
            }
        } catch (IOException | InterruptedException e) {
            return e.toString();
        }
    }

    @Test
    void anAnswerToAMethodForWhichThereIsNoConnectionAnyMoreIsLostAtOnce() throws Exception {
        try (HubSession session = open(METER)) {
            session.follow();
            hub.close();
            Await.until(LONG, "the session's end", () -> !session.isOpen());
            var method = new HubOrder.Method("t:1", "blink", JsonValue.NULL, 0);
            assertThatThrownBy(() -> session.answer(method, 200, JsonValue.NULL))
                    .hasMessageContaining("was lost");
            assertThatThrownBy(session::twin).hasMessageContaining("was lost");
        }
    }

    private String tryOnce() {
        try (HubSession session = open(METER)) {
            session.send(messages(METER, 2));
            return "sent";
        } catch (IOException e) {
            return "failed";
        } catch (InterruptedException e) {
            return "interrupted";
        }
    }

    @Test
    void whoeverWaitsForAHubThatGivesNoCreditCanBeInterruptedAndTheOthersGoOn() throws Exception {
        try (HubSession other = open(OTHER)) {
            hub.credit = 0;
            HubSession meter = open(METER);
            var outcome = new CompletableFuture<Throwable>();
            Thread waiting = Thread.startVirtualThread(() -> {
                try {
                    meter.send(messages(METER, 1));
                } catch (IOException | InterruptedException e) {
                    outcome.complete(e);
                }
            });
            Await.until(LONG, "it waits", () -> waiting.getState() == Thread.State.WAITING);
            other.send(messages(OTHER, 3));
            waiting.interrupt();
            assertThat(outcome.get(LONG.toSeconds(), TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
            Await.until(LONG, "the session's end", () -> !meter.isOpen());
            assertThat(hub.arrived).doesNotContain("meter-1-1");
        }
    }

    @Test
    void theLastSessionTakesTheConnectionWithIt() throws Exception {
        HubSession meter = open(METER);
        HubSession other = open(OTHER);
        assertThat(hub.sockets).hasSize(1);
        meter.close();
        meter.close();
        other.send(messages(OTHER, 1));
        other.close();
        Await.until(LONG, "the connection's end", hub.sockets::isEmpty);
    }

    private Channel dial() throws UnreachableException {
        try {
            return hub.dial();
        } catch (IOException e) {
            throw new UnreachableException("the script's hub is gone", e);
        }
    }

    private HubSession open(DeviceId device) throws IOException {
        return open(link, device);
    }

    private static HubSession open(AmqpHubLink link, DeviceId device) throws IOException {
        SasToken token = SasToken.sign(
                ResourceUri.device(HUB, device),
                Instant.parse("2030-01-01T00:00:00Z"),
                Optional.empty(),
                Secret.base64("a2V5")::hmacSha256);
        return link.open(HUB, device, new Credential.Token(token), Optional.empty());
    }

    private static List<TelemetryMessage> messages(DeviceId leaf, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(n -> new TelemetryMessage(
                        leaf,
                        n,
                        Priority.MEASUREMENT,
                        Stamp.confirmed(Instant.parse("2026-03-01T08:00:00Z")),
                        Bytes.utf8("{\"n\":" + n + "}")))
                .toList();
    }
}
