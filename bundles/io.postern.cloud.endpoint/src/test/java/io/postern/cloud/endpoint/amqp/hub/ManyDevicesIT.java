// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.azure.sdk.iot.device.ClientOptions;
import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.IotHubClientProtocol;
import com.microsoft.azure.sdk.iot.device.Message;
import com.microsoft.azure.sdk.iot.device.MultiplexingClient;
import com.microsoft.azure.sdk.iot.device.MultiplexingClientOptions;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.HubEvent;
import io.postern.cloud.hub.IfMatch;
import io.postern.lab.amqp.AmqpCrowd;
import io.postern.testkit.CapturedLog;
import io.postern.wire.DeviceId;
import io.postern.wire.ResourceUri;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many devices on one connection: what happens to one of them happens to nobody else. */
@Timeout(120)
class ManyDevicesIT {
    /** Five hundred take 15 s on a busy machine, nearly all of it to create and connect them one after another. */
    private static final int LEAVES = Integer.getInteger("postern.test.leaves", 50);

    private static final String REVOKED = "leaf-25";
    private static final int MULTIPLEXED = 20;
    private static final int PATIENCE_MILLIS = 20_000;

    @TempDir
    static Path directory;

    private static HubAmqpSite site;

    @BeforeAll
    static void open() throws Exception {
        site = new HubAmqpSite(directory, InstantSource.system(), 5671, 443, HubAmqpService.USUAL_DEVICES);
    }

    @AfterAll
    static void close() {
        site.close();
    }

    @Test
    @Tag("HUB-13")
    @Tag("ISS-11")
    void oneOfManyIsCutAndTheOthersLoseNothing() throws Exception {
        List<String> names =
                IntStream.range(0, LEAVES).mapToObj(i -> "leaf-" + i).toList();
        for (String name : names) {
            site.device(name);
        }
        long before = site.hub.events().last();
        try (var crowd = new AmqpCrowd(site.tls(Optional.empty()), HubAmqpSite.host(), site.port)) {
            for (String name : names) {
                crowd.join(
                        name,
                        site.policyToken("device", ResourceUri.device(HubAmqpSite.NAMES.hub(), DeviceId.of(name))));
            }
            crowd.sendRound("before");
            site.hub.identities().delete(DeviceId.of(REVOKED), IfMatch.ANY);
            long deleted = System.nanoTime();
            int rounds = 1;
            while (crowd.detached().isEmpty() || rounds < 4) {
                crowd.sendRound("after");
                crowd.awaitAnswers();
                rounds++;
            }

            assertThat(Duration.ofNanos(System.nanoTime() - deleted)).isLessThan(Duration.ofSeconds(5));
            assertThat(crowd.detached()).containsExactly(Map.entry(REVOKED, "amqp:not-found"));
            Map<String, Integer> accepted = crowd.accepted();
            int all = rounds;
            assertThat(names)
                    .filteredOn(name -> !name.equals(REVOKED))
                    .allSatisfy(name -> assertThat(accepted.get(name)).isEqualTo(all));
            Map<String, Integer> stored = new TreeMap<>();
            for (long from = before + 1; from <= site.hub.events().last(); from += 1000) {
                site.hub
                        .events()
                        .read(from, 1000)
                        .forEach(event -> stored.merge(event.deviceId().text(), 1, Integer::sum));
            }
            assertThat(stored).isEqualTo(accepted);
            assertThat(site.hub.connectedCount()).isEqualTo(LEAVES - 1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"AMQPS", "AMQPS_WS"})
    @Tag("HUB-13")
    void theVendorsMultiplexingClientSendsForManyDevices(IotHubClientProtocol protocol) throws Exception {
        List<DeviceClient> clients = new ArrayList<>();
        for (int i = 0; i < MULTIPLEXED; i++) {
            DeviceIdentity identity = site.device(protocol + "-" + i);
            clients.add(new DeviceClient(
                    "HostName=" + HubAmqpSite.host() + ";DeviceId=" + identity.deviceId() + ";SharedAccessKey="
                            + identity.keys().primary().revealBase64(),
                    protocol,
                    ClientOptions.builder()
                            .sslContext(site.tls(Optional.empty()))
                            .build()));
        }
        long before = site.hub.events().last();
        var multiplexed = new MultiplexingClient(
                HubAmqpSite.host(),
                protocol,
                MultiplexingClientOptions.builder()
                        .sslContext(site.tls(Optional.empty()))
                        .build());
        try (CapturedLog log = CapturedLog.start()) {
            multiplexed.registerDeviceClients(clients);
            multiplexed.open(false);
            assertThat(site.hub.connectedCount()).isGreaterThanOrEqualTo(MULTIPLEXED);

            sendFromAll(clients);
            site.hub.identities().delete(DeviceId.of(protocol + "-7"), IfMatch.ANY);
            clients.remove(7);
            sendFromAll(clients);

            Map<String, Long> stored = site.hub.events().read(before + 1, 1000).stream()
                    .collect(Collectors.groupingBy(
                            (HubEvent event) -> event.deviceId().text(), Collectors.counting()));
            assertThat(stored).hasSize(MULTIPLEXED);
            assertThat(stored.remove(protocol + "-7")).isEqualTo(1);
            assertThat(stored.values()).containsOnly(2L);
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("device connected over AMQP"))
                    .hasSize(MULTIPLEXED); // nobody had to come back
        }
        multiplexed.close();
    }

    private static void sendFromAll(List<DeviceClient> clients) throws InterruptedException {
        var sent = new CountDownLatch(clients.size());
        for (DeviceClient client : clients) {
            client.sendEventAsync(
                    new Message("reading"),
                    (_, failure, _) -> {
                        if (failure == null) {
                            sent.countDown();
                        }
                    },
                    null);
        }
        assertThat(sent.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
    }
}
