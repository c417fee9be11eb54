// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.endpoint.RawWebSocket;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.RegistryReply;
import io.postern.lab.amqp.AmqpCrowd;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/** All doors of a whole cloud side, as clients of each transport come to them, and what they come with. */
final class EveryDoor implements AutoCloseable {
    static final String HOST = CloudSite.NAMES.hubHost();
    private static final String MQTT_VERSION = "/?api-version=2021-04-12";
    private static final int PATIENCE = 20_000; // milliseconds

    final CloudSite site;
    final CloudSite.Client https;
    final Hub hub;

    EveryDoor(Path directory, String... further) throws Exception {
        site = new CloudSite(directory, further);
        site.start(0, 0);
        https = site.client();
        hub = site.hub();
    }

    DeviceIdentity device(String name) {
        return device(hub, name);
    }

    static DeviceIdentity device(Hub of, String name) {
        return switch (of.identities().create(IdentityDraft.of(DeviceId.of(name)))) {
            case RegistryReply.Created(DeviceIdentity identity) -> identity;
            case RegistryReply.Creation refused -> throw new AssertionError(refused);
        };
    }

    static ResourceUri uri(DeviceId device) {
        return ResourceUri.device(CloudSite.NAMES.hub(), device);
    }

    static String ownToken(DeviceIdentity device, Duration life) {
        return SasToken.sign(
                        uri(device.deviceId()),
                        Instant.now().plus(life),
                        Optional.empty(),
                        device.keys().primary()::hmacSha256)
                .text()
                .revealUtf8();
    }

    String policyToken(String policy, ResourceUri resource) {
        var key = hub.policies().find(policy).orElseThrow().keys().primary();
        return SasToken.sign(resource, Instant.now().plusSeconds(600), Optional.of(policy), key::hmacSha256)
                .text()
                .revealUtf8();
    }

    /** @param web whether in a WebSocket */
    MqttClient mqtt(boolean web, String device, String token) throws MqttException {
        String at = web
                ? "wss://" + HOST + ":" + site.endpoint().httpsPort() + "/$iothub/websocket"
                : "ssl://" + HOST + ":" + site.endpoint().mqttPort();
        var client = new MqttClient(at, device, new MemoryPersistence());
        var options = new MqttConnectOptions();
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        options.setUserName(HOST + "/" + device + MQTT_VERSION);
        options.setPassword(token.toCharArray());
        options.setSocketFactory(https.tls().getSocketFactory());
        options.setHttpsHostnameVerificationEnabled(!web);
        options.setConnectionTimeout(PATIENCE / 1000);
        client.setTimeToWait(PATIENCE);
        client.connect(options);
        return client;
    }

    /** The code of the CONNACK, 0 when the device was let in; it leaves at once. */
    int connack(boolean web, String device, String token) throws IOException {
        int port = web ? site.endpoint().httpsPort() : site.endpoint().mqttPort();
        try (Socket socket = https.tls().getSocketFactory().createSocket(HOST, port)) {
            socket.setSoTimeout(PATIENCE);
            Bytes fields = Bytes.concat(
                    Bytes.hex("00044d51545404c2003c"), // MQTT, level 4, user name, password, clean, 60 s
                    field(device),
                    field(HOST + "/" + device + MQTT_VERSION),
                    field(token));
            Bytes length = Bytes.of((byte) (fields.length() & 0x7F | 0x80), (byte) (fields.length() >> 7));
            byte[] connect = Bytes.concat(Bytes.hex("10"), length, fields).toArray();
            InputStream in = socket.getInputStream();
            if (web) {
                RawWebSocket opened = RawWebSocket.open(socket, "/$iothub/websocket", "mqtt");
                opened.send(connect);
                in = opened.content();
            } else {
                socket.getOutputStream().write(connect);
            }
            byte[] answer = in.readNBytes(4);
            assertThat(Bytes.of(answer).toString()).startsWith("2002");
            return answer[3];
        }
    }

    private static Bytes field(String text) {
        Bytes encoded = Bytes.utf8(text);
        return Bytes.concat(Bytes.of((byte) (encoded.length() >> 8), (byte) encoded.length()), encoded);
    }

    AmqpCrowd amqp(boolean web) throws IOException {
        if (!web) {
            return new AmqpCrowd(https.tls(), HOST, site.endpoint().amqpPort());
        }
        Socket socket = https.tls()
                .getSocketFactory()
                .createSocket(HOST, site.endpoint().httpsPort());
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        RawWebSocket opened = RawWebSocket.open(socket, "/$iothub/websocket", "AMQPWSB10");
        return new AmqpCrowd(HOST, socket, opened.content(), opened.messages());
    }

    HttpResponse<String> ask(String method, String path, String token, String... headers) throws Exception {
        String[] all = new String[headers.length + 2];
        System.arraycopy(headers, 0, all, 2, headers.length);
        all[0] = "Authorization";
        all[1] = token;
        return https.send(method, HOST, path, "", all);
    }

    int send(String device, String token) throws Exception {
        return ask("POST", "/devices/" + device + "/messages/events", token).statusCode();
    }

    static void publish(MqttClient client, String device, String body) throws MqttException {
        client.publish("devices/" + device + "/messages/events/", body.getBytes(StandardCharsets.UTF_8), 1, false);
    }

    /** Sends once more for all that are on the connection and expects {@code accepted} of it to be taken. */
    static void assertSpeaks(AmqpCrowd crowd, int accepted) throws IOException {
        int before =
                crowd.accepted().values().stream().mapToInt(Integer::intValue).sum();
        crowd.sendRound("still here");
        crowd.awaitAnswers();
        assertThat(crowd.accepted().values().stream()
                                .mapToInt(Integer::intValue)
                                .sum()
                        - before)
                .isEqualTo(accepted);
    }

    @Override
    public void close() {
        https.close();
        site.close();
    }
}
