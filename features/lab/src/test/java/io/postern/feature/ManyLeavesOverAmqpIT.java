// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.ctl.DeviceTalk;
import io.postern.ctl.EventStream;
import io.postern.ctl.TelemetryEvent;
import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.amqp.AmqpComponent;
import io.postern.gateway.https.TlsDialer;
import io.postern.gateway.https.TrustAnchors;
import io.postern.gateway.spi.Channel;
import io.postern.gateway.spi.ClientCertificate;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.Dialer;
import io.postern.gateway.spi.HubLink;
import io.postern.gateway.spi.HubOrder;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.NotAuthorizedException;
import io.postern.gateway.spi.Transport;
import io.postern.gateway.spi.UnreachableException;
import io.postern.lab.bench.hub.PosternBroker;
import io.postern.testkit.Await;
import io.postern.testkit.Configs;
import io.postern.testkit.Hosts;
import io.postern.testkit.LoopbackAddress;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The gateway's link over AMQP and the cloud side as it is shipped: many leaves on one connection. */
@TestInstance(Lifecycle.PER_CLASS)
class ManyLeavesOverAmqpIT {
    private static final Path ROOT = Path.of(System.getProperty("postern.root"));
    private static final String ADDRESS = LoopbackAddress.random();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int LEAVES = 200;
    private static final int EACH = 10;

    @TempDir
    private static Path directory;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger dialed = new AtomicInteger();
    private PosternBroker cloud;
    private HubName hub;
    private JsonObject ports;
    private TrustAnchors anchors;

    @BeforeAll
    void start() throws Exception {
        cloud = PosternBroker.start(ROOT, directory, ADDRESS);
        cloud.expect(LEAVES + 4);
        hub = HubName.of(cloud.cloud().connection().hub().host());
        Hosts.write(ADDRESS, hub.text());
        ports = Json.parseObject(Files.readString(cloud.cloud().data().resolve("connection.json")))
                .getJsonObject("ports");
        anchors = TrustAnchors.load(cloud.cloud().connection().caFile().orElseThrow());
    }

