// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.LeafDevice;
import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.control.ControlDesk;
import io.postern.gateway.control.GatewayMethods;
import io.postern.gateway.downlink.Downlinks;
import io.postern.gateway.leaf.Roster;
import io.postern.gateway.provisioning.Pause;
import io.postern.gateway.spi.Exchanges;
import io.postern.gateway.spi.GatewayClock;
import io.postern.testkit.Await;
import io.postern.testkit.MovableClock;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionsTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final LeafDevice LISTED = LeafDevice.parse("listed");
    private static final LeafDevice METER = LeafDevice.parse("meter=dtmi:test:meter;1");

    private final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");
    private final UplinkLedger ledger = new UplinkLedger(clock::nanoTime);
    private final FakeHub hub = new FakeHub(clock);
    private final FakeTokens tokens = new FakeTokens(clock);
    private final MemoryOutbox outbox = new MemoryOutbox();
    private final GatewayIdentity own = new TokenIdentity(
            new SigningModule()::sign, FakeTokens.HUB, DeviceId.of("gw-1"), ledger, clock, clock::nanoTime);
    private final Retry retry = Retry.standard(new Random(7), Pause.REAL);
    private final Roster roster = new Roster(List.of(LISTED));
    private final Sessions sessions = new Sessions(
            new GatewayPresence(
                    FakeTokens.HUB,
                    hub,
                    own,
                    Optional.empty(),
                    () -> Json.object().build(),
                    new GatewayMethods(new ControlDesk(), FakeTokens.HUB, _ -> {}),
                    new Exchanges(System::nanoTime),
                    () -> {},
                    retry,
                    (milestone, subject) -> {},
                    clock),
            roster,
            this::uplink);

    @AfterEach
    void close() {
        sessions.close();
    }

    @Test
    void aLeafThatIsAddedOrHeldWhileTheGatewayRunsIsConnectedOrNotAndTheOthersAreLeftAlone() {
        sessions.start();
        awaitLive(2); // the gateway's own and the listed leaf's
        Roster.Seat seat = roster.take(METER, "leaf~meter");
        seat.show("approved", true);
        awaitLive(3);
        outbox.append(METER.id(), Priority.MEASUREMENT, Stamp.confirmed(clock.instant()), Bytes.EMPTY);
        Await.until(LONG, "the leaf's message", () -> hub.accepted.size() == 1);

        seat.show("pending", false);
        awaitLive(2);
        seat.show("live", true);
        awaitLive(3);
        seat.close();
        awaitLive(2);
        assertThat(hub.openings.get())
                .as("gateway and listed leaf once, the other twice")
                .isEqualTo(4);
    }

    @Test
    void closingEndsAllOfThem() {
        sessions.start();
        awaitLive(2);
        sessions.close();
        assertThat(hub.live()).isZero();
    }

    private void awaitLive(int count) {
        Await.value(LONG, count + " sessions", hub::live, live -> live == count);
    }

    private Uplink uplink(LeafDevice leaf) {
        return new Uplink(
                leaf,
                FakeTokens.HUB,
                hub,
                outbox,
                new Transit(),
                new LeafToken(leaf.id(), tokens, own, retry, ledger, clock, clock::nanoTime, new Random(7)),
                Downlinks.NONE,
                retry,
                (milestone, subject) -> {},
                GatewayClock.confirmed(clock));
    }
}
