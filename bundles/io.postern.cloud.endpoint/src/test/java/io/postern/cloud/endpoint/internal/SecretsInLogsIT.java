// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.endpoint.Canaries;
import io.postern.cloud.hub.SharedAccessPolicies;
import io.postern.testkit.CapturedLog;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole way from an enrollment to a leaf's message with keys that are known here, and with every secret once where it
 * does not belong: none of them is ever logged, not even at the finest level.
 */
class SecretsInLogsIT {
    private static final HubName HUB = CloudSite.NAMES.hub();
    private static final DeviceId GATEWAY = DeviceId.of("gw-1");
    private static final DeviceId LEAF = DeviceId.of("meter-1");

    @TempDir
    Path directory;

    private final Canaries canaries = new Canaries();
    private final Secret gatewayKey = canaries.key(Secret.random(32, new SecureRandom()));
    private final Secret spareKey = canaries.key(Secret.random(32, new SecureRandom()));

    @Test
    void noSecretOfAWholeLifeIsEverLogged() throws Exception {
        try (CapturedLog log = CapturedLog.start();
                CloudSite site = new CloudSite(directory)) {
            site.start(0, 0);
            site.hub().policies().list().forEach(policy -> {
                canaries.key(policy.keys().primary());
                canaries.key(policy.keys().secondary());
            });
            var owner = site.provisioning().defaultTenant().policies().owner().keys();
            canaries.key(owner.primary());
            canaries.key(owner.secondary());
            try (CloudSite.Client client = site.client()) {
                String service = canaries.token(SasToken.sign(
                        ResourceUri.of(CloudSite.NAMES.serviceHost()),
                        soon(),
                        Optional.of(site.provisioning()
                                .defaultTenant()
                                .policies()
                                .owner()
                                .name()),
                        owner.primary()::hmacSha256));
                enroll(client, service);
                register(site, client);
                String leafToken = leafToken(client);
                speak(site, client, leafToken);
                misplace(site, client, leafToken);
            }
            log.await("MQTT connection refused");
            log.await("MQTT connection ended");

            assertThat(canaries.count()).isGreaterThan(50);
            canaries.assertNoneIn(log.text());
            site.operations().close();
            String operations = Files.readString(site.operationLog());
            assertThat(operations).contains("\"authenticate\"", "\"issue\"", "\"deviceConnect\"");
            canaries.assertNoneIn(operations);
        }
    }

    private void enroll(CloudSite.Client client, String service) throws Exception {
        String body = """
                {"registrationId":"gw-1","attestation":{"type":"symmetricKey","symmetricKey":
                 {"primaryKey":"%s","secondaryKey":"%s"}}}""".formatted(gatewayKey.revealBase64(), spareKey.revealBase64());
        for (String method : new String[] {"PUT", "GET"}) {
            expect(
                    200,
                    client.send(
                            method,
                            CloudSite.NAMES.serviceHost(),
                            "/enrollments/gw-1",
                            method.equals("PUT") ? body : "",
                            "Authorization",
                            service));
        }
    }

    private void register(CloudSite site, CloudSite.Client client) throws Exception {
        var scope = site.provisioning().defaultTenant().idScope();
        String token = canaries.token(SasToken.sign(
                ResourceUri.registration(scope, RegistrationId.of("gw-1")),
                soon(),
                Optional.of("registration"),
                gatewayKey::hmacSha256));
        String path = "/" + scope + "/registrations/gw-1";
        HttpResponse<String> accepted = client.send(
                "PUT",
                CloudSite.NAMES.provisioningHost(),
                path + "/register",
                "{\"registrationId\":\"gw-1\"}",
                "Authorization",
                token);
        String operation = expect(202, accepted).getString("operationId");
        HttpResponse<String> status = client.send(
                "GET",
                CloudSite.NAMES.provisioningHost(),
                path + "/operations/" + operation,
                "",
                "Authorization",
                token);
        assertThat(expect(200, status).getString("status")).isEqualTo("assigned");
    }

