// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.https.TlsDialer;
import io.postern.gateway.https.TrustAnchors;
import io.postern.gateway.spi.ClientCertificate;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.HubOrder;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.NotAuthorizedException;
import io.postern.gateway.spi.ThrottledException;
import io.postern.gateway.spi.UnreachableException;
import io.postern.testkit.Await;
import io.postern.testkit.Hosts;
import io.postern.testkit.LabCa;
import io.postern.testkit.LoopbackAddress;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.ModelId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("NullAway.Init") // set before each test
class PahoHubLinkTest {
    static final HubName HUB = HubName.of("hub.mqtt.test");
    private static final DeviceId METER = DeviceId.of("meter-1");
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final SasToken TOKEN = SasToken.sign(
            ResourceUri.device(HUB, METER),
            Instant.parse("2030-01-01T00:00:00Z"),
            Optional.empty(),
            Secret.base64("a2V5")::hmacSha256);
    private static final Credential CREDENTIAL = new Credential.Token(TOKEN);

    @TempDir
    static Path directory;

    private static String address;
    private static ServerCertificate certificate;

    private ScriptedHub hub;
    private PahoHubLink link;

    @BeforeAll
    static void nameTheHub() throws Exception {
        address = LoopbackAddress.random();
        Hosts.write(address, HUB.text(), "other.mqtt.test");
        certificate = ServerCertificate.make(directory.resolve("hub"), HUB.text());
    }

    @BeforeEach
    void start() throws Exception {
        hub = new ScriptedHub(certificate.serverContext(), address);
        link = link(TrustAnchors.load(certificate.certificate()), hub.port());
    }

    @AfterEach
    void stop() throws IOException {
        link.close();
        hub.close();
    }

    @Test
    @Tag("HUB-16")
    void theDeviceIsTheClientIdTheHubAndDeviceTheUserNameTheTokenThePassword() throws Exception {
        try (HubSession session = open()) {
            assertThat(session.isOpen()).isTrue();
            assertThat(hub.connects)
                    .containsExactly(new ScriptedHub.Connect(
                            "meter-1",
                            "hub.mqtt.test/meter-1/?api-version=2021-04-12",
                            TOKEN.text().revealUtf8(),
                            50,
                            false));
        }
    }

    @Test
    void theModelIsAnnouncedInTheUserName() throws Exception {
        link.open(HUB, METER, CREDENTIAL, Optional.of(ModelId.of("dtmi:postern:meter;1")))
                .close();
        assertThat(hub.connects).singleElement().satisfies(connect -> assertThat(connect.userName())
                .isEqualTo("hub.mqtt.test/meter-1/?api-version=2021-04-12&model-id=dtmi%3Apostern%3Ameter%3B1"));
    }

