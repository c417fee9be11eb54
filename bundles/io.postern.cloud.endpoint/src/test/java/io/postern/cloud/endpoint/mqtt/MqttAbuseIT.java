// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.DeviceIdentity;
import io.postern.testkit.Await;
import io.postern.testkit.CapturedLog;
import io.postern.testkit.MovableClock;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.hub.HubTopic;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a device that was let in may not do to the hub: flood it, leave it unread, send it what nobody can hold. */
@Timeout(60)
class MqttAbuseIT {
    @TempDir
    static Path directory;

    private static TestHub server;
    private static DeviceIdentity meter;

    @BeforeAll
    static void open() throws Exception {
        server = new TestHub(directory, MovableClock.at("2026-03-01T08:00:00Z"), 0, Duration.ofSeconds(5));
        meter = server.device("meter-1");
    }

    @AfterAll
    static void close() {
        server.close();
    }

    @ParameterizedTest
    @EnumSource(RawClient.Way.class)
    void aClientThatNeverReadsIsCutAndOthersAreServedMeanwhile(RawClient.Way way) throws Exception {
        DeviceIdentity deaf = server.device("deaf-" + way);
        server.hub.twins().report(deaf.deviceId(), Json.parseObject("{" + members(30) + "}"), OptionalLong.empty());
        int connected = server.hub.connectedCount();
        try (CapturedLog log = CapturedLog.start();
                RawClient client = RawClient.admitted(server, way, deaf)) {
            assertThat(client.subscribe(HubTopic.TWIN_REPLIES)).isEqualTo(1);
            Thread asking = Thread.ofVirtual().start(() -> askForEver(client)); // 30 KB of answer each, never read
            try (RawClient other = RawClient.admitted(server, meter)) {
                assertThat(other.isQuiet()).isTrue();
            }
            assertThat(log.await("MQTT connection ended", "deviceId=" + deaf.deviceId()))
                    .contains("cannot write to it: not done within " + TestHub.READING.toMillis() + " ms");
            Await.until(Duration.ofSeconds(20), "its end", () -> server.hub.connectedCount() <= connected);
            asking.join();
        }
    }

    @Test
    void whoeverSubscribesToEverythingIsCutAfterAWhile() throws Exception {
        try (CapturedLog log = CapturedLog.start();
                RawClient client = RawClient.admitted(server, meter)) {
            for (int i = 0; i < 64; i++) {
                assertThat(client.subscribe("$SYS/" + i)).isEqualTo(0x80);
            }
            client.subscribe("one/more");
            assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);
            log.await("MQTT connection ended", "breach: more than 64 subscriptions to what is not offered");
        }
    }

    @Test
    void onePacketHoldsSoManyFiltersAndNoMore() throws Exception {
        try (CapturedLog log = CapturedLog.start();
                RawClient client = RawClient.admitted(server, meter)) {
            var body = new ByteArrayOutputStream();
            body.writeBytes(new byte[] {0, 1});
            for (int i = 0; i < 65; i++) {
                body.writeBytes(Bytes.hex("00016101").toArray());
            }
            client.send(RawClient.packet(0x82, body.toByteArray()));

            assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);
            log.await("MQTT connection ended", "more than 64 topic filters in one packet");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a=1&a=2   | a property has no name or stands twice
            %61=1&a=2 | a property has no name or stands twice
            =x        | a property has no name or stands twice
            a=1&&b=2  | a property has no name or stands twice
            a=%zz     | Illegal hex characters
            a=%2      | Incomplete trailing escape
            """)
    void aMalformedPropertyBagEndsTheConnection(String bag, String reason) throws Exception {
        long before = server.hub.events().last();
        try (CapturedLog log = CapturedLog.start();
                RawClient client = RawClient.admitted(server, meter)) {
            client.publish("devices/meter-1/messages/events/" + bag, 1, 1, new byte[0]);

            assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);
            log.await("MQTT connection ended", "breach: ", reason);
            assertThat(server.hub.events().last()).isEqualTo(before);
        }
    }

    @Test
    void moreThanSixtyFourPropertiesEndTheConnection() throws Exception {
        try (RawClient client = RawClient.admitted(server, meter)) {
            var bag = new StringBuilder("p=0");
            for (int i = 1; i < 65; i++) {
                bag.append("&p").append(i);
            }
            client.publish("devices/meter-1/messages/events/" + bag, 1, 1, new byte[0]);

            assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "82060000 000161 01", // SUBSCRIBE 0
                "a2050000 000161", // UNSUBSCRIBE 0
                "40020000", // PUBACK 0
                "3205000161 0000", // PUBLISH 0 at QoS 1
                "38 03 000161", // once more at QoS 0
                "50020001", // PUBREC: QoS 2 is not offered
                "6202 0001", // PUBREL
                "80060001 000161 01", // SUBSCRIBE without its flag
                "820500010001 61", // a filter without its QoS
                "82020001", // no filter at all
                "8206 0001 000161 03"
            })
    void misusedPacketIdsAndFlagsEndTheConnection(String hex) throws Exception {
        try (RawClient client = RawClient.admitted(server, meter)) {
            assertThat(client.send(hex).readAll()).isEqualTo(Bytes.EMPTY);
        }
    }

    @Test
    void anIdThatIsUsedTwiceIsAcknowledgedTwice() throws Exception {
        try (RawClient client = RawClient.admitted(server, meter)) {
            client.publish("devices/meter-1/messages/events/", 1, 7, new byte[] {'a'});
            client.publish("devices/meter-1/messages/events/", 1, 7, new byte[] {'b'});

            assertThat(client.read(8)).hasToString("4002000740020007");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 5_000, 40_000})
    void aTwinThatIsTooDeepIsRefusedWithItsCode(int depth) throws Exception {
        assertRefused("{\"a\":".repeat(depth) + "1" + "}".repeat(depth));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "1", "", "{\"a\":", "{\"a b\":1}", "{\"$x\":1}", "nonsense"})
    void whatIsNoTwinIsRefusedWithItsCode(String document) throws Exception {
        assertRefused(document);
    }

    @Test
    void aTwinThatIsTooLargeIsRefusedWithItsCode() throws Exception {
        assertRefused("{" + members(33) + "}");
    }

    private static void assertRefused(String document) throws Exception {
        try (RawClient client = RawClient.admitted(server, meter)) {
            client.subscribe(HubTopic.TWIN_REPLIES);
            client.publish(
                    HubTopic.twinReportTopic("r"), 0, 0, Bytes.utf8(document).toArray());

            RawClient.Message answer = client.message();
            assertThat(answer.topic()).matches("\\$iothub/twin/res/4(00|13)/\\?\\$rid=r");
            assertThat(Json.parseObject(answer.payload())).containsKey("errorCode");
            assertThat(client.isQuiet()).isTrue();
        }
    }

    /** So many members of about 1 KB each. */
    private static String members(int count) {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : ",").append("\"m").append(i).append("\":\"");
            text.append("x".repeat(1_015)).append('"');
        }
        return text.toString();
    }

    private static void askForEver(RawClient client) {
        try {
            while (true) {
                client.publish(HubTopic.twinGetTopic("r"), 0, 0, new byte[0]);
            }
        } catch (IOException _) {
            // cut
        }
    }
}
