// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import static io.postern.gateway.spi.Transport.AMQP;
import static io.postern.gateway.spi.Transport.AMQP_WS;
import static io.postern.gateway.spi.Transport.HTTPS;
import static io.postern.gateway.spi.Transport.MQTT;
import static io.postern.gateway.spi.Transport.MQTT_WS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.provisioning.Backoff;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.HubLink;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.NotAuthorizedException;
import io.postern.gateway.spi.Transport;
import io.postern.gateway.spi.UnreachableException;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ModelId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway.Init") // set before each test
class FallbackHubLinkTest {
    private static final HubName HUB = HubName.of("hub.choice.test");
    private static final Set<Transport> ALL = EnumSet.allOf(Transport.class);
    private static final Credential TOKEN = new Credential.Token(SasToken.sign(
            ResourceUri.hub(HUB),
            Instant.parse("2030-01-01T00:00:00Z"),
            Optional.empty(),
            Secret.base64("a2V5")::hmacSha256));

    private final Set<Transport> blocked = EnumSet.noneOf(Transport.class);
    private final Set<Transport> busy = EnumSet.noneOf(Transport.class);
    private final Set<Transport> onlyProbes = EnumSet.noneOf(Transport.class);
    private final List<Transport> asked = new ArrayList<>();
    private final List<Transport> probed = new ArrayList<>();
    private final List<HubTransportUse> told = new ArrayList<>();
    private boolean refusing;
    private int leaves = 3;
    private long now = Long.MAX_VALUE - 1_000_000; // an honest clock may run over
    private FallbackHubLink link;

    @BeforeEach
    void make() {
        link = link(List.of(), Optional.empty());
    }

    @Test
    void fewLeavesSpeakMqttAndManyAmqp() throws Exception {
        open("a");
        assertThat(link.use().used()).contains(MQTT);
        assertThat(link.use().reason()).isEqualTo("3 leaves, not more than amqpAbove=50");

        leaves = 51;
        link = link(List.of(), Optional.empty());
        open("a");
        assertThat(link.use().used()).contains(AMQP);
        assertThat(link.use().reason()).isEqualTo("51 leaves are more than amqpAbove=50");
    }

    @Test
    void aSiteThatListsTransportsGetsThemInItsOrder() throws Exception {
        link = link(List.of(AMQP_WS, MQTT), Optional.empty());
        blocked.add(AMQP_WS);
        open("a");
        assertThat(asked).containsExactly(AMQP_WS, MQTT);
        assertThat(link.use().blocked()).containsOnlyKeys(AMQP_WS);
    }

    @Test
    void whatTheNetworkBlocksIsPassedOverUntilHttpsIsLeft() throws Exception {
        blocked.addAll(Set.of(MQTT, MQTT_WS, AMQP, AMQP_WS));
        open("a");
        assertThat(asked).containsExactly(MQTT, MQTT_WS, AMQP, AMQP_WS, HTTPS);
        assertThat(told.getLast().used()).contains(HTTPS);
        assertThat(told.getLast().obstacles()).contains("amqp: amqp is blocked");

        open("b");
        assertThat(asked).as("nobody asks the blocked ones again").hasSize(6).endsWith(HTTPS);
    }

