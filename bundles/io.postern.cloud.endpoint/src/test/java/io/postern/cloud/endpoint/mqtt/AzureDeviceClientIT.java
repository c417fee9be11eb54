// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.azure.sdk.iot.device.ClientOptions;
import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.IotHubClientProtocol;
import com.microsoft.azure.sdk.iot.device.IotHubMessageResult;
import com.microsoft.azure.sdk.iot.device.Message;
import com.microsoft.azure.sdk.iot.device.SasTokenProvider;
import com.microsoft.azure.sdk.iot.device.exceptions.IotHubClientException;
import com.microsoft.azure.sdk.iot.device.twin.DirectMethodResponse;
import io.postern.cloud.endpoint.DoorwayLimits;
import io.postern.cloud.endpoint.interop.OfficialDeviceStory;
import io.postern.cloud.hub.AuthMethod;
import io.postern.cloud.hub.DeviceAuthentication.SelfSigned;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.RegistryReply;
import io.postern.cloud.hub.commands.Acknowledgement;
import io.postern.cloud.hub.commands.Command;
import io.postern.cloud.hub.commands.SendReply;
import io.postern.cloud.hub.methods.MethodReply;
import io.postern.cloud.hub.methods.MethodRequest;
import io.postern.testkit.Await;
import io.postern.testkit.LabCa;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.ModelId;
import io.postern.wire.ResourceUri;
import io.postern.wire.hub.PropertyBag;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The vendor's own device client, unmodified, over MQTT, bare and in WebSockets; its ports are fixed. */
@Timeout(120)
class AzureDeviceClientIT {
    private static final int PATIENCE_MILLIS = 20_000;

    @TempDir
    Path directory;

    private TestHub server;
    private DeviceIdentity meter;

    @BeforeEach
    void open() throws Exception {
        server = new TestHub(directory, InstantSource.system(), 8883, 443, Duration.ofSeconds(5), DoorwayLimits.USUAL);
        meter = server.device("meter-1");
    }

