// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.azure.sdk.iot.device.ClientOptions;
import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.FileUploadSasUriRequest;
import com.microsoft.azure.sdk.iot.device.IotHubClientProtocol;
import com.microsoft.azure.sdk.iot.device.IotHubMessageResult;
import com.microsoft.azure.sdk.iot.device.Message;
import com.microsoft.azure.sdk.iot.device.exceptions.IotHubClientException;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubNotFoundException;
import com.microsoft.azure.sdk.iot.service.methods.DirectMethodRequestOptions;
import com.microsoft.azure.sdk.iot.service.methods.DirectMethodResponse;
import com.microsoft.azure.sdk.iot.service.methods.DirectMethodsClient;
import io.postern.cloud.hub.AuthMethod;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.HubEvent;
import io.postern.cloud.hub.commands.Acknowledgement;
import io.postern.cloud.hub.commands.Command;
import io.postern.cloud.hub.commands.FeedbackRecord;
import io.postern.cloud.hub.methods.MethodCall;
import io.postern.cloud.hub.methods.MethodLine;
import io.postern.testkit.Await;
import io.postern.wire.Bytes;
import io.postern.wire.hub.PropertyBag;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The vendor's own clients, unmodified: the device's over HTTPS, and the service's for direct methods. */
@Timeout(120)
class OfficialHttpsDeviceClientIT {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final Duration PATIENCE = Duration.ofMillis(PATIENCE_MILLIS);

    private final SSLSocketFactory defaultBefore = HttpsURLConnection.getDefaultSSLSocketFactory();

    @TempDir
    Path directory;

    private TestHub cloud;
    private TestListener listener;
    private DeviceIdentity meter;

    @BeforeEach
    void open() throws Exception {
        cloud = new TestHub(directory);
        cloud.clock.set(Instant.now());
        meter = cloud.device("meter-1");
        listener = TestListener.openAtTheUsualPort(directory.resolve("tls"), cloud.routes);
        HttpsURLConnection.setDefaultSSLSocketFactory(listener.tls(null).getSocketFactory());
    }

    @AfterEach
    void close() {
        HttpsURLConnection.setDefaultSSLSocketFactory(defaultBefore);
        listener.close();
        cloud.close();
    }

    @Test
    @Tag("HUB-17")
    @Tag("HUB-28")
    @Tag("HUB-30")
    @Tag("SYS-02")
    @Tag("SEC-06")
    void sendsSingleMessagesAndBatches() throws Exception {
        DeviceClient client = client();
        client.open(false);
        client.sendEvent(message(1), PATIENCE_MILLIS);
        client.sendEvents(List.of(message(2), message(3)), PATIENCE_MILLIS);
        client.close();

        List<HubEvent> events = cloud.hub.events().read(1, 10);
        assertThat(events).extracting(e -> e.body().toUtf8()).containsExactly("{\"kw\":1}", "{\"kw\":2}", "{\"kw\":3}");
        assertThat(events).allSatisfy(event -> {
            assertThat(event.deviceId()).isEqualTo(meter.deviceId());
            assertThat(event.authMethod()).isEqualTo(AuthMethod.DEVICE_KEY);
            assertThat(event.applicationProperties())
                    .containsEntry("hallName", "A")
                    .doesNotContainKey("iothub-app-hallName");
        });
        assertThat(events).extracting(e -> e.systemProperties().get("$.mid")).containsExactly("m-1", "m-2", "m-3");
        assertThat(events.getFirst().systemProperties()).containsEntry("$.ct", "application/json");
    }

