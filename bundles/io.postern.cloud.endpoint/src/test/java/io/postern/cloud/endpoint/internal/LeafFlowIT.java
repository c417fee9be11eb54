// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.testkit.Await;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.LeafTokenAnswer;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole way of a leaf over both listeners, with nothing in hand but the connection file: the operator makes gateway
 * and leaf and assigns one to the other, the gateway proves itself and gets a token, the leaf speaks with it.
 */
class LeafFlowIT {
    private static final HubName HUB = CloudSite.NAMES.hub();
    private static final DeviceId GATEWAY = DeviceId.of("gw-1");
    private static final DeviceId LEAF = DeviceId.of("meter-1");

    @TempDir
    Path directory;

    private CloudSite site;
    private CloudSite.Client operator;

    @BeforeEach
    void open() throws Exception {
        site = new CloudSite(directory);
        site.start(0, 0);
        operator = site.client();
    }

    @AfterEach
    void close() {
        operator.close();
        site.close();
    }

    @Test
    @Tag("SYS-09")
    @Tag("HUB-17")
    @Tag("HUB-18")
    void aLeafSpeaksUnderItsOwnNameWithATokenItsGatewayGot() throws Exception {
        Secret gatewayKey = create(GATEWAY);
        create(LEAF);
        assertThat(operator.send("PUT", CloudSite.NAMES.tokenHost(), "/leaves/meter-1", "{\"gateway\":\"gw-1\"}")
                        .statusCode())
                .isEqualTo(200);

        JsonObject granted = token(gatewayKey);
        try (MqttClient leaf = connect(granted.getString("token"))) {
            leaf.publish(
                    "devices/meter-1/messages/events/%24.ct=application%2Fjson&seq=1", utf8("{\"kW\":1.5}"), 1, false);

            JsonObject event = operator.firstEvent();
            assertThat(event.getString("deviceId")).isEqualTo("meter-1");
            assertThat(event.getString("policy")).isEqualTo("tokenservice");
            assertThat(event.getJsonObject("authMethod").getString("scope")).isEqualTo("hub");
            assertThat(event.get("body")).isEqualTo(Json.parse("{\"kW\":1.5}"));

            disable(LEAF);
            Await.until(Duration.ofSeconds(10), "the disabled leaf to be cut off", () -> !leaf.isConnected());
        }
        assertThat(operator.send(
                                "POST",
                                CloudSite.NAMES.tokenHost(),
                                "/leaves/meter-1/token",
                                "",
                                gatewayToken(gatewayKey))
                        .statusCode())
                .isEqualTo(403);
        assertThatThrownBy(() -> connect(granted.getString("token")).close()).isInstanceOf(MqttException.class);
    }

    @Test
    @Tag("ISS-07")
    void theAnswerSaysWhereTheHubIsAndWhatTheTokenOpensBothWaysAndNothingElse() throws Exception {
        Secret gatewayKey = create(GATEWAY);
        create(LEAF);
        create(DeviceId.of("meter-2"));
        operator.send("PUT", CloudSite.NAMES.tokenHost(), "/leaves/meter-1", "{\"gateway\":\"gw-1\"}");
        LeafTokenAnswer answer = LeafTokenAnswer.parse(token(gatewayKey).toString(), LEAF);

        assertThat(answer.scope()).isEqualTo(ResourceUri.device(HUB, LEAF));
        assertThat(answer.endpoints())
                .containsExactly(
                        new LeafTokenAnswer.Endpoint(
                                "mqtt", HUB.text(), site.endpoint().mqttPort()),
                        new LeafTokenAnswer.Endpoint(
                                "mqtt-ws", HUB.text(), site.endpoint().httpsPort()),
                        new LeafTokenAnswer.Endpoint(
                                "amqp", HUB.text(), site.endpoint().amqpPort()),
                        new LeafTokenAnswer.Endpoint(
                                "amqp-ws", HUB.text(), site.endpoint().httpsPort()),
                        new LeafTokenAnswer.Endpoint(
                                "https", HUB.text(), site.endpoint().httpsPort()));
        assertThat(token(gatewayKey).getJsonObject("entities"))
                .isEqualTo(Json.parse("{\"send\":\"/devices/meter-1/messages/events\","
                        + "\"receive\":\"/devices/meter-1/messages/devicebound\",\"twin\":\"/devices/meter-1/twin\","
                        + "\"methods\":\"/devices/meter-1/methods/devicebound\"}"));
        String credential = answer.token().text().revealUtf8();
        assertThat(asDevice("POST", "/devices/meter-1/messages/events", credential))
                .isEqualTo(204);
        assertThat(asDevice("GET", "/devices/meter-1/messages/devicebound", credential))
                .isEqualTo(204);
        assertThat(asDevice("POST", "/devices/meter-2/messages/events", credential))
                .isEqualTo(401);
        assertThat(asDevice("GET", "/devices/meter-2/messages/devicebound", credential))
                .isEqualTo(401);
    }