    @AfterEach
    void close() {
        server.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT", "MQTT_WS"})
    @Tag("HUB-02")
    @Tag("HUB-07")
    @Tag("HUB-16")
    @Tag("HUB-28")
    @Tag("SYS-02")
    @Tag("SEC-06")
    void sendsTelemetryWithTheDevicesKey(IotHubClientProtocol protocol) throws Exception {
        var client = new DeviceClient(connectionString(), protocol, options());
        client.open(false);
        OfficialDeviceStory.sendsTelemetry(server.hub, meter, client);

        assertThat(server.hub.identities().find(meter.deviceId()).orElseThrow().model())
                .contains(ModelId.of("dtmi:com:example:Meter;1"));
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT", "MQTT_WS"})
    void readsItsTwinReportsAndHearsOfDesiredChanges(IotHubClientProtocol protocol) throws Exception {
        var client = new DeviceClient(connectionString(), protocol, options());
        client.open(false);
        OfficialDeviceStory.readsItsTwinReportsAndHearsOfDesiredChanges(server.hub, meter, client);
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT", "MQTT_WS"})
    @Tag("HUB-09")
    void getsCommandsWithTheirPropertiesAndAnswersMethods(IotHubClientProtocol protocol) throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        command("waited for it", "m-1");
        var client = new DeviceClient(connectionString(), protocol, options());
        client.setMessageCallback(
                (message, _) -> {
                    heard.add(message.getMessageId() + " " + message.getProperty("colour") + " "
                            + new String(message.getBytes(), StandardCharsets.UTF_8));
                    return IotHubMessageResult.COMPLETE;
                },
                null);
        client.open(false);
        assertThat(heard.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo("m-1 red & blue waited for it");
        command("came later", "m-2");
        assertThat(heard.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo("m-2 red & blue came later");
        Await.until(
                Duration.ofSeconds(20),
                "both to be complete",
                () -> server.hub.commands().pending(meter.deviceId()) == 0);

        client.subscribeToMethods(
                (name, payload, _) ->
                        new DirectMethodResponse(207, Map.of("asked", name, "with", payload.getPayloadAsJsonString())),
                null,
                PATIENCE_MILLIS);
        var question = new MethodRequest(
                "reboot", Bytes.utf8("{\"in\":5}"), Duration.ofSeconds(5), Duration.ofMillis(PATIENCE_MILLIS));
        MethodReply reply = server.hub.methods().invoke(meter.deviceId(), question);
        client.close();

        assertThat(reply)
                .isEqualTo(new MethodReply.Answered(
                        207, Json.parseObject("{\"asked\":\"reboot\",\"with\":\"{\\\"in\\\":5}\"}")));
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT", "MQTT_WS"})
    @Tag("HUB-19")
    @Tag("SYS-02")
    @Tag("SEC-06")
    void speaksAndListensWithACertificateAlone(IotHubClientProtocol protocol) throws Exception {
        Instant now = Instant.now();
        LabCa.Holder held = LabCa.selfSigned("meter-x", now.minusSeconds(60), now.plus(Duration.ofDays(1)));
        DeviceId device = DeviceId.of("meter-x");
        assertThat(server.hub.identities().create(IdentityDraft.of(device).with(SelfSigned.of(held.certificate()))))
                .isInstanceOf(RegistryReply.Created.class);
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        var client = new DeviceClient(
                "HostName=" + TestHub.NAMES.hubHost() + ";DeviceId=meter-x;x509=true",
                protocol,
                ClientOptions.builder()
                        .sslContext(server.tls(Optional.of(held)))
                        .build());
        client.setMessageCallback(
                (message, _) -> {
                    heard.add(new String(message.getBytes(), StandardCharsets.UTF_8));
                    return IotHubMessageResult.COMPLETE;
                },
                null);
        client.open(false);
        client.sendEvent(new Message("signed by nobody"), PATIENCE_MILLIS);
        command(device, "for the certificate", "m-1");

        assertThat(heard.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo("for the certificate");
        assertThat(server.hub.events().read(1, 1).getFirst().authMethod()).isEqualTo(AuthMethod.THUMBPRINT);
        client.close();
    }

    @Test
    @Tag("HUB-29")
    void speaksWithATokenSomebodyElseMadeForIt() throws Exception {
        String token = server.policyToken("tokenservice", ResourceUri.device(TestHub.NAMES.hub(), meter.deviceId()));
        var client =
                new DeviceClient(TestHub.NAMES.hubHost(), "meter-1", made(token), IotHubClientProtocol.MQTT, options());
        client.open(false);
        client.sendEvent(new Message("hello".getBytes(StandardCharsets.UTF_8)), PATIENCE_MILLIS);
        client.close();

        assertThat(server.hub.events().read(1, 1).getFirst().policy()).contains("tokenservice");
    }

    @Test
    @Tag("HUB-10")
    void isToldThatADeletedDeviceIsNotAuthorized() {
        server.hub.identities().delete(meter.deviceId(), IfMatch.ANY);
        var client = new DeviceClient(connectionString(), IotHubClientProtocol.MQTT, options());

        assertThatThrownBy(() -> client.open(false))
                .isInstanceOf(IotHubClientException.class)
                .satisfies(e -> assertThat(
                                ((IotHubClientException) e).getStatusCode().toString())
                        .isEqualTo("UNAUTHORIZED"));
        client.close();
    }

    private void command(String text, String id) {
        command(meter.deviceId(), text, id);
    }

    private void command(DeviceId device, String text, String id) {
        var command = new Command(
                Optional.of(id),
                PropertyBag.EMPTY.with("colour", "red & blue"),
                Bytes.utf8(text),
                Optional.empty(),
                Acknowledgement.NONE);
        assertThat(server.hub.commands().send(device, command)).isInstanceOf(SendReply.Accepted.class);
    }

    private String connectionString() {
        return "HostName=" + TestHub.NAMES.hubHost() + ";DeviceId=meter-1;SharedAccessKey="
                + meter.keys().primary().revealBase64();
    }

    private ClientOptions options() {
        try {
            return ClientOptions.builder()
                    .sslContext(server.tls())
                    .modelId("dtmi:com:example:Meter;1")
                    .build();
        } catch (java.io.IOException | java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SasTokenProvider made(String token) {
        return () -> token.toCharArray();
    }
}
