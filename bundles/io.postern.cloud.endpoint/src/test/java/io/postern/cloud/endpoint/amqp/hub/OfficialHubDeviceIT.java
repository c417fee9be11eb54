// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.azure.sdk.iot.device.ClientOptions;
import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.IotHubClientProtocol;
import com.microsoft.azure.sdk.iot.device.IotHubMessageResult;
import com.microsoft.azure.sdk.iot.device.Message;
import com.microsoft.azure.sdk.iot.device.twin.DirectMethodResponse;
import io.postern.cloud.endpoint.interop.OfficialDeviceStory;
import io.postern.cloud.hub.AuthMethod;
import io.postern.cloud.hub.DeviceAuthentication;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.HubEvent;
import io.postern.cloud.hub.commands.Acknowledgement;
import io.postern.cloud.hub.commands.Command;
import io.postern.cloud.hub.methods.MethodReply;
import io.postern.cloud.hub.methods.MethodRequest;
import io.postern.testkit.Await;
import io.postern.testkit.CapturedLog;
import io.postern.testkit.LabCa;
import io.postern.wire.Bytes;
import io.postern.wire.ModelId;
import io.postern.wire.hub.PropertyBag;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The vendor's own device client, unmodified, over AMQP, bare and in WebSockets; its ports are fixed. */
@Timeout(120)
class OfficialHubDeviceIT {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final long TOKEN_SECONDS = 6; // the client renews its tokens when 85 % of their time are over
    private static final String MODEL = "dtmi:com:example:Meter;1";

    @TempDir
    static Path directory;

    private static final AtomicInteger DEVICES = new AtomicInteger();
    private static HubAmqpSite site;

    @BeforeAll
    static void open() throws Exception {
        site = new HubAmqpSite(directory, InstantSource.system(), 5671, 443, HubAmqpService.USUAL_DEVICES);
    }