    private String leafToken(CloudSite.Client client) throws Exception {
        HttpResponse<String> created =
                client.send("PUT", CloudSite.NAMES.hubHost(), "/devices/meter-1", "{\"deviceId\":\"meter-1\"}");
        JsonObject keys = expect(200, created).getJsonObject("authentication").getJsonObject("symmetricKey");
        canaries.key(Secret.base64(keys.getString("primaryKey")));
        canaries.key(Secret.base64(keys.getString("secondaryKey")));
        expect(200, client.send("PUT", CloudSite.NAMES.tokenHost(), "/leaves/meter-1", "{\"gateway\":\"gw-1\"}"));
        HttpResponse<String> granted = client.send(
                "POST",
                CloudSite.NAMES.tokenHost(),
                "/leaves/meter-1/token",
                "",
                "Authorization",
                canaries.token(SasToken.sign(
                        ResourceUri.device(HUB, GATEWAY), soon(), Optional.empty(), gatewayKey::hmacSha256)));
        return canaries.token(SasToken.parse(expect(200, granted).getString("token")));
    }

    private static void speak(CloudSite site, CloudSite.Client client, String token) throws Exception {
        MqttClient leaf = connect(site, client, "meter-1", token);
        leaf.publish("devices/meter-1/messages/events/seq=1", "{}".getBytes(StandardCharsets.UTF_8), 1, false);
        leaf.disconnect();
        leaf.close();
    }

    /** Tokens and keys where a hurried person puts them: path, name, topic, body. */
    private void misplace(CloudSite site, CloudSite.Client client, String token) throws Exception {
        assertThatThrownBy(() -> connect(site, client, token, token)).isInstanceOf(MqttException.class);
        assertThatThrownBy(() -> connect(site, client, "meter-1", token.replace("SharedAccessSignature", "Token")))
                .isInstanceOf(MqttException.class);
        String inPath = java.net.URLEncoder.encode(token, StandardCharsets.UTF_8);
        String connectionString = "HostName=" + HUB + ";SharedAccessKeyName=" + SharedAccessPolicies.OWNER
                + ";SharedAccessKey=" + gatewayKey.revealBase64().replace("/", "");
        String inPathToo = java.net.URLEncoder.encode(connectionString, StandardCharsets.UTF_8);
        for (String path :
                new String[] {"/devices/" + inPath, "/" + inPath, "/twins/" + inPathToo, "/events?from=" + inPath}) {
            HttpResponse<String> refused = client.send("GET", CloudSite.NAMES.hubHost(), path, "");
            assertThat(refused.statusCode()).isBetween(400, 404);
            canaries.assertNoneIn(refused.body());
        }
        HttpResponse<String> refused = client.send(
                "PUT",
                CloudSite.NAMES.hubHost(),
                "/devices/x",
                "{\"deviceId\":\"" + connectionString + "\",\"status\":\"" + token + "\"}");
        assertThat(refused.statusCode()).isEqualTo(400);
        canaries.assertNoneIn(refused.body());

        MqttClient leaf = connect(site, client, "meter-1", token);
        assertThatThrownBy(() -> {
                    leaf.publish("devices/" + token.replace("+", "") + "/x", new byte[0], 1, false);
                })
                .isInstanceOf(MqttException.class);
        leaf.close();
    }

    private static MqttClient connect(CloudSite site, CloudSite.Client client, String device, String token)
            throws Exception {
        var leaf =
                new MqttClient("ssl://" + HUB + ":" + site.endpoint().mqttPort(), LEAF.text(), new MemoryPersistence());
        var options = new MqttConnectOptions();
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        options.setUserName(HUB + "/" + device + "/?api-version=2021-04-12");
        options.setPassword(token.toCharArray());
        options.setSocketFactory(client.tls().getSocketFactory());
        options.setConnectionTimeout(20);
        leaf.setTimeToWait(20_000);
        leaf.connect(options);
        return leaf;
    }

    private static JsonObject expect(int status, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return Json.parseObject(answer.body());
    }

    private static Instant soon() {
        return Instant.now().plusSeconds(600);
    }
}
