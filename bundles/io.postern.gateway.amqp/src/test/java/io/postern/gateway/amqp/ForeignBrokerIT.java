// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.spi.Channel;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.HubOrder;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.NotAuthorizedException;
import io.postern.gateway.spi.ThrottledException;
import io.postern.gateway.spi.UnreachableException;
import io.postern.testkit.Await;
import io.postern.testkit.LoopbackAddress;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our client and an AMQP 1.0 server whose engine shares nothing with ours. */
@SuppressWarnings("NullAway.Init") // set before all tests
class ForeignBrokerIT {
    private static final HubName HUB = HubName.of("hub.foreign.test");
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final DeviceId SENDER = DeviceId.of("sender"); // what it sends, the taker is commanded
    private static final DeviceId TAKER = DeviceId.of("taker");
    private static final DeviceId KEEPER = DeviceId.of("keeper");
    private static final DeviceId DOOMED = DeviceId.of("doomed");
    private static final DeviceId FILLER = DeviceId.of("filler"); // sends to FULL
    private static final String FULL = "full"; // refuses what is more than a few
    private static final int FEW = 5;
    private static final String CBS = "$cbs";

    @TempDir
    private static Path directory;

    private static ForeignBroker broker;
    private static QuestionDesk tokens;
    private static QuestionDesk twins;
    private static AmqpHubLink link;
    private static HubSession keeper; // of the one connection: two would take each other's answers about tokens

    @BeforeAll
    static void start() throws Exception {
        List<JsonObjectBuilder> queues = new ArrayList<>();
        List.of(methods(TAKER), commands(TAKER), telemetry(TAKER), telemetry(DOOMED))
                .forEach(name -> queues.add(Json.object().add("name", name).add("maximumDeliveryAttempts", 1)));
        for (String name : List.of(CBS, twin(TAKER))) {
            queues.add(Json.object().add("name", name).add("defaultFilters", ForeignBroker.filter("answered")));
        }
        queues.add(
                Json.object().add("name", FULL).add("overflowPolicy", "REJECT").add("maximumQueueDepthMessages", FEW));
        broker = ForeignBroker.start(
                directory,
                LoopbackAddress.random(),
                HUB.text(),
                queues,
                List.of(
                        new ForeignBroker.Route(SENDER, "messages/events", commands(TAKER)),
                        new ForeignBroker.Route(TAKER, "messages/events", telemetry(TAKER)),
                        new ForeignBroker.Route(TAKER, "twin", twin(TAKER)),
                        new ForeignBroker.Route(TAKER, "methods/devicebound", methods(TAKER)),
                        new ForeignBroker.Route(FILLER, "messages/events", FULL),
                        new ForeignBroker.Route(KEEPER, "messages/events", telemetry(TAKER)),
                        new ForeignBroker.Route(DOOMED, "messages/events", telemetry(DOOMED))));
        tokens = new QuestionDesk(broker, HUB, CBS);
        twins = new QuestionDesk(broker, HUB, twin(TAKER));
        var patience = new AmqpPatience(LONG, LONG, Duration.ofSeconds(6), LONG);
        link = new AmqpHubLink((to, certificate) -> dial(), 5671, Optional.empty(), 1000, new Random(1), patience);
        keeper = open(KEEPER);
    }

    @AfterAll
    static void stop() {
        keeper.close();
        link.close();
        tokens.close();
        twins.close();
        broker.close();
    }

    private static String telemetry(DeviceId device) {
        return "/devices/" + device + "/messages/events";
    }

    private static String commands(DeviceId device) {
        return "/devices/" + device + "/messages/devicebound";
    }

    private static String twin(DeviceId device) {
        return "/devices/" + device + "/twin";
    }

    private static String methods(DeviceId device) {
        return "/devices/" + device + "/methods/devicebound";
    }

    private static Channel dial() throws UnreachableException {
        try {
            return broker.dial();
        } catch (IOException e) {
            throw new UnreachableException("the broker is gone", e);
        }
    }

    @Test
    @Tag("HUB-13")
    void devicesShowTokensOnOneConnectionAndMessagesOfManyFramesPassBothWaysInOrder() throws Exception {
        List<TelemetryMessage> sent = new ArrayList<>();
        for (int n = 1; n <= 300; n++) {
            sent.add(message(SENDER, n, n % 100 == 0 ? 60_000 : 2 * n)); // 16 KB are a frame
        }
        try (HubSession sender = open(SENDER);
                HubSession taker = open(TAKER)) {
            assertThat(tokens.names)
                    .contains("hub.foreign.test%2Fdevices%2Fsender", "hub.foreign.test%2Fdevices%2Ftaker");
            sender.send(sent);
            taker.follow();
            for (TelemetryMessage each : sent) {
                HubOrder.Command command = next(taker);
                assertThat(command.messageId()).isEqualTo("sender-" + each.sequence());
                assertThat(command.body()).isEqualTo(each.body());
                taker.settle(command, HubOrder.Settlement.COMPLETE);
            }
        }
    }