    private int asDevice(String method, String path, String credential) throws Exception {
        return operator.send(method, HUB.text(), path + "?api-version=2021-04-12", "", "Authorization", credential)
                .statusCode();
    }

    @Test
    @Tag("SYS-09")
    void oneLeafOfTenIsRevokedWhileAllSpeakAndTheOthersGoOn() throws Exception {
        Secret gatewayKey = create(GATEWAY);
        Map<DeviceId, MqttClient> leaves = new LinkedHashMap<>();
        String last = "";
        try {
            for (int number = 1; number <= 10; number++) {
                DeviceId leaf = DeviceId.of("meter-" + number);
                create(leaf);
                operator.send("PUT", CloudSite.NAMES.tokenHost(), "/leaves/" + leaf, "{\"gateway\":\"gw-1\"}");
                last = token(leaf, gatewayKey).getString("token");
                leaves.put(leaf, connect(leaf, last));
                publish(leaves.get(leaf), leaf);
            }
            DeviceId revoked = DeviceId.of("meter-10");
            JsonObject outcome = Json.parseObject(operator.send(
                            "POST",
                            CloudSite.NAMES.tokenHost(),
                            "/leaves/meter-10/revoke",
                            "{\"reason\":\"seen elsewhere\"}")
                    .body());
            assertThat(outcome.getBoolean("hubTold")).isTrue();
            assertThat(site.hub().connectedCount())
                    .as("when the operator is answered")
                    .isEqualTo(9);
            MqttClient cut = leaves.remove(revoked);
            Await.until(Duration.ofSeconds(20), "the revoked leaf to be cut off", () -> !cut.isConnected());
            cut.close();
            String replayed = last;
            assertThatThrownBy(() -> connect(revoked, replayed).close()).isInstanceOf(MqttException.class);

            for (var each : leaves.entrySet()) {
                publish(each.getValue(), each.getKey());
                assertThat(each.getValue().isConnected()).isTrue();
            }
            assertThat(site.hub().events().last()).isEqualTo(19);

            operator.send("POST", CloudSite.NAMES.tokenHost(), "/leaves/meter-10/grant", "");
            leaves.put(revoked, connect(revoked, token(revoked, gatewayKey).getString("token")));
            assertThat(site.hub().connectedCount()).isEqualTo(10);
        } finally {
            for (MqttClient client : leaves.values()) {
                client.disconnectForcibly(0, 0, false);
                client.close();
            }
        }
    }

    private static void publish(MqttClient client, DeviceId leaf) throws MqttException {
        client.publish("devices/" + leaf + "/messages/events/", utf8("{}"), 1, false);
    }

    private Secret create(DeviceId device) throws Exception {
        var answer = operator.send(
                "PUT", CloudSite.NAMES.hubHost(), "/devices/" + device, "{\"deviceId\":\"" + device + "\"}");
        assertThat(answer.statusCode()).isEqualTo(200);
        return Secret.base64(Json.parseObject(answer.body())
                .getJsonObject("authentication")
                .getJsonObject("symmetricKey")
                .getString("primaryKey"));
    }

    private void disable(DeviceId device) throws Exception {
        String body = "{\"deviceId\":\"" + device + "\",\"status\":\"disabled\"}";
        assertThat(operator.send("PUT", CloudSite.NAMES.hubHost(), "/devices/" + device, body, "If-Match", "*")
                        .statusCode())
                .isEqualTo(200);
    }

    private JsonObject token(Secret gatewayKey) throws Exception {
        return token(LEAF, gatewayKey);
    }

    private JsonObject token(DeviceId leaf, Secret gatewayKey) throws Exception {
        var answer = operator.send(
                "POST", CloudSite.NAMES.tokenHost(), "/leaves/" + leaf + "/token", "", gatewayToken(gatewayKey));
        assertThat(answer.statusCode()).isEqualTo(200);
        return Json.parseObject(answer.body());
    }

    private static String[] gatewayToken(Secret key) {
        Instant soon = Instant.now().plusSeconds(600);
        SasToken token = SasToken.sign(ResourceUri.device(HUB, GATEWAY), soon, Optional.empty(), key::hmacSha256);
        return new String[] {"Authorization", token.text().revealUtf8()};
    }

    private MqttClient connect(String token) throws Exception {
        return connect(LEAF, token);
    }

    private MqttClient connect(DeviceId leaf, String token) throws Exception {
        var client =
                new MqttClient("ssl://" + HUB + ":" + site.endpoint().mqttPort(), leaf.text(), new MemoryPersistence());
        var options = new MqttConnectOptions();
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        options.setUserName(HUB + "/" + leaf + "/?api-version=2021-04-12");
        options.setPassword(token.toCharArray());
        options.setSocketFactory(operator.tls().getSocketFactory());
        options.setConnectionTimeout(20);
        client.connect(options);
        return client;
    }

    private static byte[] utf8(String text) {
        return Bytes.utf8(text).toArray();
    }
}