    @Test
    @Tag("HUB-09")
    @Tag("HUB-17")
    @Tag("HUB-28")
    void fetchesCommandsAndCompletesRejectsAndAbandonsThem() throws Exception {
        List.of("complete", "reject", "abandon").forEach(this::command);
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        DeviceClient client = client();
        client.setMessageCallback(
                (message, _) -> {
                    String id = message.getMessageId();
                    boolean again = heard.contains(id);
                    heard.add(id);
                    assertThat(new String(message.getBytes(), StandardCharsets.UTF_8))
                            .isEqualTo("do " + id);
                    assertThat(message.getProperty("unit")).isEqualTo("kW");
                    return switch (id) {
                        case "reject" -> IotHubMessageResult.REJECT;
                        case "abandon" -> again ? IotHubMessageResult.COMPLETE : IotHubMessageResult.ABANDON;
                        default -> IotHubMessageResult.COMPLETE;
                    };
                },
                "context");
        client.open(false);
        Await.until(
                PATIENCE,
                "all commands to be settled",
                () -> cloud.hub.commands().pending(meter.deviceId()) == 0);
        client.close();

        assertThat(heard).containsExactlyInAnyOrder("complete", "reject", "abandon", "abandon");
        cloud.clock.advance(Duration.ofSeconds(15));
        List<FeedbackRecord> told = cloud.hub.feedback().take().orElseThrow().records();
        assertThat(told)
                .extracting(
                        record -> record.messageId() + " " + record.outcome().wireName())
                .containsExactlyInAnyOrder("complete Success", "reject Rejected", "abandon Success");
    }

    @Test
    void isToldThatFilesHaveNoPlaceHere() throws Exception {
        DeviceClient client = client();
        client.open(false);
        assertThatThrownBy(() -> client.getFileUploadSasUri(new FileUploadSasUriRequest("log.txt")))
                .isInstanceOf(IotHubClientException.class);
        client.close();
    }

    @Test
    @Tag("HUB-27")
    void theServicesClientInvokesAMethodAndIsToldOfADeviceThatIsOffline() throws Exception {
        var methods = new DirectMethodsClient(connectionString("service"));
        var options = DirectMethodRequestOptions.builder()
                .payload(List.of(1, 2))
                .methodResponseTimeoutSeconds(10)
                .methodConnectTimeoutSeconds(0)
                .build();
        assertThatThrownBy(() -> methods.invoke("meter-1", "add", options))
                .isInstanceOf(IotHubNotFoundException.class)
                .hasMessageContaining("does not listen to methods");

        List<MethodCall> asked = new ArrayList<>();
        cloud.hub.methods().listen(meter.deviceId(), new MethodLine() {
            @Override
            public void call(MethodCall call) {
                asked.add(call);
                cloud.hub.methods().answer(meter.deviceId(), this, call.requestId(), 200, Bytes.utf8("{\"sum\":3}"));
            }
        });
        DirectMethodResponse response = methods.invoke("meter-1", "add", options);
        assertThat(response.getStatus()).isEqualTo(200);
        assertThat(response.getPayloadAsJsonString()).isEqualTo("{\"sum\":3}");
        assertThat(asked).singleElement().satisfies(call -> {
            assertThat(call.name()).isEqualTo("add");
            assertThat(call.payload().toUtf8()).isEqualTo("[1,2]");
        });
    }

    private static Message message(int number) {
        var message = new Message("{\"kw\":" + number + "}");
        message.setMessageId("m-" + number);
        message.setContentType("application/json");
        message.setContentEncoding("utf-8");
        message.setProperty("hallName", "A");
        return message;
    }

    private void command(String id) {
        cloud.hub
                .commands()
                .send(
                        meter.deviceId(),
                        new Command(
                                Optional.of(id),
                                PropertyBag.EMPTY.with("unit", "kW"),
                                Bytes.utf8("do " + id),
                                Optional.empty(),
                                Acknowledgement.FULL));
    }

    private DeviceClient client() throws Exception {
        var options = ClientOptions.builder()
                .sslContext(listener.tls(null))
                .receiveInterval(50)
                .build();
        String key = meter.keys().primary().revealBase64();
        return new DeviceClient(
                "HostName=" + TestHub.NAMES.hubHost() + ";DeviceId=meter-1;SharedAccessKey=" + key,
                IotHubClientProtocol.HTTPS,
                options);
    }

    private String connectionString(String policy) {
        String key =
                cloud.hub.policies().find(policy).orElseThrow().keys().primary().revealBase64();
        return "HostName=" + TestHub.NAMES.hubHost() + ";SharedAccessKeyName=" + policy + ";SharedAccessKey=" + key;
    }
}