    @Test
    void aRefusedCredentialIsNoReasonToGoAnotherWay() throws Exception {
        refusing = true;
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> open("a")).isInstanceOf(NotAuthorizedException.class);
        }
        assertThat(asked).hasSize(20).containsOnly(MQTT);
    }

    @Test
    void withoutANetworkFiveHundredLeavesKnockAsRarelyAsOne() {
        blocked.addAll(ALL);
        long begun = now;
        while (now - begun < Duration.ofHours(1).toNanos()) {
            for (int leaf = 0; leaf < 500; leaf++) {
                assertThat(gotThrough("leaf-" + leaf)).isFalse();
            }
            pass(Duration.ofSeconds(15));
        }
        // a round of all five after each pause of up to a minute, looked for every 15 s
        assertThat(asked.size() / 5).as("rounds an hour").isBetween(60, 150);
    }

    @Test
    void aHubThatRestartsIsWaitedForWhereItWas() throws Exception {
        open("a").close();
        blocked.add(MQTT);
        assertThatThrownBy(() -> open("a")).isInstanceOf(UnreachableException.class);
        assertThatThrownBy(() -> open("a")).isInstanceOf(UnreachableException.class);
        blocked.clear();
        open("a");
        assertThat(asked).containsOnly(MQTT);
    }

    @Test
    void aPortThatIsClosedLaterIsLeftWhenNothingLivesOnItAnyMore() throws Exception {
        HubSession alive = open("a");
        blocked.add(MQTT);
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> open("b")).isInstanceOf(UnreachableException.class);
        }
        assertThat(asked).as("a session lives on it").containsOnly(MQTT);

        alive.close();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> open("b")).isInstanceOf(UnreachableException.class);
        }
        open("b");
        assertThat(link.use().used()).contains(MQTT_WS);
        assertThat(link.use().reason()).contains("what is better does not get through");
    }

    @Test
    void aHubThatAnswersBadlyForLongIsTriedAnotherWay() throws Exception {
        open("a").close();
        busy.add(MQTT);
        for (int i = 0; i < 9; i++) {
            assertThatThrownBy(() -> open("a")).hasMessageContaining("busy");
        }
        open("a");
        assertThat(link.use().used()).contains(MQTT_WS);
    }

    @Test
    void theBetterOneIsProvenByOneSessionBeforeTheOthersFollowOneByOne() throws Exception {
        blocked.add(MQTT);
        List<HubSession> sessions = new ArrayList<>();
        for (int leaf = 0; leaf < 40; leaf++) {
            sessions.add(open("leaf-" + leaf));
        }
        look();
        assertThat(probed).as("too soon after it was blocked").isEmpty();

        blocked.remove(MQTT);
        onlyProbes.add(MQTT); // a proxy that lets in, and nothing through
        pass(Duration.ofMinutes(2));
        look();
        assertThat(superseded(sessions)).containsExactly(sessions.getFirst());
        sessions.set(0, again(sessions.getFirst(), "leaf-0"));
        assertThat(link.use().used()).contains(MQTT_WS);
        assertThat(superseded(sessions)).isEmpty();

        onlyProbes.clear();
        pass(Duration.ofMinutes(4));
        look();
        sessions.set(0, again(sessions.getFirst(), "leaf-0"));
        assertThat(link.use().used()).contains(MQTT);
        assertThat(superseded(sessions)).isEmpty();
        pass(FallbackHubLink.STEP.multipliedBy(10));
        assertThat(superseded(sessions)).hasSize(10);
        pass(FallbackHubLink.STEP.multipliedBy(40));
        assertThat(superseded(sessions)).hasSize(39);
        for (HubSession each : superseded(sessions)) {
            sessions.set(sessions.indexOf(each), again(each, "leaf"));
        }
        assertThat(link.use().sessions()).containsExactly(Map.entry(MQTT, 40));
        assertThat(link.use().blocked()).isEmpty();
    }

    @Test
    void looksForABetterOneBecomeRare() throws Exception {
        blocked.add(MQTT);
        open("a");
        long begun = now;
        while (now - begun < Duration.ofDays(1).toNanos()) {
            pass(Duration.ofSeconds(10));
            look();
        }
        assertThat(probed).hasSizeBetween(24, 60).containsOnly(MQTT);
    }

    @Test
    void moreLeavesThanTheLimitMoveTheGatewayToAmqpWithoutClosingWhatWorks() throws Exception {
        HubSession first = open("leaf-0");
        leaves = 60;
        look();
        assertThat(superseded(List.of(first)))
                .as("leaves are still being configured")
                .isEmpty();
        pass(TransportChoice.SETTLED);
        look();
        assertThat(first.isOpen()).isTrue();
        assertThat(first.isSuperseded()).isTrue();
        again(first, "leaf-0");
        assertThat(link.use().used()).contains(AMQP);

        leaves = 10;
        look();
        pass(TransportChoice.SETTLED);
        look();
        assertThat(probed).containsExactly(AMQP, MQTT);
    }

    @Test
    void aStartTriesWhatWorkedLastAndLooksForTheBetterOneSoon() throws Exception {
        link = link(List.of(), Optional.of(MQTT_WS));
        HubSession session = open("a");
        assertThat(asked).containsExactly(MQTT_WS);
        look();
        assertThat(session.isSuperseded()).isTrue();
        again(session, "a");
        assertThat(link.use().used()).contains(MQTT);
    }

    @Test
    void anAdapterThatIsNotInstalledIsPassedOver() throws Exception {
        var order = new HubTransportOrder(List.of(), EnumSet.of(AMQP, MQTT_WS), 50);
        assertThat(order.preferred(1)).containsExactly(MQTT_WS, AMQP);
        assertThatThrownBy(() -> new HubTransportOrder(List.of(MQTT), EnumSet.of(AMQP), 50))
                .hasMessageContaining("MQTT");
    }

    private FallbackHubLink link(List<Transport> listed, Optional<Transport> remembered) {
        Map<Transport, Supplier<HubLink>> links = new EnumMap<>(Transport.class);
        ALL.forEach(transport -> links.put(transport, () -> new Played(transport)));
        var random = new Random(5);
        return new FallbackHubLink(
                new HubTransportOrder(listed, ALL, 50),
                () -> leaves,
                links,
                remembered,
                told::add,
                new FallbackHubLink.Pauses(
                        new Backoff(Duration.ofSeconds(2), Duration.ofMinutes(1), random),
                        new Backoff(Duration.ofMinutes(2), Duration.ofHours(1), random)),
                () -> now);
    }

    private HubSession open(String device) throws IOException {
        return link.open(HUB, DeviceId.of(device), TOKEN, Optional.empty());
    }

    private boolean gotThrough(String device) {
        try {
            open(device);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private HubSession again(HubSession old, String device) throws IOException {
        old.close();
        return open(device);
    }

    private void look() throws InterruptedException {
        link.look();
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private static List<HubSession> superseded(List<HubSession> sessions) {
        return sessions.stream().filter(HubSession::isSuperseded).toList();
    }

    /** One transport, as the network of the test lets it through. */
    private final class Played implements HubLink {
        private final Transport transport;
        private final FakeHub hub = new FakeHub(InstantSource.fixed(Instant.EPOCH));

        Played(Transport transport) {
            this.transport = transport;
        }

        @Override
        public HubSession open(HubName to, DeviceId device, Credential credential, Optional<ModelId> model)
                throws IOException {
            asked.add(transport);
            if (blocked.contains(transport) || onlyProbes.contains(transport)) {
                throw new UnreachableException(transport.text() + " is blocked", new IOException());
            }
            if (busy.contains(transport)) {
                throw new IOException("the hub is busy");
            }
            if (refusing) {
                throw new NotAuthorizedException("not " + device);
            }
            return hub.open(to, device, credential, model);
        }

        @Override
        public void probe(HubName to) throws IOException {
            probed.add(transport);
            if (blocked.contains(transport)) {
                throw new UnreachableException(transport.text() + " is blocked", new IOException());
            }
        }
    }
}