    @AfterAll
    static void close() {
        site.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"AMQPS", "AMQPS_WS"})
    @Tag("HUB-13")
    @Tag("SYS-02")
    @Tag("SEC-06")
    void sendsTelemetryWithATokenPutAtCbs(IotHubClientProtocol protocol) throws Exception {
        DeviceIdentity meter = newDevice();
        List<HubEvent> events = OfficialDeviceStory.sendsTelemetry(site.hub, meter, client(meter, protocol));

        assertThat(events).allSatisfy(event -> {
            assertThat(event.systemProperties()).doesNotContainKey("$.cdid");
            assertThat(event.applicationProperties()).containsOnlyKeys("seq");
        });
        assertThat(site.hub.identities().find(meter.deviceId()).orElseThrow().model())
                .contains(ModelId.of(MODEL));
        Await.until(Duration.ofSeconds(20), "the device to be gone", () -> site.hub.connectedCount() == 0);
    }

    @ParameterizedTest
    @EnumSource(names = {"AMQPS", "AMQPS_WS"})
    @Tag("SYS-02")
    @Tag("SEC-06")
    void sendsTelemetryWithItsCertificate(IotHubClientProtocol protocol) throws Exception {
        LabCa.Holder held = LabCa.selfSigned(
                "gw", Instant.now().minusSeconds(60), Instant.now().plus(Duration.ofDays(1)));
        DeviceIdentity device = site.device(
                "x509-" + DEVICES.incrementAndGet(), DeviceAuthentication.SelfSigned.of(held.certificate()));
        long before = site.hub.events().last();
        var options =
                ClientOptions.builder().sslContext(site.tls(Optional.of(held))).build();
        var client = new DeviceClient(
                "HostName=" + HubAmqpSite.host() + ";DeviceId=" + device.deviceId() + ";x509=true", protocol, options);
        client.open(false);
        client.sendEvent(new Message("hello"), PATIENCE_MILLIS);
        client.close();

        assertThat(site.hub.events().read(before + 1, 10))
                .extracting(HubEvent::authMethod)
                .containsExactly(AuthMethod.THUMBPRINT);
    }

    @ParameterizedTest
    @EnumSource(names = {"AMQPS", "AMQPS_WS"})
    void completesRejectsAndAbandonsCommands(IotHubClientProtocol protocol) throws Exception {
        DeviceIdentity meter = newDevice();
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        AtomicInteger abandoned = new AtomicInteger();
        var client = client(meter, protocol);
        client.setMessageCallback(
                (message, _) -> {
                    String body = new String(message.getBytes(), java.nio.charset.StandardCharsets.UTF_8);
                    heard.add(body + " " + message.getMessageId() + " " + message.getProperty("room"));
                    return switch (body) {
                        case "no" -> IotHubMessageResult.REJECT;
                        case "later" ->
                            abandoned.getAndIncrement() == 0
                                    ? IotHubMessageResult.ABANDON
                                    : IotHubMessageResult.COMPLETE;
                        default -> IotHubMessageResult.COMPLETE;
                    };
                },
                null);

        for (String body : List.of("yes", "no", "later")) {
            site.hub.commands().send(meter.deviceId(), command(body));
        }

        assertThat(List.of(next(heard), next(heard), next(heard), next(heard)))
                .containsExactlyInAnyOrder("yes id-yes 12", "no id-no 12", "later id-later 12", "later id-later 12");
        Await.until(
                Duration.ofSeconds(10),
                "all commands to be settled",
                () -> site.hub.commands().pending(meter.deviceId()) == 0);
        client.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"AMQPS", "AMQPS_WS"})
    void readsItsTwinReportsAndHearsOfDesiredChanges(IotHubClientProtocol protocol) throws Exception {
        DeviceIdentity meter = newDevice();
        OfficialDeviceStory.readsItsTwinReportsAndHearsOfDesiredChanges(site.hub, meter, client(meter, protocol));
    }

    @ParameterizedTest
    @EnumSource(names = {"AMQPS", "AMQPS_WS"})
    void answersDirectMethods(IotHubClientProtocol protocol) throws Exception {
        DeviceIdentity meter = newDevice();
        var client = client(meter, protocol);
        client.subscribeToMethods(
                (name, payload, _) -> new DirectMethodResponse(207, name + ":" + payload.getPayloadAsJsonString()),
                null,
                PATIENCE_MILLIS);

        MethodReply reply = site.hub
                .methods()
                .invoke(
                        meter.deviceId(),
                        new MethodRequest(
                                "reboot", Bytes.utf8("{\"in\":5}"), Duration.ofSeconds(5), Duration.ofSeconds(20)));

        assertThat(reply).isInstanceOfSatisfying(MethodReply.Answered.class, answered -> {
            assertThat(answered.status()).isEqualTo(207);
            assertThat(answered.payload().toString()).contains("reboot:{").contains("in");
        });
        client.close();
    }

    @Test
    @Tag("HUB-13")
    @Tag("SEC-03")
    void outlivesItsTokenWithAFreshOneOnTheSameConnection() throws Exception {
        DeviceIdentity meter = newDevice();
        try (CapturedLog log = CapturedLog.start()) {
            var client = client(meter, IotHubClientProtocol.AMQPS, TOKEN_SECONDS);
            Instant ended = Instant.now().plusSeconds(TOKEN_SECONDS + 2); // by then the hub has looked
            Await.until(Duration.ofSeconds(20), "the first token to end", () -> Instant.now()
                    .isAfter(ended));
            client.sendEvent(new Message("still here"), PATIENCE_MILLIS);
            client.close();

            assertThat(log.lines())
                    .filteredOn(line -> line.contains("device connected over AMQP"))
                    .hasSize(1);
        }
    }

    private static DeviceIdentity newDevice() {
        return site.device("meter-" + DEVICES.incrementAndGet());
    }

    private static Command command(String body) {
        return new Command(
                Optional.of("id-" + body),
                PropertyBag.EMPTY.with("room", "12"),
                Bytes.utf8(body),
                Optional.empty(),
                Acknowledgement.NONE);
    }

    private static String next(BlockingQueue<String> heard) throws InterruptedException {
        return heard.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static DeviceClient client(DeviceIdentity device, IotHubClientProtocol protocol) throws Exception {
        return client(device, protocol, 3600);
    }

    private static DeviceClient client(DeviceIdentity device, IotHubClientProtocol protocol, long tokenSeconds)
            throws Exception {
        var client = new DeviceClient(
                "HostName=" + HubAmqpSite.host() + ";DeviceId=" + device.deviceId() + ";SharedAccessKey="
                        + device.keys().primary().revealBase64(),
                protocol,
                ClientOptions.builder()
                        .sslContext(site.tls(Optional.empty()))
                        .modelId(MODEL)
                        .sasTokenExpiryTime(tokenSeconds)
                        .build());
        client.open(false);
        return client;
    }
}
