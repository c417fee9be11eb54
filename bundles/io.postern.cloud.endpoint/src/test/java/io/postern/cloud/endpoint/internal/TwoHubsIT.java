// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.SharedAccessPolicies;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two hubs behind the same listeners: the name the client asks for tells them apart, and nothing of one is the other's. */
@Timeout(60)
class TwoHubsIT {
    private static final DeviceId METER = DeviceId.of("meter-1");
    private static final DeviceId GATEWAY = DeviceId.of("gw-1");

    @TempDir
    Path directory;

    private CloudSite site;
    private CloudSite.Client client;
    private Hub first;
    private Hub east;

    @BeforeEach
    void open() throws Exception {
        site = new CloudSite(directory, "hub-east");
        site.start(0, 0);
        client = site.client();
        first = site.hub();
        east = site.hubs().all().getLast();
    }

    @AfterEach
    void close() {
        client.close();
        site.close();
    }

    @Test
    void theConnectionFileLeadsToBoth() throws Exception {
        JsonObject connection = Json.parseObject(Files.readString(site.connectionFile()));

        assertThat(connection.getString("hubConnectionString")).startsWith("HostName=" + first.name() + ";");
        JsonObject further = connection.getJsonArray("hubs").getJsonObject(0);
        assertThat(further.getString("name")).isEqualTo("hub-east.site.test");
        assertThat(further.getString("connectionString"))
                .isEqualTo("HostName=hub-east.site.test;SharedAccessKeyName=iothubowner;SharedAccessKey="
                        + ownerKey(east).revealBase64());
        assertThat(Files.readString(directory.resolve("hosts"))).contains(" hub-east.site.test\n");
    }

    @Test
    void theirRegistriesAreApartAndSoAreTheirKeys() throws Exception {
        String body = "{\"deviceId\":\"meter-1\"}";

        assertThat(send("PUT", east, "/devices/meter-1", body, east).statusCode())
                .isEqualTo(200);

        assertThat(east.identities().find(METER)).isPresent();
        assertThat(first.identities().find(METER)).isEmpty();
        assertThat(send("GET", first, "/devices/meter-1", "", first).statusCode())
                .isEqualTo(404);
        assertThat(send("GET", first, "/devices/meter-1", "", east).statusCode())
                .as("with the key of the other hub")
                .isEqualTo(401);
    }

    @Test
    @Tag("HUB-16")
    void aDeviceReachesTheHubThatItsUserNameNames() throws Exception {
        east.identities().create(IdentityDraft.of(METER));
        first.identities().create(IdentityDraft.of(METER));

        try (MqttClient device = connected(east, deviceToken(east, METER))) {
            device.publish("devices/meter-1/messages/events/", "1".getBytes(StandardCharsets.UTF_8), 1, false);
            device.disconnect();
        }

        assertThat(east.events().last()).isEqualTo(1);
        assertThat(first.events().last()).isZero();
        assertThatThrownBy(() -> connected(first, deviceToken(east, METER)))
                .isInstanceOfSatisfying(
                        MqttException.class, e -> assertThat(e.getReasonCode()).isEqualTo(5));
    }

    @Test
    @Tag("SYS-09")
    void aGatewaySpeaksForLeavesOfItsOwnHub() throws Exception {
        east.identities().create(IdentityDraft.of(METER));
        east.identities().create(IdentityDraft.of(GATEWAY));
        first.identities().create(IdentityDraft.of(GATEWAY));
        String tokens = CloudSite.NAMES.tokenHost();
        String assignment = "{\"gateway\":\"gw-1\"}";

        assertThat(client.send("PUT", tokens, "/leaves/meter-1", assignment, "Authorization", ownerToken(east))
                        .statusCode())
                .isEqualTo(200);

        HttpResponse<String> granted =
                client.send("POST", tokens, "/leaves/meter-1/token", "", "Authorization", deviceToken(east, GATEWAY));
        assertThat(Json.parseObject(granted.body()).getString("hub")).isEqualTo("hub-east.site.test");
        assertThat(client.send(
                                "POST",
                                tokens,
                                "/leaves/meter-1/token",
                                "",
                                "Authorization",
                                deviceToken(first, GATEWAY))
                        .statusCode())
                .as("the gateway of that name in the other hub")
                .isEqualTo(404);
        assertThat(client.send("GET", tokens, "/leaves", "", "Authorization", ownerToken(first))
                        .body())
                .isEqualTo("[]");
    }

    private HttpResponse<String> send(String method, Hub asked, String path, String body, Hub signer) throws Exception {
        return client.send(method, asked.name().text(), path, body, "Authorization", ownerToken(signer));
    }

    private MqttClient connected(Hub hub, String token) throws Exception {
        var options = new MqttConnectOptions();
        options.setUserName(hub.name() + "/" + METER + "/?api-version=2021-04-12");
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        options.setPassword(token.toCharArray());
        options.setSocketFactory(client.tls().getSocketFactory());
        var device = new MqttClient(
                "ssl://" + hub.name() + ":" + site.endpoint().mqttPort(), METER.text(), new MemoryPersistence());
        device.connect(options);
        return device;
    }

    private static String ownerToken(Hub hub) {
        return token(ResourceUri.hub(hub.name()), Optional.of(SharedAccessPolicies.OWNER), ownerKey(hub));
    }

    private static String deviceToken(Hub hub, DeviceId device) {
        Secret key = hub.identities().find(device).orElseThrow().keys().primary();
        return token(ResourceUri.device(hub.name(), device), Optional.empty(), key);
    }

    private static String token(ResourceUri resource, Optional<String> policy, Secret key) {
        return SasToken.sign(resource, Instant.now().plusSeconds(600), policy, key::hmacSha256)
                .text()
                .revealUtf8();
    }

    private static Secret ownerKey(Hub hub) {
        return hub.policies()
                .find(SharedAccessPolicies.OWNER)
                .orElseThrow()
                .keys()
                .primary();
    }
}
