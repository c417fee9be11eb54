// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.endpoint.RawWebSocket;
import io.postern.cloud.endpoint.mqtt.RawClient.Way;
import io.postern.cloud.hub.HubEvent;
import io.postern.testkit.Await;
import io.postern.wire.Bytes;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How connections begin and end, octet by octet: CONNECT, will, silence, farewell. */
@Timeout(60)
class MqttConnectionIT extends WithOneMeter {
    MqttConnectionIT() {
        super(Duration.ofMillis(400));
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
    void theWillSpeaksWhenANewerConnectionTakesOver() throws Exception {
        try (RawClient older = willing("displaced");
                RawClient newer = RawClient.admitted(server, meter)) {
            assertThat(older.readAll()).isEqualTo(Bytes.EMPTY);

            assertThat(server.events(1).getFirst().body().toUtf8()).isEqualTo("displaced");
            assertThat(newer.isQuiet()).isTrue();
        }
    }

    @Test
    void theWillOfADeviceThatMaySpeakNoMoreIsNotHeard() throws Exception {
        try (RawClient client = willing("too late")) {
            server.hub.identities().delete(meter.deviceId(), io.postern.cloud.hub.IfMatch.ANY);

            assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);
        }
        server.closeListener(); // waits for what is being stored
        assertThat(server.hub.events().last()).isZero();
    }

    @Test
    void aWillForAnotherIsRefused() throws Exception {
        try (RawClient client = new RawClient(server)) {
            client.send(connectWithWill("devices/meter-2/messages/events/", "x"));

            assertThat(client.readAll()).hasToString("20020005");
        }
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
        try (RawClient client = RawClient.admitted(server, meter)) {
            client.connect("meter-1", server.userName("meter-1"), server.token(meter), 60);

            assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aConnectionThatSaysNothingOrDripsIsClosedSoon(Way way) throws Exception {
        try (RawClient silent = new RawClient(server, way, server.tls());
                RawClient dripping = new RawClient(server, way, server.tls())) {
            dripping.send("10");
            long start = System.nanoTime();

            assertThat(silent.readAll()).isEqualTo(Bytes.EMPTY);
            assertThat(dripping.readAll()).isEqualTo(Bytes.EMPTY);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        }
    }

    @Test
    void aWebSocketThatLeavesAMessageHalfSentIsClosedSoon() throws Exception {
        try (Socket socket =
                server.tls().getSocketFactory().createSocket(TestHub.NAMES.hubHost(), server.httpsPort())) {
            socket.setSoTimeout(20_000);
            RawWebSocket half = RawWebSocket.open(socket, "/mqtt", "mqtt");
            half.announce(RawWebSocket.BINARY, true, 100_000);

            assertThat(half.content().readAllBytes()).isEmpty();
        }
    }

    @Test
    void aDeviceThatBreaksItsKeepAliveIsTakenForGone() throws Exception {
        try (RawClient client = new RawClient(server)) {
            long start = System.nanoTime(); // before the server begins to count, however late we hear of it
            client.connect("meter-1", server.userName("meter-1"), server.token(meter), 1);
            assertThat(client.read(4)).hasToString("20020000");

            assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);

            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(1400), Duration.ofSeconds(10));
            Await.until(Duration.ofSeconds(10), "the session to end", () -> server.hub.connectedCount() == 0);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 1767", "1, 1.5", "230, 345", "1177, 1765.5", "1178, 1767", "65535, 1767"})
    void aDeviceMayBeSilentForOneAndAHalfTimesItsKeepAliveWithinTheCap(int keepAlive, double seconds) {
        assertThat(MqttSocket.silenceAllowed(keepAlive)).isEqualTo(Duration.ofMillis((long) (seconds * 1000)));
    }

    @Test
    void noSessionIsEverSaidToBePresent() throws Exception {
        for (int i = 0; i < 2; i++) {
            try (RawClient client = new RawClient(server)) { // asks to keep its session
                client.connect("meter-1", server.userName("meter-1"), server.token(meter), 60);
                assertThat(client.read(4)).hasToString("20020000");
                client.subscribe("devices/meter-1/messages/devicebound/#");
            }
        }
    }

    @Test
    void closingTheListenerEndsEveryConversationInOrder() throws Exception {
        try (RawClient client = RawClient.admitted(server, meter)) {
            server.closeListener();

            assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);
            assertThat(server.hub.connectedCount()).isZero();
        }
    }

    @Test
    void nobodyGetsInWithoutAToken() throws Exception {
        try (RawClient client = new RawClient(server)) {
            client.send("100c00044d515454040200000000"); // CONNECT without user name and password
            assertThat(client.readAll()).hasToString("20020004");
        }
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
                RawClient.field("meter-1"),
                RawClient.field(topic),
                RawClient.field(lastWords),
                RawClient.field(server.userName("meter-1")),
                RawClient.field(server.token(meter)));
        return RawClient.packet(0x10, body.toArray());
    }
}