    @Test
    @Tag("HUB-13")
    void aCommandThatIsGivenBackComesAgainAndOneThatIsRejectedDoesNot() throws Exception {
        try (HubSession sender = open(SENDER);
                HubSession taker = open(TAKER)) {
            sender.send(messages(SENDER, 9));
            taker.follow();
            HubOrder.Command first = next(taker);
            taker.settle(first, HubOrder.Settlement.ABANDON);
            List<String> ids = new ArrayList<>();
            for (int n = 0; n < 9; n++) {
                HubOrder.Command command = next(taker);
                ids.add(command.messageId());
                taker.settle(command, n % 2 == 0 ? HubOrder.Settlement.COMPLETE : HubOrder.Settlement.REJECT);
            }
            assertThat(ids).contains(first.messageId()).hasSize(9).doesNotHaveDuplicates();
            assertThat(taker.nextOrder(Duration.ZERO)).isEmpty();
        }
    }

    @Test
    @Tag("HUB-13")
    void whatAFullQueueRefusesIsSentAgainWhenThereIsRoom() throws Exception {
        try (HubSession filler = open(FILLER)) {
            assertThatThrownBy(() -> filler.send(messages(FILLER, 2 * FEW)))
                    .isInstanceOf(ThrottledException.class)
                    .hasMessageContaining("amqp:resource-limit-exceeded");
            assertThat(broker.depth(FULL)).isEqualTo(FEW);
        }
        broker.empty(FULL);
        try (HubSession later = open(FILLER)) {
            later.send(messages(FILLER, FEW));
        }
        assertThat(broker.depth(FULL)).isEqualTo(FEW);
    }

    @Test
    void anAddressThatIsNotThereIsNamedAndTheOthersOfTheConnectionGoOn() throws Exception {
        try (HubSession sender = open(SENDER)) {
            assertThatThrownBy(() -> open(DeviceId.of("stranger")))
                    .isInstanceOf(NotAuthorizedException.class)
                    .hasMessageContaining("amqp:not-found");
            assertThat(sender.isOpen()).isTrue();
        }
    }

    @Test
    void aLinkThatIsEndedFromAfarNamesTheConditionAndEndsItsDeviceAlone() throws Exception {
        try (HubSession doomed = open(DOOMED);
                HubSession taker = open(TAKER)) {
            doomed.send(messages(DOOMED, 3));
            broker.delete(DOOMED);
            Await.until(LONG, "the end of the link", () -> !doomed.isOpen());
            assertThatThrownBy(() -> doomed.send(messages(DOOMED, 1))).hasMessageContaining("amqp:");
            assertThat(taker.twin()).isEmpty();
        }
    }

    /** The broker gives whoever is silent up after four seconds. */
    @Test
    void aConnectionOnWhichNobodyHasAnythingToSayLives() throws Exception {
        try (HubSession taker = open(TAKER)) {
            long begin = System.nanoTime();
            Await.until(LONG, "five seconds", () -> System.nanoTime() - begin > 5_000_000_000L);
            assertThat(taker.isOpen()).isTrue();
            assertThat(taker.renew(token(TAKER))).isTrue();
        }
    }

    private static HubOrder.Command next(HubSession session) throws Exception {
        return (HubOrder.Command) session.nextOrder(LONG).orElseThrow();
    }

    private static HubSession open(DeviceId device) throws IOException {
        return link.open(HUB, device, token(device), Optional.empty());
    }

    private static Credential token(DeviceId device) {
        return new Credential.Token(SasToken.sign(
                ResourceUri.device(HUB, device),
                Instant.parse("2030-01-01T00:00:00Z"),
                Optional.empty(),
                Secret.base64("a2V5")::hmacSha256));
    }

    private static List<TelemetryMessage> messages(DeviceId leaf, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(n -> message(leaf, n, n))
                .toList();
    }

    private static TelemetryMessage message(DeviceId leaf, int n, int octets) {
        var stamp = Stamp.confirmed(Instant.parse("2026-03-01T08:00:00Z"));
        return new TelemetryMessage(leaf, n, Priority.MEASUREMENT, stamp, Bytes.utf8("x".repeat(octets)));
    }
}
