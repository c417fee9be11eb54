// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.azure.sdk.iot.device.ClientOptions;
import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.IotHubClientProtocol;
import com.microsoft.azure.sdk.iot.device.Message;
import com.microsoft.azure.sdk.iot.device.MultiplexingClient;
import com.microsoft.azure.sdk.iot.device.MultiplexingClientOptions;
import com.microsoft.azure.sdk.iot.device.SasTokenProvider;
import com.microsoft.azure.sdk.iot.device.transport.IotHubConnectionStatus;
import com.microsoft.azure.sdk.iot.device.transport.RetryDecision;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.HubEvent;
import io.postern.cloud.hub.RevocationBarriers.Order;
import io.postern.testkit.Await;
import io.postern.wire.DeviceId;
import io.postern.wire.ResourceUri;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many leaves on one connection of the vendor's own client, each with a token of its own, one of them taken back. */
@Timeout(120)
class RevokedLeafIT {
    private static final int LEAVES = 40;
    private static final int PATIENCE_MILLIS = 30_000;
    private static final DeviceId REVOKED = DeviceId.of("leaf-7");

    @TempDir
    Path directory;

    @Test
    @Tag("SYS-09")
    @Tag("HUB-18")
    void oneRevokedLeafIsCutAndTheOthersOnItsConnectionLoseNothing() throws Exception {
        Map<String, AtomicInteger> lost = new ConcurrentHashMap<>();
        try (var site = new HubAmqpSite(directory, InstantSource.system(), 5671, 443, HubAmqpService.USUAL_DEVICES)) {
            List<DeviceIdentity> leaves = IntStream.range(0, LEAVES)
                    .mapToObj(number -> site.device("leaf-" + number))
                    .toList();
            List<DeviceClient> clients =
                    leaves.stream().map(leaf -> client(site, leaf, lost)).toList();
            var connection = new MultiplexingClient(
                    HubAmqpSite.host(),
                    IotHubClientProtocol.AMQPS,
                    MultiplexingClientOptions.builder()
                            .sslContext(site.tls(Optional.empty()))
                            .build());
            clients.forEach(client -> client.setRetryPolicy((_, _) -> new RetryDecision(false, 0)));
            connection.open(false);
            connection.registerDeviceClients(clients, PATIENCE_MILLIS);
            for (DeviceClient client : clients) {
                client.sendEvent(new Message("before"), PATIENCE_MILLIS);
            }

            Instant until = Instant.now().plus(Duration.ofHours(2));
            site.hub.barriers().carryOut(List.of(new Order.Close(REVOKED, until, "stolen", "op")));
            assertThat(site.hub.connectedCount()).as("when the order returns").isEqualTo(LEAVES - 1);
            Await.until(Duration.ofSeconds(20), "the leaf to hear of it", () -> lost.containsKey(REVOKED.text()));

            for (DeviceClient client : clients) {
                if (!client.getConfig().getDeviceId().equals(REVOKED.text())) {
                    client.sendEvent(new Message("after"), PATIENCE_MILLIS);
                }
            }
            assertThat(lost.keySet()).containsExactly(REVOKED.text());
            assertThat(site.hub.connectedCount()).isEqualTo(LEAVES - 1);
            assertThat(site.events(2 * LEAVES - 1))
                    .filteredOn(event -> event.body().toUtf8().equals("after"))
                    .extracting(HubEvent::deviceId)
                    .doesNotContain(REVOKED)
                    .hasSize(LEAVES - 1);
            connection.close();
        }
    }

    private static DeviceClient client(HubAmqpSite site, DeviceIdentity leaf, Map<String, AtomicInteger> lost) {
        String token = site.policyToken("tokenservice", ResourceUri.device(HubAmqpSite.NAMES.hub(), leaf.deviceId()));
        SasTokenProvider provider = () -> token.toCharArray();
        var client = new DeviceClient(
                HubAmqpSite.host(),
                leaf.deviceId().text(),
                provider,
                IotHubClientProtocol.AMQPS,
                ClientOptions.builder().build());
        client.setConnectionStatusChangeCallback(
                change -> {
                    if (change.getNewStatus() != IotHubConnectionStatus.CONNECTED) {
                        lost.computeIfAbsent(leaf.deviceId().text(), _ -> new AtomicInteger())
                                .incrementAndGet();
                    }
                },
                null);
        return client;
    }
}