    @AfterAll
    void stop() {
        threads.close();
        cloud.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"AMQP", "AMQP_WS"})
    @Tag("HUB-13")
    void twoHundredLeavesShareOneConnectionAndWhatIsAcknowledgedIsInTheStreamInOrder(Transport transport)
            throws Exception {
        try (HubLink link = link(transport, 1000)) {
            dialed.set(0);
            List<HubSession> sessions = openAll(link, LEAVES);
            assertThat(dialed).hasValue(1);

            Map<String, Long> last = new HashMap<>();
            try (EventStream stream = cloud.cloud().operator().newEvents(notice -> {})) {
                all(sessions.stream()
                        .<Callable<Boolean>>map(session -> () -> {
                            int leaf = sessions.indexOf(session);
                            session.send(messages(leaf, 1, EACH / 2));
                            session.send(messages(leaf, EACH / 2 + 1, EACH));
                            return true;
                        })
                        .toList());
                for (int n = 0; n < LEAVES * EACH; n++) {
                    TelemetryEvent event = stream.next(PATIENCE).orElseThrow();
                    JsonObject properties = event.json().getJsonObject("properties");
                    long sequence = Long.parseLong(properties.getString("seq"));
                    assertThat(last.getOrDefault(event.deviceId(), 0L)).isEqualTo(sequence - 1);
                    last.put(event.deviceId(), sequence);
                }
            }
            assertThat(last.values()).hasSize(LEAVES).containsOnly((long) EACH);
            sessions.forEach(HubSession::close);
        }
    }

    @Test
    @Tag("HUB-15")
    void aLeafThatIsDisabledLosesItsSessionAndItsNeighboursGoOn() throws Exception {
        try (HubLink link = link(Transport.AMQP, 1000)) {
            List<HubSession> sessions = openAll(link, LEAVES);
            HubSession revoked = sessions.get(7);
            cloud.cloud().operator().devices().enable(id(7), false);
            try {
                Await.until(PATIENCE, "the session's end", () -> !revoked.isOpen());
                assertThatThrownBy(() -> revoked.send(messages(7, 1, 1)))
                        .isInstanceOf(NotAuthorizedException.class)
                        .hasMessageContaining("amqp:unauthorized-access");
                assertThatThrownBy(() -> open(link, 7)).isInstanceOf(NotAuthorizedException.class);
                for (int leaf = 0; leaf < LEAVES; leaf++) {
                    if (leaf != 7) {
                        sessions.get(leaf).send(messages(leaf, 1, 1));
                    }
                }
            } finally {
                cloud.cloud().operator().devices().enable(id(7), true);
            }
            revoked.close();
            try (HubSession again = open(link, 7)) {
                again.send(messages(7, 2, 2));
            }
        }
    }

    @Test
    void aHubsCapSplitsTheLeavesOverConnections() throws Exception {
        try (HubLink link = link(Transport.AMQP, 2)) {
            dialed.set(0);
            List<HubSession> sessions = openAll(link, 5);
            assertThat(dialed).hasValue(3);
            for (int leaf = 0; leaf < 5; leaf++) {
                sessions.get(leaf).send(messages(leaf, 1, 3));
            }
        }
    }

    @Test
    @Tag("HUB-13")
    void aTokenIsRenewedInPlaceAndTheSessionOutlivesTheFirst() throws Exception {
        try (HubLink link = link(Transport.AMQP, 1000);
                HubSession session = open(link, 1, token(Instant.now().plusSeconds(4)))) {
            Instant end = Instant.now().plusSeconds(5);
            assertThat(session.renew(token(Instant.now().plusSeconds(600)))).isTrue();
            assertThatThrownBy(() -> session.renew(forged())).isInstanceOf(NotAuthorizedException.class);
            Await.until(PATIENCE, "the first token's end", () -> Instant.now().isAfter(end));
            session.send(messages(1, 1, 2));
            assertThat(session.isOpen()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"AMQP", "AMQP_WS"})
    void twinsMethodsAndReportsWorkAsOverEveryTransport(Transport transport) throws Exception {
        DeviceId device = id(LEAVES + transport.ordinal() % 2);
        try (HubLink link = link(transport, 1000);
                HubSession session = link.open(hub, device, token(Instant.now().plusSeconds(600)), Optional.empty())) {
            session.follow();
            session.report(Json.parseObject("{\"firmware\":\"1.2\"}"));
            assertThat(session.twin().getJsonObject("reported").getString("firmware"))
                    .isEqualTo("1.2");

            JsonObject wish = Json.parseObject("{\"setpoint\":21}");
            cloud.cloud().operator().twins().merge(device, Optional.empty(), Optional.of(wish));
            assertThat(session.nextOrder(PATIENCE))
                    .get()
                    .isInstanceOfSatisfying(HubOrder.Desired.class, desired -> assertThat(desired.patch())
                            .isEqualTo(wish));

            Future<JsonObject> result = threads.submit(() -> cloud.cloud()
                    .operator()
                    .talk()
                    .call(device, new DeviceTalk.Call("reset", Optional.of(wish), Duration.ZERO, PATIENCE)));
            var method = (HubOrder.Method) session.nextOrder(PATIENCE).orElseThrow();
            assertThat(method.name()).isEqualTo("reset");
            assertThat(method.payload()).isEqualTo(wish);
            session.answer(method, 207, Json.parseObject("{\"done\":true}"));
            assertThat(result.get().getInt("status")).isEqualTo(207);
        }
    }

    @Test
    void aTokenOfAnotherKeyIsRefusedInWords() throws Exception {
        try (HubLink link = link(Transport.AMQP, 1000)) {
            assertThatThrownBy(() -> open(link, 3, forged()))
                    .isInstanceOf(NotAuthorizedException.class)
                    .hasMessageContaining("does not accept the token of bench-3: 401");
        }
    }

    private Credential forged() {
        return new Credential.Token(SasToken.sign(
                ResourceUri.device(hub, id(3)),
                Instant.now().plusSeconds(60),
                Optional.empty(),
                Secret.base64("a2V5")::hmacSha256));
    }

    private HubLink link(Transport transport, int most) {
        var component = new AmqpComponent(Configs.of(AmqpComponent.Config.class, Map.of("devicesPerConnection", most)));
        return component.link(
                transport,
                ports.getInt(transport == Transport.AMQP ? "amqp" : "https"),
                new Counting(new TlsDialer(anchors, Optional.empty(), TlsDialer.Limits.DEFAULT)));
    }

    private List<HubSession> openAll(HubLink link, int count) throws Exception {
        return all(IntStream.range(0, count)
                .<Callable<HubSession>>mapToObj(leaf -> () -> open(link, leaf))
                .toList());
    }

    private <T> List<T> all(List<Callable<T>> work) throws Exception {
        List<T> results = new ArrayList<>();
        for (Future<T> each : threads.invokeAll(work)) {
            results.add(each.get());
        }
        return results;
    }

    private HubSession open(HubLink link, int leaf) throws Exception {
        return open(link, leaf, token(Instant.now().plusSeconds(600)));
    }

    private HubSession open(HubLink link, int leaf, Credential credential) throws Exception {
        return link.open(hub, id(leaf), credential, Optional.empty());
    }

    private Credential token(Instant end) {
        var policy = cloud.cloud().connection().hub().key("a test");
        return new Credential.Token(
                SasToken.sign(ResourceUri.hub(hub), end, Optional.of(policy.keyName()), policy.key()::hmacSha256));
    }

    private static DeviceId id(int leaf) {
        return DeviceId.of("bench-" + leaf);
    }

    private static List<TelemetryMessage> messages(int leaf, int first, int last) {
        return IntStream.rangeClosed(first, last)
                .mapToObj(n -> new TelemetryMessage(
                        id(leaf),
                        n,
                        Priority.MEASUREMENT,
                        Stamp.confirmed(Instant.parse("2026-03-01T08:00:00Z").plusSeconds(n)),
                        Bytes.utf8("{\"n\":" + n + "}")))
                .toList();
    }

    private final class Counting implements Dialer {
        private final Dialer dialer;

        Counting(Dialer dialer) {
            this.dialer = dialer;
        }

        @Override
        public Channel dial(Destination to, Optional<ClientCertificate> certificate) throws UnreachableException {
            dialed.incrementAndGet();
            return dialer.dial(to, certificate);
        }
    }
}
