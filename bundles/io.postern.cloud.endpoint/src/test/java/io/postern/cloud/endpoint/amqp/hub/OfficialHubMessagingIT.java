// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.azure.sdk.iot.service.exceptions.IotHubDeviceMaximumQueueDepthExceededException;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubException;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubMessageTooLargeException;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubNotFoundException;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubUnauthorizedException;
import com.microsoft.azure.sdk.iot.service.messaging.AcknowledgementType;
import com.microsoft.azure.sdk.iot.service.messaging.DeliveryAcknowledgement;
import com.microsoft.azure.sdk.iot.service.messaging.FeedbackRecord;
import com.microsoft.azure.sdk.iot.service.messaging.FeedbackStatusCode;
import com.microsoft.azure.sdk.iot.service.messaging.FileUploadNotificationProcessorClient;
import com.microsoft.azure.sdk.iot.service.messaging.FileUploadNotificationProcessorClientOptions;
import com.microsoft.azure.sdk.iot.service.messaging.IotHubServiceClientProtocol;
import com.microsoft.azure.sdk.iot.service.messaging.Message;
import com.microsoft.azure.sdk.iot.service.messaging.MessageFeedbackProcessorClient;
import com.microsoft.azure.sdk.iot.service.messaging.MessageFeedbackProcessorClientOptions;
import com.microsoft.azure.sdk.iot.service.messaging.MessagingClient;
import com.microsoft.azure.sdk.iot.service.messaging.MessagingClientOptions;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.commands.CommandQueue;
import io.postern.cloud.hub.commands.FeedbackQueue;
import io.postern.cloud.hub.commands.LockedCommand;
import io.postern.cloud.hub.commands.Settlement;
import io.postern.testkit.Await;
import io.postern.testkit.MovableClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The vendor's own service client, unmodified, sending commands and hearing what became of them. */
@Timeout(120)
class OfficialHubMessagingIT {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final Duration LOCK = Duration.ofMinutes(1);
    private static final MovableClock CLOCK = MovableClock.at(Instant.now());
    private static final AtomicInteger DEVICES = new AtomicInteger();

    @TempDir
    static Path directory;

    private static HubAmqpSite site;
    private static SSLContext tls;

    @BeforeAll
    static void open() throws Exception {
        site = new HubAmqpSite(directory, CLOCK, 5671, 443, HubAmqpService.USUAL_DEVICES);
        tls = site.tls(Optional.empty());
    }

    @AfterAll
    static void close() {
        site.close();
    }

    @ParameterizedTest
    @EnumSource
    @Tag("HUB-27")
    void aCommandReachesItsDeviceAndItsSenderHearsOfIt(IotHubServiceClientProtocol protocol) throws Exception {
        DeviceIdentity pump = newDevice();
        BlockingQueue<FeedbackRecord> heard = new LinkedBlockingQueue<>();
        AtomicInteger batches = new AtomicInteger();
        var feedback = new MessageFeedbackProcessorClient(
                connectionString("service"),
                protocol,
                batch -> {
                    if (batches.getAndIncrement() == 0) {
                        return AcknowledgementType.ABANDON; // it must come again
                    }
                    heard.addAll(batch.getRecords());
                    return AcknowledgementType.COMPLETE;
                },
                MessageFeedbackProcessorClientOptions.builder().sslContext(tls).build());
        feedback.start(PATIENCE_MILLIS);
        MessagingClient client = client("service", protocol);
        client.open(PATIENCE_MILLIS);
        var message = new Message("stop");
        message.setMessageId("m-" + protocol);
        message.setCorrelationId("c-1");
        message.setUserId("operator");
        message.setProperties(Map.of("reason", "ice & snow"));
        message.setDeliveryAcknowledgement(DeliveryAcknowledgement.Full);
        client.send(pump.deviceId().text(), message, PATIENCE_MILLIS);
        client.close(PATIENCE_MILLIS);

        LockedCommand command = site.hub.commands().take(pump.deviceId(), LOCK).orElseThrow();
        assertThat(command.body().toUtf8()).isEqualTo("stop");
        assertThat(command.messageId()).isEqualTo("m-" + protocol);
        assertThat(command.properties().entries())
                .containsEntry("reason", "ice & snow")
                .containsEntry("$.cid", "c-1")
                .containsEntry("$.uid", "operator")
                .doesNotContainKey("iothub-ack");
        site.hub.commands().settle(pump.deviceId(), command.token(), Settlement.COMPLETE);
        CLOCK.advance(FeedbackQueue.PATIENCE.plusSeconds(1));

        FeedbackRecord record = heard.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        assertThat(record).isNotNull();
        assertThat(record.getOriginalMessageId()).isEqualTo("m-" + protocol);
        assertThat(record.getStatusCode()).isEqualTo(FeedbackStatusCode.success);
        assertThat(record.getDeviceId()).isEqualTo(pump.deviceId().text());
        assertThat(record.getDeviceGenerationId()).isEqualTo(pump.generationId());
        Await.until(
                Duration.ofSeconds(10),
                "the batch to be done with",
                () -> site.hub.feedback().size() == 0);
        feedback.stop(PATIENCE_MILLIS);
    }

