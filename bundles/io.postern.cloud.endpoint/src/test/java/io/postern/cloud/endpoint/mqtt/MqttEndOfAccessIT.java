// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.hub.IfMatch;
import io.postern.testkit.Await;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is put out, and when, seen through Paho over TLS. */
@Timeout(60)
class MqttEndOfAccessIT extends WithOneMeter {
    @Test
    void theNewestConnectionWins() throws Exception {
        try (MqttClient first = connect("meter-1", server.token(meter));
                MqttClient second = connect("meter-1", server.token(meter))) {
            awaitLost(first);

            second.publish("devices/meter-1/messages/events/", bytes("still here"), 1, false);
            assertThat(server.hub.connectedCount()).isEqualTo(1);
            second.disconnect();
        }
    }

    @Test
    @Tag("HUB-05")
    void theSessionEndsWithItsToken() throws Exception {
        try (MqttClient client = connect("meter-1", server.token(meter))) {
            clock.advance(Duration.ofHours(1));

            awaitLost(client);
            assertThat(server.hub.connectedCount()).isZero();
        }
        connect("meter-1", server.token(meter)).disconnect();
    }

    @Test
    @Tag("ISS-12")
    @Tag("HUB-10")
    void aDeletedDeviceIsCutAndStaysOut() throws Exception {
        String token = server.token(meter);
        try (MqttClient client = connect("meter-1", token)) {
            server.hub.identities().delete(meter.deviceId(), IfMatch.ANY);

            awaitLost(client);
        }
        assertThatThrownBy(() -> connect("meter-1", token))
                .isInstanceOfSatisfying(MqttException.class, refusal -> assertThat(refusal.getReasonCode())
                        .isEqualTo(5)); // not authorized
        assertThat(server.hub.events().last()).isZero();
    }

    private MqttClient connect(String device, String token) throws Exception {
        return server.paho(device, server.userName(device), token);
    }

    private static void awaitLost(MqttClient client) {
        Await.until(Duration.ofSeconds(20), "the connection to be cut", () -> !client.isConnected());
        assertThatThrownBy(() -> client.publish("devices/meter-1/messages/events/", bytes("late"), 1, false))
                .isInstanceOf(MqttException.class);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
