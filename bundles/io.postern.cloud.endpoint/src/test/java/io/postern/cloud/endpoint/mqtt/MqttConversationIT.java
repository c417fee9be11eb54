// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.HubEvent;
import io.postern.cloud.hub.IfMatch;
import io.postern.testkit.Await;
import io.postern.testkit.MovableClock;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an admitted device may say and hear, octet by octet. */
@Timeout(60)
class MqttConversationIT {
    @TempDir
    Path directory;

    private TestHub server;
    private DeviceIdentity meter;

    @BeforeEach
    void open() throws Exception {
        server = new TestHub(directory, MovableClock.at("2026-03-01T08:00:00Z"), 0, Duration.ofMillis(400));
        meter = server.device("meter-1");
    }

    @AfterEach
    void close() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "devices/meter-2/messages/events/",
                "devices/METER-1/messages/events/",
                "devices/meter-1/messages/devicebound/",
                "devices/meter-1/files/x",
                "$iothub/twin/PATCH/properties/desired/?$rid=1",
                "$iothub/unknown",
                "sensors/temperature"
            })
    @Tag("HUB-30")
    @Tag("ISS-11")
    void publishingAnywhereButToItsOwnEndpointsEndsTheConnection(String topic) throws Exception {
        server.device("meter-2");
        try (RawClient client = admitted()) {
            client.publish(topic, 1, 1, new byte[] {1});

            assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);
            assertThat(server.hub.events().last()).isZero();
        }
    }

    @Test
    void publishingAtQosTwoEndsTheConnection() throws Exception {
        try (RawClient client = admitted()) {
            client.publish("devices/meter-1/messages/events/", 2, 1, new byte[] {1});

            assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);
            assertThat(server.hub.events().last()).isZero();
        }
    }

    @Test
    void subscriptionsAreGrantedUpToQosOneAndForeignOnesRefused() throws Exception {
        try (RawClient client = admitted()) {
            client.send(subscribe(
                    1,
                    "devices/meter-1/messages/devicebound/#",
                    "$iothub/twin/res/#",
                    "$iothub/twin/PATCH/properties/desired/#",
                    "$iothub/methods/POST/#",
                    "devices/meter-2/messages/devicebound/#",
                    "devices/+/messages/devicebound/#",
                    "#"));

            assertThat(client.read(11)).hasToString("90090001" + "01010101" + "808080");
        }
    }

    @Test
    void theTwinIsReadReportedAndItsChangesArePushed() throws Exception {
        try (RawClient client = admitted()) {
            client.send(subscribe(1, "$iothub/twin/res/#", "$iothub/twin/PATCH/properties/desired/#"));
            client.read(6);

            client.publish("$iothub/twin/GET/?$rid=a1", 0, 0, new byte[0]);
            expect(
                    client,
                    "$iothub/twin/res/200/?$rid=a1",
                    "{\"desired\":{\"$version\":1},\"reported\":{\"$version\":1}}");

            client.publish("$iothub/twin/PATCH/properties/reported/?$rid=a2", 1, 9, utf8("{\"fw\":\"1.2\"}"));
            assertThat(client.read(4)).hasToString("40020009");
            expect(client, "$iothub/twin/res/204/?$rid=a2&$version=2", "");

            server.hub
                    .twins()
                    .patch(
                            meter.deviceId(),
                            Optional.empty(),
                            Optional.of(Json.parseObject("{\"rate\":5}")),
                            IfMatch.ANY);
            expect(client, "$iothub/twin/PATCH/properties/desired/?$version=2", "{\"rate\":5,\"$version\":2}");
        }
    }

    @Test
    void aBadReportIsRefusedWithAnErrorAndTheConnectionStays() throws Exception {
        try (RawClient client = admitted()) {
            client.send(subscribe(1, "$iothub/twin/res/#"));
            client.read(5);

            client.publish("$iothub/twin/PATCH/properties/reported/?$rid=1", 0, 0, utf8("{\"a\":"));
            assertThat(message(client))
                    .contains("res/400/?$rid=1")
                    .contains("400004")
                    .contains("not JSON");
            client.publish("$iothub/twin/PATCH/properties/reported/?$rid=2", 0, 0, utf8("{\"a.b\":1}"));
            assertThat(message(client)).contains("res/400/?$rid=2").contains("a.b");
            client.publish("$iothub/twin/PATCH/properties/reported/?$rid=3&$version=7", 0, 0, utf8("{\"a\":1}"));
            assertThat(message(client)).contains("res/412/?$rid=3");
            client.send("c000");
            assertThat(client.read(2)).hasToString("d000");
        }
    }

    @Test
    void nobodyIsToldWhatHeDidNotAskFor() throws Exception {
        try (RawClient client = admitted()) {
            client.publish("$iothub/twin/GET/?$rid=a1", 1, 5, new byte[0]);
            server.hub
                    .twins()
                    .patch(
                            meter.deviceId(),
                            Optional.empty(),
                            Optional.of(Json.parseObject("{\"rate\":5}")),
                            IfMatch.ANY);
            client.send("c000");

            assertThat(client.read(6)).hasToString("40020005" + "d000");
        }
    }

    @Test
    void retainBecomesAPropertyAndNothingIsRetained() throws Exception {
        try (RawClient client = admitted()) {
            byte[] publish = RawClient.packet(
                    0x33,
                    Bytes.concat(
                                    Bytes.hex("0025"),
                                    Bytes.utf8("devices/meter-1/messages/events/a=1&b"),
                                    Bytes.hex("000178"))
                            .toArray());
            client.send(publish);
            client.read(4);

            assertThat(server.events(1).getFirst().properties().entries())
                    .containsEntry("mqtt-retain", "true")
                    .containsEntry("a", "1")
                    .containsEntry("b", "");
        }
    }

    @Test
    void theWillSpeaksWhenTheLinkBreaksAndNotAfterAFarewell() throws Exception {
        try (RawClient polite = willing("polite")) {
            polite.send("e000");
            polite.readAll();
        }
        try (RawClient broken = willing("broken")) {
            broken.socket.close();
        }

        HubEvent will = server.events(1).getFirst();
        assertThat(will.body().toUtf8()).isEqualTo("broken");
        assertThat(will.properties().entries())
                .containsExactlyEntriesOf(new java.util.TreeMap<>(java.util.Map.of("iothub-MessageType", "Will")));
        assertThat(server.hub.events().last()).isEqualTo(1);
    }

    @Test
    void aWillForAnotherIsRefused() throws Exception {
        try (RawClient client = new RawClient(server)) {
            client.send(connectWithWill("devices/meter-2/messages/events/", "x"));

            assertThat(client.readAll()).hasToString("20020005");
        }
    }

    @Test
    void aFloodIsStoredInOrderThoughTheClientNeverReads() throws Exception {
        int count = 2_000;
        int largest = 8_000; // 16 MB in all, sixteen windows
        try (RawClient client = admitted()) {
            Thread flood = Thread.ofVirtual().start(() -> {
                for (int i = 1; i <= count; i++) {
                    byte[] body = java.util.Arrays.copyOf(utf8(i + " "), largest);
                    try {
                        client.publish("devices/meter-1/messages/events/", 1, i, body);
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                }
            });
            for (int i = 1; i <= count; i++) {
                assertThat(client.read(4)).isEqualTo(Bytes.of((byte) 0x40, (byte) 2, (byte) (i >> 8), (byte) i));
            }
            flood.join();
        }
        assertThat(server.hub.events().last()).isEqualTo(count);
        List<String> firsts = server.hub.events().read(count - 9, 10).stream()
                .map(e -> e.body().toUtf8().replaceAll("(?s) .*", ""))
                .toList();
        assertThat(firsts)
                .containsExactlyElementsOf(IntStream.rangeClosed(count - 9, count)
                        .mapToObj(Integer::toString)
                        .toList());
    }

    @Test
    void theLargestMessagePassesAndALargerOneEndsTheConnectionUnacknowledged() throws Exception {
        try (RawClient client = admitted()) {
            client.publish("devices/meter-1/messages/events/", 1, 1, new byte[256 * 1024]);
            assertThat(client.read(4)).hasToString("40020001");
            client.publish("devices/meter-1/messages/events/", 1, 2, new byte[256 * 1024 + 1]);
            assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);
        }
        try (RawClient client = admitted()) {
            client.send("30ffffff7f"); // announces 256 MB
            assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);
        }
        assertThat(server.hub.events().last()).isEqualTo(1);
    }

    @Test
    void whatCameBeforeABreachIsStoredAndAcknowledged() throws Exception {
        try (RawClient client = admitted()) {
            var together = new ByteArrayOutputStream();
            together.writeBytes(publishPacket("devices/meter-1/messages/events/", 1));
            together.writeBytes(publishPacket("devices/meter-2/messages/events/", 2));
            together.writeBytes(publishPacket("devices/meter-1/messages/events/", 3));
            client.send(together.toByteArray());

            assertThat(client.readAll()).hasToString("40020001");
        }
        assertThat(server.hub.events().last()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c000", // PINGREQ before CONNECT
                "474554202f20485454502f312e310d0a0d0a", // GET / HTTP/1.1
                "10ffffff7f", // a CONNECT that announces 256 MB
                "00000000",
                "100c00044d515454040300000000" // reserved connect flag
            })
    void garbageBeforeConnectEndsTheConnection(String hex) throws Exception {
        try (RawClient client = new RawClient(server)) {
            client.send(hex);

            assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"100d00044d5154540502003c000000", "100e00064d5149736470030200000000"})
    void otherProtocolVersionsAreRefusedByName(String connect) throws Exception {
        try (RawClient client = new RawClient(server)) {
            client.send(connect);

            assertThat(client.readAll()).hasToString("20020001");
        }
    }

    @Test
    void aSecondConnectEndsTheConnection() throws Exception {
        try (RawClient client = admitted()) {
            client.connect("meter-1", server.userName("meter-1"), server.token(meter), 60);

            assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);
        }
    }

    @Test
    void aSocketThatSaysNothingOrDripsIsClosedSoon() throws Exception {
        try (RawClient silent = new RawClient(server);
                RawClient dripping = new RawClient(server)) {
            dripping.send("10");
            long start = System.nanoTime();

            assertThat(silent.readAll()).isEqualTo(Bytes.EMPTY);
            assertThat(dripping.readAll()).isEqualTo(Bytes.EMPTY);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        }
    }

    @Test
    void aDeviceThatBreaksItsKeepAliveIsTakenForGone() throws Exception {
        try (RawClient client = new RawClient(server)) {
            client.connect("meter-1", server.userName("meter-1"), server.token(meter), 1);
            assertThat(client.read(4)).hasToString("20020000");
            long start = System.nanoTime();

            assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);

            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(1400), Duration.ofSeconds(10));
            Await.until(Duration.ofSeconds(10), "the session to end", () -> server.hub.connectedCount() == 0);
        }
    }

    @Test
    void closingTheListenerEndsEveryConversationInOrder() throws Exception {
        try (RawClient client = admitted()) {
            server.closeListener();

            assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);
            assertThat(server.hub.connectedCount()).isZero();
        }
    }

    private RawClient admitted() throws IOException, GeneralSecurityException {
        RawClient client = new RawClient(server);
        client.connect("meter-1", server.userName("meter-1"), server.token(meter), 60);
        assertThat(client.read(4)).hasToString("20020000");
        return client;
    }

    private RawClient willing(String lastWords) throws IOException, GeneralSecurityException {
        RawClient client = new RawClient(server);
        client.send(connectWithWill("devices/meter-1/messages/events/", lastWords));
        assertThat(client.read(4)).hasToString("20020000");
        return client;
    }

    private byte[] connectWithWill(String topic, String lastWords) {
        Bytes body = Bytes.concat(
                Bytes.hex("00044d51545404cc003c"), // user name, password, will at QoS 1
                field("meter-1"),
                field(topic),
                field(lastWords),
                field(server.userName("meter-1")),
                field(server.token(meter)));
        return RawClient.packet(0x10, body.toArray());
    }

    private static byte[] subscribe(int id, String... filters) {
        Bytes body = Bytes.of((byte) 0, (byte) id);
        for (String filter : filters) {
            body = Bytes.concat(body, field(filter), Bytes.of((byte) 2));
        }
        return RawClient.packet(0x82, body.toArray());
    }

    private static byte[] publishPacket(String topic, int id) {
        return RawClient.packet(
                0x32, Bytes.concat(field(topic), Bytes.of((byte) 0, (byte) id)).toArray());
    }

    private static Bytes field(String text) {
        Bytes encoded = Bytes.utf8(text);
        return Bytes.concat(Bytes.of((byte) (encoded.length() >> 8), (byte) encoded.length()), encoded);
    }

    private static void expect(RawClient client, String topic, String body) throws IOException {
        assertThat(message(client)).isEqualTo(topic + " " + body);
    }

    /** The next packet, which must be a PUBLISH at QoS 0: topic and body. */
    private static String message(RawClient client) throws IOException {
        assertThat(client.read(1)).hasToString("30");
        int length = 0;
        int octet;
        int shift = 0;
        do {
            octet = client.read(1).at(0);
            length |= (octet & 127) << shift;
            shift += 7;
        } while (octet > 127);
        Bytes packet = client.read(length);
        int topic = (packet.at(0) << 8) + packet.at(1) + 2;
        return packet.slice(2, topic).toUtf8() + " "
                + packet.slice(topic, packet.length()).toUtf8();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