    @Test
    void whatCannotBeSentIsRefusedByTheFieldsNames() throws Exception {
        DeviceIdentity pump = newDevice();
        MessagingClient client = client("iothubowner", IotHubServiceClientProtocol.AMQPS);
        client.open(PATIENCE_MILLIS);

        assertThatThrownBy(() -> client.send("nobody", new Message("x"), PATIENCE_MILLIS))
                .isInstanceOf(IotHubNotFoundException.class);
        assertThatThrownBy(() ->
                        client.send(pump.deviceId().text(), new Message(new byte[64 * 1024 + 1]), PATIENCE_MILLIS))
                .isInstanceOf(IotHubMessageTooLargeException.class);
        assertThatThrownBy(() -> client.send(pump.deviceId().text(), "module", new Message("x"), PATIENCE_MILLIS))
                .isInstanceOf(IotHubException.class);
        BlockingQueue<Boolean> sent = new LinkedBlockingQueue<>();
        for (int i = 0; i < CommandQueue.MOST_PENDING; i++) {
            client.sendAsync(
                    pump.deviceId().text(), new Message("x"), result -> sent.add(result.wasSentSuccessfully()), null);
        }
        List<Boolean> results = new ArrayList<>();
        Await.until(Duration.ofSeconds(20), "all to be accepted", () -> {
            sent.drainTo(results);
            return results.size() == CommandQueue.MOST_PENDING;
        });
        assertThat(results).containsOnly(true);
        assertThatThrownBy(() -> client.send(pump.deviceId().text(), new Message("one too many"), PATIENCE_MILLIS))
                .isInstanceOf(IotHubDeviceMaximumQueueDepthExceededException.class);
        client.close(PATIENCE_MILLIS);
    }

    @Test
    @Tag("HUB-27")
    void aPolicyWithoutServiceConnectSendsNothing() {
        DeviceIdentity pump = newDevice();
        assertThatThrownBy(() -> client("registryRead", IotHubServiceClientProtocol.AMQPS)
                        .open(PATIENCE_MILLIS))
                .isInstanceOf(IotHubUnauthorizedException.class);
        // good for links of devices: the one it wants is refused
        MessagingClient device = client("device", IotHubServiceClientProtocol.AMQPS);
        assertThatThrownBy(() -> {
                    device.open(PATIENCE_MILLIS);
                    device.send(pump.deviceId().text(), new Message("x"), 2_000);
                })
                .isInstanceOfAny(IllegalStateException.class, TimeoutException.class, IotHubException.class);
        assertThat(site.hub.commands().pending(pump.deviceId())).isZero();
    }

    @Test
    void whoWaitsForFilesIsLetIn() throws Exception {
        var client = new FileUploadNotificationProcessorClient(
                connectionString("service"),
                IotHubServiceClientProtocol.AMQPS,
                notification -> AcknowledgementType.COMPLETE,
                FileUploadNotificationProcessorClientOptions.builder()
                        .sslContext(tls)
                        .build());
        client.start(PATIENCE_MILLIS);
        assertThat(client.isRunning()).isTrue();
        client.stop(PATIENCE_MILLIS);
    }

    private static MessagingClient client(String policy, IotHubServiceClientProtocol protocol) {
        return new MessagingClient(
                connectionString(policy),
                protocol,
                MessagingClientOptions.builder().sslContext(tls).build());
    }

    private static String connectionString(String policy) {
        return "HostName=" + HubAmqpSite.host() + ";SharedAccessKeyName=" + policy + ";SharedAccessKey="
                + site.hub
                        .policies()
                        .find(policy)
                        .orElseThrow()
                        .keys()
                        .primary()
                        .revealBase64();
    }

    private static DeviceIdentity newDevice() {
        return site.device("pump-" + DEVICES.incrementAndGet());
    }
}
