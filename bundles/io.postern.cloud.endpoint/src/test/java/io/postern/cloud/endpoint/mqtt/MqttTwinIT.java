// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.IfMatch;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Subscriptions and the twin, octet by octet. */
@Timeout(60)
class MqttTwinIT extends WithOneMeter {
    @Test
    void subscriptionsAreGrantedUpToQosOneAndForeignOnesRefused() throws Exception {
        try (RawClient client = RawClient.admitted(server, meter)) {
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
        try (RawClient client = RawClient.admitted(server, meter)) {
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
        try (RawClient client = RawClient.admitted(server, meter)) {
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
        try (RawClient client = RawClient.admitted(server, meter)) {
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

    private static byte[] subscribe(int id, String... filters) {
        Bytes body = Bytes.of((byte) 0, (byte) id);
        for (String filter : filters) {
            body = Bytes.concat(body, RawClient.field(filter), Bytes.of((byte) 2));
        }
        return RawClient.packet(0x82, body.toArray());
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
