// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an admitted device may publish, octet by octet, and what becomes of it. */
@Timeout(60)
class MqttTelemetryIT extends WithOneMeter {
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
        try (RawClient client = RawClient.admitted(server, meter)) {
            client.publish(topic, 1, 1, new byte[] {1});

            assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);
            assertThat(server.hub.events().last()).isZero();
        }
    }

    @Test
    void publishingAtQosTwoEndsTheConnection() throws Exception {
        try (RawClient client = RawClient.admitted(server, meter)) {
            client.publish("devices/meter-1/messages/events/", 2, 1, new byte[] {1});

            assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);
            assertThat(server.hub.events().last()).isZero();
        }
    }

    @Test
    void retainBecomesAPropertyAndNothingIsRetained() throws Exception {
        try (RawClient client = RawClient.admitted(server, meter)) {
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
    void moreThanTheWindowHoldsIsStoredAndAcknowledgedInOrder() throws Exception {
        int count = 2_000;
        int largest = 8_000; // 16 MB in all, sixteen windows
        try (RawClient client = RawClient.admitted(server, meter)) {
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
        try (RawClient client = RawClient.admitted(server, meter)) {
            client.publish("devices/meter-1/messages/events/", 1, 1, new byte[256 * 1024]);
            assertThat(client.read(4)).hasToString("40020001");
            client.publish("devices/meter-1/messages/events/", 1, 2, new byte[256 * 1024 + 1]);
            assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);
        }
        try (RawClient client = RawClient.admitted(server, meter)) {
            client.send("30ffffff7f"); // announces 256 MB
            assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);
        }
        assertThat(server.hub.events().last()).isEqualTo(1);
    }

    @Test
    void whatCameBeforeABreachIsStoredAndAcknowledged() throws Exception {
        try (RawClient client = RawClient.admitted(server, meter)) {
            var together = new ByteArrayOutputStream();
            together.writeBytes(publishPacket("devices/meter-1/messages/events/", 1));
            together.writeBytes(publishPacket("devices/meter-2/messages/events/", 2));
            together.writeBytes(publishPacket("devices/meter-1/messages/events/", 3));
            client.send(together.toByteArray());

            assertThat(client.readAll()).hasToString("40020001");
        }
        assertThat(server.hub.events().last()).isEqualTo(1);
    }

    private static byte[] publishPacket(String topic, int id) {
        return RawClient.packet(
                0x32,
                Bytes.concat(RawClient.field(topic), Bytes.of((byte) 0, (byte) id))
                        .toArray());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