    @Test
    void messagesArriveInOrderWithTheirPropertiesAndSendReturnsWhenAllAreAcknowledged() throws Exception {
        try (HubSession session = open()) {
            session.send(messages(100));
        }
        assertThat(hub.publishes)
                .extracting(ScriptedHub.Publish::body)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 100)
                        .mapToObj(n -> "{\"n\":" + n + "}")
                        .toList());
        assertThat(hub.publishes.getFirst())
                .isEqualTo(new ScriptedHub.Publish(
                        "devices/meter-1/messages/events/%24.mid=meter-1-1&%24.ct=application%2Fjson&%24.ce=utf-8"
                                + "&%24.ctime=2026-03-01T08%3A00%3A00.500Z&seq=1",
                        "{\"n\":1}", 1));
    }

    @Test
    void noMoreThanTheWindowIsUnderwayWithoutAnAcknowledgement() throws Exception {
        hub.acknowledging = false;
        try (HubSession session = open()) {
            CompletableFuture<Throwable> sending = failure(() -> session.send(messages(PahoHubSession.WINDOW + 80)));
            Await.until(LONG, "a full window", () -> hub.publishes.size() == PahoHubSession.WINDOW);
            hub.cutAll();
            assertThat(sending.get()).isInstanceOf(IOException.class);
            assertThat(hub.publishes).hasSize(PahoHubSession.WINDOW);
        }
    }

    @Test
    void aLostConnectionFailsTheSendThatWaitsAndClosesTheSession() throws Exception {
        hub.acknowledging = false;
        try (HubSession session = open()) {
            CompletableFuture<Throwable> sending = failure(() -> session.send(messages(3)));
            Await.until(LONG, "three messages", () -> hub.publishes.size() == 3);
            hub.cutAll();

            assertThat(sending.get())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("meter-1")
                    .hasMessageContaining("send 3 messages")
                    .hasCauseInstanceOf(Exception.class);
            assertThat(session.isOpen()).isFalse();
            assertThatThrownBy(() -> session.send(messages(1)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is gone");
        }
    }

    @Test
    void anIdleSessionKnowsSoonThatItsConnectionIsGone() throws Exception {
        try (HubSession session = open()) {
            hub.cutAll();
            Await.until(LONG, "the session to notice", () -> !session.isOpen());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Tag("HUB-16")
    void aRefusedTokenIsNotAuthorized(int code) {
        hub.connack = code;
        assertThatThrownBy(this::open)
                .isInstanceOf(NotAuthorizedException.class)
                .hasMessageContaining("meter-1")
                .hasMessageContaining("CONNACK " + code)
                .hasMessageNotContaining("SharedAccessSignature");
    }

    /** spec: MQTT 3.1.1, 3.2.2.3; what is beyond it, a hub does not say. */
    @ParameterizedTest
    @CsvSource({"1, failed", "2, failed", "3, busy", "6, unreachable", "127, unreachable", "255, unreachable"})
    void everyOtherCodeOfConnackIsNoRefusal(int code, String kind) {
        hub.connack = code;
        Class<?> expected =
                switch (kind) {
                    case "busy" -> ThrottledException.class;
                    case "unreachable" -> UnreachableException.class;
                    default -> IOException.class;
                };
        assertThatThrownBy(this::open)
                .isExactlyInstanceOf(expected)
                .hasMessageContaining("meter-1")
                .hasMessageContaining("hub.mqtt.test:" + hub.port());
    }

    @Test
    void aHubThatGoesAwayAtAnyOctetFailsTheCallAndNothingItDidNotAcknowledgeCounts() throws Exception {
        try (HubSession session = open()) {
            session.send(messages(3));
        }
        long all = hub.said;
        assertThat(all).as("CONNACK and three PUBACKs").isEqualTo(16);
        for (long cut = 0; cut < all; cut++) {
            hub.said = 0;
            hub.cutAfter = cut;
            CompletableFuture<Throwable> outcome = failure(() -> {
                try (HubSession session = open()) {
                    session.send(messages(3));
                }
            });
            assertThat(outcome.get(LONG.toSeconds(), TimeUnit.SECONDS))
                    .as("cut after %d octets", cut)
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(NotAuthorizedException.class);
        }
        hub.cutAfter = Long.MAX_VALUE;
        try (HubSession session = open()) {
            session.send(messages(3));
        }
    }

    @Test
    @Tag("HUB-21")
    void aHubWithAnotherRootIsRefusedBeforeAnythingIsSaid() throws Exception {
        Path wrong =
                ServerCertificate.make(directory.resolve("wrong"), HUB.text()).certificate();
        try (var careful = link(TrustAnchors.load(wrong), hub.port())) {
            assertThatThrownBy(() -> careful.open(HUB, METER, CREDENTIAL, Optional.empty()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("does not prove to be that server");
        }
        assertThat(hub.connects).isEmpty();
    }

    @Test
    @Tag("HUB-21")
    void aHubWithTheRootsOfTheJavaRuntimeAloneIsRefused() throws Exception {
        try (var careful = link(TrustAnchors.ofRuntime(), hub.port())) {
            assertThatThrownBy(() -> careful.open(HUB, METER, CREDENTIAL, Optional.empty()))
                    .hasMessageContaining("does not prove to be that server");
        }
        assertThat(hub.connects).isEmpty();
    }

    @Test
    @Tag("HUB-21")
    void aHubUnderAnotherNameIsRefused() {
        assertThatThrownBy(() -> link.open(HubName.of("other.mqtt.test"), METER, CREDENTIAL, Optional.empty()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not prove to be that server");
        assertThat(hub.connects).isEmpty();
    }

    @Test
    @Tag("HUB-03")
    void aCertificateNeedsNoPassword() throws Exception {
        var own = LabCa.root("Plant", Instant.now()).device("meter-1");
        var shown = new Credential.Certificate(new ClientCertificate(own.chain(), own.key()));

        link.open(HUB, METER, shown, Optional.empty()).close();

        assertThat(hub.connects).singleElement().satisfies(connect -> {
            assertThat(connect.userName()).startsWith("hub.mqtt.test/meter-1/?api-version=");
            assertThat(connect.password()).isEmpty();
        });
    }

    @Test
    void nobodyThereIsSaidSo() throws IOException {
        hub.close();
        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("hub.mqtt.test:" + hub.port() + ": nobody listens there");
    }

    @Test
    void anUnknownHostIsSaidSo() {
        assertThatThrownBy(() -> link.open(HubName.of("nowhere.mqtt.test"), METER, CREDENTIAL, Optional.empty()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nowhere.mqtt.test:" + hub.port() + ": its name is not known");
    }

    @Test
    void twinAndReportAreMatchedByRequestId() throws Exception {
        try (HubSession session = open()) {
            assertThat(session.twin())
                    .isEqualTo(Json.parseObject("{\"desired\":{\"$version\":1},\"reported\":{\"$version\":1}}"));
            hub.twinReply = "204|";
            session.report(Json.parseObject("{\"version\":\"0.1.0\"}"));
        }
        assertThat(hub.publishes)
                .extracting(ScriptedHub.Publish::topic)
                .containsExactly("$iothub/twin/GET/?$rid=1", "$iothub/twin/PATCH/properties/reported/?$rid=2");
    }

    @Test
    void aRefusedReportIsAnErrorWithTheHubsWordsAndTheSessionGoesOn() throws Exception {
        try (HubSession session = open()) {
            hub.twinReply = "400|{\"errorCode\":400004,\"message\":\"too deep\"}";
            assertThatThrownBy(() -> session.report(Json.parseObject("{}")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("400004 too deep");
            session.send(messages(1));
        }
    }

    @Test
    void whatTheHubWantsComesInOrderAndAMethodIsAnsweredUnderItsOwnId() throws Exception {
        try (HubSession session = open()) {
            session.follow();
            hub.say("$iothub/twin/PATCH/properties/desired/?$version=5", "{\"setpoint\":21.5,\"$version\":5}");
            hub.say("$iothub/methods/POST/reset/?$rid=a%2F7", "{\"hard\":true}");
            hub.say("$iothub/methods/POST/ping/?$rid=8", "");

            assertThat(session.nextOrder(LONG))
                    .contains(new HubOrder.Desired(5, Json.parseObject("{\"setpoint\":21.5}")));
            var reset = (HubOrder.Method) session.nextOrder(LONG).orElseThrow();
            assertThat(reset.name()).isEqualTo("reset");
            assertThat(reset.payload()).isEqualTo(Json.parse("{\"hard\":true}"));
            session.answer(reset, 200, Json.parse("{\"done\":1}"));
            assertThat(session.nextOrder(LONG)).get().extracting("payload").isEqualTo(JsonValue.NULL);
            assertThat(session.nextOrder(Duration.ofMillis(1))).isEmpty();
        }
        assertThat(hub.publishes)
                .containsExactly(new ScriptedHub.Publish("$iothub/methods/res/200/?$rid=a%2F7", "{\"done\":1}", 1));
    }

    @Test
    void aHubThatWantsMoreThanFitsCostsNoMoreAndTheTwinTellsTheRest() throws Exception {
        try (HubSession session = open()) {
            session.follow();
            for (int version = 1; version <= 40; version++) {
                hub.say("$iothub/twin/PATCH/properties/desired/?$version=" + version, "{\"n\":" + version + "}");
            }
            hub.say("$iothub/methods/POST/late/?$rid=1", "null");
            session.report(Json.parseObject("{}")); // answered behind all that was said before
            for (int version = 1; version <= 16; version++) {
                assertThat(session.nextOrder(LONG))
                        .contains(new HubOrder.Desired(version, Json.parseObject("{\"n\":" + version + "}")));
            }
            assertThat(session.nextOrder(LONG)).contains(new HubOrder.DesiredMissed());
            assertThat(session.nextOrder(Duration.ofMillis(1))).isEmpty();
        }
    }

    @Test
    void aCommandIsAcknowledgedWhenItWasCarriedOutAndNotBefore() throws Exception {
        try (HubSession session = open()) {
            session.follow();
            hub.command("devices/meter-1/messages/devicebound/%24.mid=m-1&k=v", "{\"mode\":2}", 7);
            var command = (HubOrder.Command) session.nextOrder(LONG).orElseThrow();
            assertThat(command.messageId()).isEqualTo("m-1");
            assertThat(command.properties().get("k")).contains("v");
            assertThat(command.body()).isEqualTo(Bytes.utf8("{\"mode\":2}"));
            assertThat(command.again()).isFalse();

            session.settle(command, HubOrder.Settlement.ABANDON);
            session.report(Json.parseObject("{}")); // answered behind all that was said before
            assertThat(hub.acknowledged).isEmpty();
            session.settle(command, HubOrder.Settlement.COMPLETE);
            Await.until(LONG, "the acknowledgement", () -> hub.acknowledged.equals(List.of(7)));
            hub.command("devices/meter-1/messages/devicebound/", "[]", 8);
            var second = (HubOrder.Command) session.nextOrder(LONG).orElseThrow();
            session.settle(second, HubOrder.Settlement.REJECT);
            Await.until(LONG, "the second", () -> hub.acknowledged.equals(List.of(7, 8)));
        }
    }

    @Test
    void whatNobodyCanReadIsNoOrder() throws Exception {
        try (HubSession session = open()) {
            session.follow();
            hub.say("$iothub/methods/POST/reset/?$rid=1", "{\"hard\":");
            hub.say("$iothub/methods/POST//?$rid=2", "null");
            hub.say("$iothub/twin/PATCH/properties/desired/?$version=x", "{}");
            hub.say("$iothub/twin/PATCH/properties/desired/?$version=2", "[1]");
            assertThat(session.nextOrder(LONG)).as("an unreadable method").isEmpty();
            assertThat(session.nextOrder(LONG)).contains(new HubOrder.DesiredMissed());
            assertThat(session.isOpen()).isTrue();
        }
    }

    @Test
    void aLostConnectionEndsTheWaitForOrders() throws Exception {
        try (HubSession session = open()) {
            session.follow();
            CompletableFuture<Throwable> waiting = failure(() -> session.nextOrder(LONG));
            hub.cutAll();
            assertThat(waiting.get()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void readingsAndAnswersAreSentByTwoThreadsAtOnce() throws Exception {
        try (HubSession session = open()) {
            session.follow();
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> sendAll(session));
            for (int n = 1; n <= 50; n++) {
                hub.say("$iothub/methods/POST/ping/?$rid=" + n, "null");
                session.answer((HubOrder.Method) session.nextOrder(LONG).orElseThrow(), 200, JsonValue.NULL);
            }
            sending.get();
        }
        assertThat(hub.publishes).hasSize(550);
        assertThat(hub.publishes.stream().filter(each -> each.topic().contains("methods/res")))
                .hasSize(50);
    }

    private static void sendAll(HubSession session) {
        try {
            session.send(messages(500));
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void closeSaysGoodbyeLeavesNoThreadAndMayBeRepeated() throws Exception {
        HubSession session = open();
        long before = System.nanoTime();
        session.close();
        session.close();

        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(LONG);
        Await.until(LONG, "the hub to see the end", () -> hub.open() == 0);
        assertThat(hub.goodbyes).isEqualTo(1);
        assertThat(session.isOpen()).isFalse();
        assertThatThrownBy(() -> session.send(messages(1))).isInstanceOf(IOException.class);
    }

    @Test
    void anInterruptEndsAConnectThatIsNotAnswered() throws Exception {
        hub.answeringConnects = false;
        var result = new CompletableFuture<Throwable>();
        Thread opener = Thread.startVirtualThread(() -> result.complete(thrownBy(this::open)));
        Await.until(LONG, "the connect packet", () -> hub.connects.size() == 1);
        opener.interrupt();

        assertThat(result.get()).isInstanceOf(java.io.InterruptedIOException.class);
        Await.until(LONG, "the hub to see the end", () -> hub.open() == 0);
    }

    @Test
    void aDeviceWhoseNameNoTopicCanCarryIsRefusedWithTheReason() {
        assertThatThrownBy(() -> link.open(HUB, DeviceId.of("a+b"), CREDENTIAL, Optional.empty()))
                .hasMessageContaining("a+b");
    }

    private HubSession open() throws IOException {
        return link.open(HUB, METER, CREDENTIAL, Optional.empty());
    }

    static PahoHubLink link(TrustAnchors anchors, int port) {
        return new PahoHubLink(
                new TlsDialer(anchors, Optional.empty(), TlsDialer.Limits.DEFAULT),
                port,
                Optional.empty(),
                MqttPatience.DEFAULT);
    }

    static List<TelemetryMessage> messages(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(n -> new TelemetryMessage(
                        METER,
                        n,
                        Priority.MEASUREMENT,
                        Stamp.confirmed(Instant.parse("2026-03-01T08:00:00.5Z")),
                        Bytes.utf8("{\"n\":" + n + "}")))
                .toList();
    }

    private static CompletableFuture<Throwable> failure(org.assertj.core.api.ThrowableAssert.ThrowingCallable work) {
        var result = new CompletableFuture<Throwable>();
        Thread.startVirtualThread(() -> result.complete(thrownBy(work)));
        return result;
    }

    private static Throwable thrownBy(org.assertj.core.api.ThrowableAssert.ThrowingCallable work) {
        Throwable thrown = org.assertj.core.api.Assertions.catchThrowable(work);
        return thrown == null ? new AssertionError("nothing was thrown") : thrown;
    }
}
