// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.amqp.AmqpComponent;
import io.postern.gateway.amqp.AmqpPatience;
import io.postern.gateway.https.HttpHubLink;
import io.postern.gateway.https.HttpsExchange;
import io.postern.gateway.https.TlsDialer;
import io.postern.gateway.https.TrustAnchors;
import io.postern.gateway.mqtt.MqttComponent;
import io.postern.gateway.mqtt.MqttPatience;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.Dialer;
import io.postern.gateway.spi.HubLink;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.Transport;
import io.postern.lab.LabCloud;
import io.postern.lab.load.Crew;
import io.postern.testkit.Configs;
import io.postern.testkit.FaultProxy;
import io.postern.testkit.Hosts;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.NetworkFault;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A hub that is suddenly as good as away, while no connection says so, is noticed over each transport within the time
 * its patience promises: by who has something on its way, and by who has not.
 */
@TestInstance(Lifecycle.PER_CLASS)
class SilentNetworkIT {
    private static final Path ROOT = Path.of(System.getProperty("postern.root"));
    private static final HubName HUB = HubName.of("hub.silent.test");
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(1); // the shortest there is
    private static final Duration PATIENCE = Duration.ofSeconds(2); // a busy machine answers within
    private static final Duration NOTICED = Duration.ofSeconds(5); // that, the closing of TLS, and the same machine

    @TempDir
    private static Path directory;

    private final Map<Transport, HubLink> links = new EnumMap<>(Transport.class);
    private LabCloud cloud;
    private FaultProxy network;
    private Crew devices;
    private int next;

    @BeforeAll
    void start() throws Exception {
        String address = LoopbackAddress.random();
        cloud = LabCloud.start(
                ROOT,
                directory,
                LoopbackAddress.random(),
                OptionalInt.empty(),
                List.of("--domain", HUB.text().substring("hub.".length())));
        Hosts.write(address, HUB.text()); // in the place of what the cloud has written
        int https = cloud.connection().httpsPort();
        int mqtt = cloud.mqttPort();
        int amqp = cloud.amqpPort();
        network = new FaultProxy(address, cloud.address().getHostAddress(), https, mqtt, amqp);
        devices = Crew.ofTheirOwn(cloud, "silent", 30, directory);
        var anchors = TrustAnchors.load(cloud.connection().caFile().orElseThrow());
        Dialer dialer = new TlsDialer(anchors, Optional.empty(), TlsDialer.Limits.DEFAULT);
        var overMqtt = new MqttComponent(new MqttPatience(PATIENCE.multipliedBy(10), PATIENCE, KEEP_ALIVE));
        var overAmqp = new AmqpComponent(
                Configs.of(AmqpComponent.Config.class, Map.of()),
                new AmqpPatience(PATIENCE.multipliedBy(10), PATIENCE, PATIENCE, PATIENCE));
        links.put(Transport.MQTT, overMqtt.link(Transport.MQTT, mqtt, dialer));
        links.put(Transport.MQTT_WS, overMqtt.link(Transport.MQTT_WS, https, dialer));
        links.put(Transport.AMQP, overAmqp.link(Transport.AMQP, amqp, dialer));
        links.put(Transport.AMQP_WS, overAmqp.link(Transport.AMQP_WS, https, dialer));
        links.put(
                Transport.HTTPS,
                new HttpHubLink(
                        new HttpsExchange(anchors, new HttpsExchange.Limits(PATIENCE, PATIENCE, PATIENCE)), https));
    }

    @AfterAll
    void stop() {
        links.values().forEach(HubLink::close);
        network.close();
        cloud.close();
    }

    static Stream<NetworkFault> faults() {
        return Stream.of(new NetworkFault.HalfOpen(), new NetworkFault.Stall());
    }

    /** A device, its way and its session. */
    private record Party(Transport transport, DeviceId device, HubSession session) {}

    @ParameterizedTest
    @MethodSource("faults")
    void aHubThatFallsSilentIsNoticedOverEachTransport(NetworkFault fault) throws Exception {
        List<Party> idle = new ArrayList<>();
        List<Party> speaking = new ArrayList<>();
        for (Transport each : Transport.values()) {
            if (each != Transport.HTTPS) { // between two requests there is nothing that could be lost
                idle.add(join(each, device()));
            }
            Party party = join(each, device());
            party.session.send(messages(party.device, 1));
            speaking.add(party);
        }
        assertThat(network.open()).as("connections by way of it").isGreaterThanOrEqualTo(6);
        network.make(fault);
        try {
            List<CompletableFuture<String>> noticed = new ArrayList<>();
            for (Party each : idle) {
                var lost = new CompletableFuture<Void>();
                each.session.onLoss(() -> lost.complete(null));
                noticed.add(within(lost, each.transport + ", nothing on its way"));
            }
            for (Party each : speaking) {
                noticed.add(within(
                        failure(each.session, messages(each.device, 400)), each.transport + ", messages on their way"));
            }
            assertThat(noticed.stream().map(CompletableFuture::join))
                    .as("noticed late or never")
                    .containsOnly("");
            assertThat(idle).noneMatch(each -> each.session.isOpen());
            assertThat(speaking).noneMatch(each -> each.transport != Transport.HTTPS && each.session.isOpen());
        } finally {
            network.heal();
        }
        for (Party each : speaking) {
            try (HubSession again = join(each.transport, each.device).session) {
                again.send(messages(each.device, 1));
            }
        }
    }

    private DeviceId device() {
        return devices.leaf(next++);
    }

    private Party join(Transport transport, DeviceId device) throws IOException {
        SasToken token = SasToken.sign(
                ResourceUri.device(HUB, device),
                Instant.now().plusSeconds(600),
                Optional.empty(),
                devices.key()::hmacSha256);
        HubLink link = Objects.requireNonNull(links.get(transport));
        return new Party(transport, device, link.open(HUB, device, new Credential.Token(token), Optional.empty()));
    }

    /** What is to be complained of. */
    private static CompletableFuture<String> within(CompletableFuture<Void> event, String what) {
        long begin = System.nanoTime();
        return event.orTimeout(NOTICED.toMillis() * 3, TimeUnit.MILLISECONDS).handle((_, failure) -> {
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            return failure == null && took.compareTo(NOTICED) < 0
                    ? ""
                    : what + ": " + took.toMillis() + " ms" + (failure == null ? "" : ", " + failure);
        });
    }

    /** Comes when sending has failed. */
    private static CompletableFuture<Void> failure(HubSession session, List<TelemetryMessage> messages) {
        var failed = new CompletableFuture<Void>();
        Thread.startVirtualThread(() -> {
            try {
                session.send(messages);
                failed.completeExceptionally(new AssertionError("sent through a network that carries nothing"));
            } catch (IOException | InterruptedException e) {
                failed.complete(null);
            }
        });
        return failed;
    }

    /** Some of them are large, so that what a socket keeps by itself is full. */
    private static List<TelemetryMessage> messages(DeviceId device, int count) {
        List<TelemetryMessage> messages = new ArrayList<>();
        for (int n = 1; n <= count; n++) {
            messages.add(new TelemetryMessage(
                    device,
                    n,
                    Priority.MEASUREMENT,
                    Stamp.confirmed(Instant.now()),
                    Bytes.utf8("{\"n\":\"" + "x".repeat(count > 1 ? 20_000 : 1) + "\"}")));
        }
        return messages;
    }
}
