// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.AuthMethod;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.HubEvent;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.IfMatch;
import io.postern.wire.DeviceId;
import io.postern.wire.ModelId;
import io.postern.wire.ResourceUri;
import io.postern.wire.Secret;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is let in, seen through Paho over TLS. */
@Timeout(60)
class MqttAccessIT extends WithOneMeter {
    private static final int NOT_AUTHORIZED = 5;
    private static final int MALFORMED = 4;

    @Test
    @Tag("HUB-02")
    @Tag("HUB-07")
    @Tag("HUB-16")
    @Tag("HUB-28")
    void aDeviceSpeaksUnderItsOwnKey() throws Exception {
        try (MqttClient client = connect("meter-1", server.token(meter))) {
            client.publish("devices/meter-1/messages/events/%24.mid=m-1&seq=7", bytes("{\"kw\":1}"), 1, false);

            HubEvent event = server.hub.events().read(1, 10).getFirst(); // durable before the PUBACK: no waiting
            assertThat(event.deviceId()).isEqualTo(meter.deviceId());
            assertThat(event.generationId()).isEqualTo(meter.generationId());
            assertThat(event.authMethod()).isEqualTo(AuthMethod.DEVICE_KEY);
            assertThat(event.properties().entries())
                    .containsEntry("$.mid", "m-1")
                    .containsEntry("seq", "7");
            assertThat(event.body().toUtf8()).isEqualTo("{\"kw\":1}");
            client.disconnect();
        }
    }

    @Test
    @Tag("HUB-29")
    @Tag("HUB-28")
    void aDeviceSpeaksUnderATokenOfAPolicy() throws Exception {
        ResourceUri own = ResourceUri.device(TestHub.NAMES.hub(), meter.deviceId());
        try (MqttClient client = connect("meter-1", server.policyToken("tokenservice", own))) {
            client.publish("devices/meter-1/messages/events/", bytes("x"), 1, false);

            HubEvent event = server.hub.events().read(1, 10).getFirst();
            assertThat(event.authMethod()).isEqualTo(AuthMethod.POLICY_KEY);
            assertThat(event.policy()).contains("tokenservice");
            client.disconnect();
        }
    }

    @Test
    @Tag("HUB-05")
    @Tag("ISS-11")
    void aTokenForOneDeviceOpensNoOther() throws Exception {
        DeviceIdentity other = server.device("meter-11");
        ResourceUri own = ResourceUri.device(TestHub.NAMES.hub(), meter.deviceId());
        ResourceUri longer = ResourceUri.of(own + "/messages/events");
        Secret key = meter.keys().primary();

        refused("meter-11", server.token(meter), NOT_AUTHORIZED);
        refused("meter-11", server.policyToken("tokenservice", own), NOT_AUTHORIZED);
        refused("meter-1", TestHub.token(longer, Optional.empty(), key, server.inAnHour()), NOT_AUTHORIZED);
        refused("meter-1", server.policyToken("device", longer), NOT_AUTHORIZED);
        refused("METER-1", server.policyToken("device", own), NOT_AUTHORIZED);
        connect("meter-11", server.token(other)).disconnect();
    }

    @Test
    @Tag("HUB-05")
    @Tag("HUB-10")
    void whatIsWrongExpiredUnknownOrDisabledIsNotAuthorized() throws Exception {
        ResourceUri own = ResourceUri.device(TestHub.NAMES.hub(), meter.deviceId());
        Secret foreign = Secret.random(64, new SecureRandom());
        Instant now = clock.instant();

        refused("meter-1", TestHub.token(own, Optional.empty(), foreign, server.inAnHour()), NOT_AUTHORIZED);
        refused("meter-1", TestHub.token(own, Optional.empty(), meter.keys().primary(), now), NOT_AUTHORIZED);
        refused("nobody", server.policyToken("device", ResourceUri.hub(TestHub.NAMES.hub())), NOT_AUTHORIZED);
        refused("meter-1", server.policyToken("service", ResourceUri.hub(TestHub.NAMES.hub())), NOT_AUTHORIZED);

        server.hub.identities().update(IdentityDraft.of(meter.deviceId()).disabled("stolen"), IfMatch.ANY);
        refused("meter-1", server.token(meter), NOT_AUTHORIZED);
    }

    @Test
    @Tag("HUB-16")
    void userNameClientIdAndPasswordMustFitTogether() throws Exception {
        String token = server.token(meter);

        assertThat(code("meter-2", server.userName("meter-1"), token)).isEqualTo(NOT_AUTHORIZED);
        assertThat(code("meter-1/module", server.userName("meter-1/module"), token))
                .isEqualTo(MALFORMED);
        assertThat(code("meter-1", "other.mqtt.test/meter-1/?api-version=2021-04-12", token))
                .isEqualTo(NOT_AUTHORIZED);
        assertThat(code("meter-1", "meter-1", token)).isEqualTo(MALFORMED);
        assertThat(code("meter-1", server.userName("meter-1"), "letmein")).isEqualTo(MALFORMED);
        assertThat(code("meter-1", server.userName("meter-1"), "SharedAccessSignature sr=x"))
                .isEqualTo(MALFORMED);
        assertThat(server.hub.connectedCount()).isZero();
    }

    @Test
    void olderUserNamesAreUnderstoodAndTheModelIsRecorded() throws Exception {
        String host = TestHub.NAMES.hubHost();
        String token = server.token(meter);

        assertThat(code("meter-1", host + "/meter-1", token)).isZero();
        assertThat(code("meter-1", host + "/meter-1/api-version=2016-11-14", token))
                .isZero();
        assertThat(code(
                        "meter-1",
                        host + "/meter-1/?api-version=2021-04-12&model-id=dtmi%3Aa%3AMeter%3B1&DeviceClientType=x%20y",
                        token))
                .isZero();

        assertThat(server.hub.identities().find(meter.deviceId()).orElseThrow().model())
                .contains(ModelId.of("dtmi:a:Meter;1"));
    }

    @Test
    @Tag("ISS-13")
    void anOldTokenOfADeletedNameStaysDeadAfterTheQuarantine() throws Exception {
        ResourceUri own = ResourceUri.device(TestHub.NAMES.hub(), meter.deviceId());
        Instant inAYear = clock.instant().plus(Duration.ofDays(365));
        String old = TestHub.token(own, Optional.empty(), meter.keys().primary(), inAYear);
        server.hub.identities().delete(meter.deviceId(), IfMatch.ANY);

        clock.advance(Duration.ofDays(10));
        server.device("meter-1");

        refused("meter-1", old, NOT_AUTHORIZED);
    }

    private MqttClient connect(String device, String token) throws Exception {
        return server.paho(device, server.userName(device), token);
    }

    private void refused(String device, String token, int expected) throws Exception {
        assertThat(code(device, server.userName(device), token)).isEqualTo(expected);
        assertThat(server.hub.identities().find(DeviceId.of(device)).filter(d -> d.isConnected()))
                .isEmpty();
    }

    /** 0 when it was let in. */
    private int code(String clientId, String userName, String token) throws Exception {
        try {
            MqttClient client = server.paho(clientId, userName, token);
            client.disconnect();
            client.close();
            return 0;
        } catch (MqttException e) {
            return e.getReasonCode();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
