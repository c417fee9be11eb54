// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.hub.AuthMethod;
import io.postern.cloud.hub.DeviceAuthentication;
import io.postern.cloud.hub.DeviceAuthentication.CertificateAuthority;
import io.postern.cloud.hub.DeviceAuthentication.SelfSigned;
import io.postern.cloud.hub.HubEvent;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.x509.Authority;
import io.postern.cloud.hub.x509.CaName;
import io.postern.testkit.Await;
import io.postern.testkit.LabCa;
import io.postern.testkit.LogCapture;
import io.postern.testkit.MovableClock;
import io.postern.wire.DeviceId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Devices that show a certificate in the TLS handshake and send no password, seen through Paho. */
@Timeout(60)
class MqttCertificateIT {
    private static final int NOT_AUTHORIZED = 5;
    private static final int MALFORMED = 4;
    private static final DeviceId METER = DeviceId.of("meter-1");

    @TempDir
    Path directory;

    private final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");
    private final LabCa root = LabCa.root("Plant Root", clock.instant());
    private final LabCa.Holder held =
            LabCa.selfSigned("gw", clock.instant(), clock.instant().plus(Duration.ofDays(9)));
    private TestHub server;

    @BeforeEach
    void open() throws Exception {
        server = new TestHub(directory, clock, 0, Duration.ofSeconds(5));
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    @Tag("HUB-03")
    @Tag("HUB-04")
    @Tag("HUB-19")
    @Tag("HUB-20")
    void aDeviceSpeaksUnderTheCertificateItIsRegisteredWith() throws Exception {
        register(SelfSigned.of(held.certificate()));

        HubEvent event = eventOf(held);

        assertThat(event.authMethod()).isEqualTo(AuthMethod.THUMBPRINT);
        assertThat(event.authMethod().toJson().getString("type")).isEqualTo("x509ThumbprintSigned");
        assertThat(event.deviceId()).isEqualTo(METER);
    }

    @Test
    @Tag("HUB-03")
    @Tag("HUB-19")
    void aDeviceSpeaksUnderACertificateOfAProvenCa() throws Exception {
        register(new CertificateAuthority());
        prove();

        HubEvent event = eventOf(root.intermediate("Line 3", 0).device("meter-1"));

        assertThat(event.authMethod().toJson().getString("type")).isEqualTo("x509CertificateAuthority");
    }

    @Test
    @Tag("HUB-04")
    @Tag("SEC-06")
    void certificateAndTokenDoNotStandInForOneAnother() throws Exception {
        register(SelfSigned.of(held.certificate()));
        String token = server.token(server.device("meter-2"));

        assertThat(refusal(() -> server.paho("meter-2", held))).isEqualTo(NOT_AUTHORIZED);
        assertThat(refusal(() -> server.paho(
                        "meter-1", server.userName("meter-1"), Optional.of(token), server.tls(Optional.of(held)))))
                .isEqualTo(NOT_AUTHORIZED);
        assertThat(refusal(() -> server.paho("meter-1", server.userName("meter-1"), Optional.empty(), server.tls())))
                .isEqualTo(MALFORMED);
        server.paho("meter-2", server.userName("meter-2"), Optional.of(token), server.tls(Optional.of(held)))
                .disconnect();
    }

    @Test
    @Tag("HUB-03")
    void whyACertificateWasRefusedStandsInTheLogOnly() throws Exception {
        register(SelfSigned.of(root.device("meter-1").certificate()));
        try (var log = LogCapture.start()) {
            assertThat(refusal(() -> server.paho("meter-1", held))).isEqualTo(NOT_AUTHORIZED);

            assertThat(log.lines())
                    .anySatisfy(line -> assertThat(line).contains("WRONG_CERTIFICATE", "neither of those", "meter-1"));
        }
    }

    @Test
    @Tag("HUB-20")
    void anotherThumbprintCutsTheLiveSession() throws Exception {
        register(SelfSigned.of(held.certificate()));
        MqttClient client = server.paho("meter-1", held);

        server.hub.identities().update(IdentityDraft.of(METER).with(SelfSigned.of(root.certificate())), IfMatch.ANY);

        Await.until(Duration.ofSeconds(20), "the end of the session", () -> !client.isConnected());
        client.close(true);
    }

    private void register(DeviceAuthentication authentication) {
        server.hub.identities().create(IdentityDraft.of(METER).with(authentication));
    }

    private void prove() {
        var name = new CaName("plant");
        server.hub.authorities().put(name, new Authority(root.certificate()), IfMatch.ANY);
        server.hub.authorities().newCode(name, IfMatch.ANY);
        String code = server.hub
                .authorities()
                .find(name)
                .orElseThrow()
                .verificationCode()
                .orElseThrow();
        server.hub.authorities().verify(name, root.device(code).certificate(), IfMatch.ANY);
    }

    private HubEvent eventOf(LabCa.Holder holder) throws Exception {
        try (MqttClient client = server.paho("meter-1", holder)) {
            byte[] body = "1".getBytes(StandardCharsets.UTF_8);
            client.publish("devices/meter-1/messages/events/", body, 1, false);
            client.disconnect();
        }
        return server.hub.events().read(1, 10).getFirst();
    }

    private interface Connecting {
        MqttClient connect() throws Exception;
    }

    private static int refusal(Connecting connecting) {
        var code = new int[1];
        assertThatThrownBy(connecting::connect)
                .isInstanceOfSatisfying(MqttException.class, e -> code[0] = e.getReasonCode());
        return code[0];
    }
}
