// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import static io.postern.cloud.tokens.TokenFixture.GATEWAY;
import static io.postern.cloud.tokens.TokenFixture.LEAF;
import static io.postern.cloud.tokens.TokenFixture.OTHER_GATEWAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.hub.AccessDecision;
import io.postern.cloud.hub.AccessDecision.Denial;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.RevocationBarriers.Order;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.testkit.Await;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.SasToken;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class RevocationTest {
    private static final int MANY = OwedOrders.MOST + 1; // more than the hub is told at once
    private static final DeviceId LAST = DeviceId.of("leaf-" + OwedOrders.MOST);

    @TempDir
    Path directory;

    private TokenFixture fixture;
    private LeafDesk desk;

    @BeforeEach
    void open() throws IOException {
        fixture = new TokenFixture(directory, NewLeafPolicy.OFF);
        desk = fixture.service.desk();
        fixture.make(LEAF);
        fixture.assign(LEAF, GATEWAY);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    @Tag("SYS-09")
    void aRevokedLeafGetsNoTokenAndThoseItHadOpenNothingUntilNewOnesAreGranted() {
        SasToken before = fixture.granted(GATEWAY, LEAF);
        assertThat(desk.revoke(LEAF, "seen elsewhere", "op").problem()).isEmpty();

        assertRevoked(before);
        assertThat(fixture.refused(GATEWAY, LEAF).text()).contains("seen elsewhere");
        assertThat(desk.find(LEAF).orElseThrow().revocation()).hasValueSatisfying(revoked -> {
            assertThat(revoked.who()).isEqualTo("op");
            assertThat(revoked.at()).isEqualTo(fixture.clock.instant());
        });

        desk.grant(LEAF, "op");
        SasToken after = fixture.granted(GATEWAY, LEAF); // in the same second, so it has to end later
        assertThat(after.expiry()).isAfter(before.expiry());
        assertAdmitted(after);
        assertRevoked(before);
        assertThat(fixture.hub.identities().find(LEAF).orElseThrow().enabled()).isTrue();
    }

    @Test
    void theOtherLeavesOfTheGatewayNoticeNothing() throws IOException {
        DeviceId other = DeviceId.of("meter-2");
        fixture.make(other);
        fixture.assign(other, GATEWAY);
        SasToken others = fixture.granted(GATEWAY, other);
        desk.revoke(LEAF, "lost", "op");

        assertThat(fixture.hub.gatekeeper().admitDevice(others, other)).isInstanceOf(AccessDecision.Allowed.class);
        assertThat(fixture.granted(GATEWAY, other)).isNotNull();
    }

    @Test
    void allLeavesOfAStolenGatewayAreRevokedInOneCallHoweverMany() {
        fixture.database.together(() -> {
            IntStream.range(0, MANY)
                    .mapToObj(number -> DeviceId.of("leaf-" + number))
                    .forEach(leaf -> {
                        fixture.make(leaf);
                        fixture.assignHere(leaf, OTHER_GATEWAY);
                    });
            return MANY;
        });
        SasToken last = fixture.granted(OTHER_GATEWAY, LAST);
        SasToken mine = fixture.granted(GATEWAY, LEAF);

        assertThat(desk.revokeAllOf(OTHER_GATEWAY, "stolen", "op").leaves()).hasSize(MANY);
        assertThat(fixture.hub.gatekeeper().admitDevice(last, LAST)).isInstanceOf(AccessDecision.Denied.class);
        assertAdmitted(mine);
    }

    @Test
    void aHandOverEndsWhatTheFormerGatewayHasAndTheLedgerShowsBoth() throws IOException {
        SasToken former = fixture.granted(GATEWAY, LEAF);
        fixture.assign(LEAF, OTHER_GATEWAY);
        SasToken next = fixture.granted(OTHER_GATEWAY, LEAF);

        assertRevoked(former);
        assertAdmitted(next);
        LeafAssignment held = desk.find(LEAF).orElseThrow();
        assertThat(held.gateway()).isEqualTo(OTHER_GATEWAY);
        assertThat(held.former()).contains(GATEWAY);
        assertThat(desk.show(LEAF).orElseThrow().getJsonArray("history").getJsonObject(1))
                .containsEntry("event", Json.text("handed_over"))
                .containsEntry("reason", Json.text("taken from gw-1"));
    }

    @Test
    void aRevokedLeafStaysSoWhenItChangesHands() throws IOException {
        desk.revoke(LEAF, "lost", "op");
        fixture.assign(LEAF, OTHER_GATEWAY);
        assertThat(fixture.refusal(OTHER_GATEWAY, LEAF)).isEqualTo(Refusal.REVOKED_LEAF);
    }

    @Test
    void aRevokedLeafThatIsReleasedAndAssignedAgainIsStillRevoked() throws IOException {
        desk.revoke(LEAF, "lost", "op");
        desk.remove(LEAF);
        fixture.assign(LEAF, GATEWAY);
        assertThat(fixture.refusal(GATEWAY, LEAF)).isEqualTo(Refusal.REVOKED_LEAF);
        desk.grant(LEAF, "op");
        assertAdmitted(fixture.granted(GATEWAY, LEAF));
    }

    @Test
    void whatAReleasedLeafsGatewayHadCountsNoMore() {
        SasToken token = fixture.granted(GATEWAY, LEAF);
        desk.remove(LEAF);
        assertRevoked(token);
    }

    @Test
    @Tag("DEC-8")
    void noTokenOfADeletedLeafFitsAnotherOfItsNameEvenWhereTheNameWasNotBarred() throws IOException {
        SasToken old = fixture.granted(GATEWAY, LEAF);
        fixture.hub.identities().handOver(LEAF, "heir");
        fixture.hub.identities().create(IdentityDraft.of(LEAF), Optional.of("heir"));

        assertRevoked(old);
        assertThat(fixture.refusal(GATEWAY, LEAF)).isEqualTo(Refusal.REPLACED_LEAF);
        fixture.assign(LEAF, GATEWAY);
        assertAdmitted(fixture.granted(GATEWAY, LEAF));
        assertRevoked(old);
    }

    @Test
    void aRevocationThatACrashCutShortIsCarriedOutAtTheNextStart() {
        SasToken before = fixture.granted(GATEWAY, LEAF);
        new LeafLedger(fixture.database, TokenFixture.HUB).revoke(List.of(LEAF), "lost", "op", fixture.clock.instant());
        assertAdmitted(before);

        try (TokenService again = fixture.start(NewLeafPolicy.OFF)) {
            assertRevoked(before);
            assertThat(again.desk().show(LEAF).orElseThrow().getBoolean("hubTold"))
                    .isTrue();
        }
    }

    /** A hub that is slow to do what it is told. */
    private static final class SlowHub implements DeviceDirectory {
        final CountDownLatch opening = new CountDownLatch(1);
        final CountDownLatch going = new CountDownLatch(1);
        volatile boolean open;

        @Override
        public void carryOut(List<Order> orders, Consumer<Order> done) throws IOException {
            for (Order order : orders) {
                if (order instanceof Order.Open) {
                    opening.countDown();
                    try {
                        going.await();
                    } catch (InterruptedException e) {
                        throw new InterruptedIOException();
                    }
                }
                open = order instanceof Order.Open;
                done.accept(order);
            }
        }

        @Override
        public Optional<Entry> find(DeviceId device) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<String> flaw(DeviceId device, CertificateChain shown) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<Instant> quarantinedUntil(DeviceId device) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<String> create(DeviceId leaf, DeviceId gateway) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String effect() {
            return "";
        }
    }

    @Test
    @Timeout(30)
    void aLeafThatIsRevokedWhileTheHubIsToldOfAGrantStaysRevoked() throws Exception {
        var hub = new SlowHub();
        var slow = new LeafDesk(
                new LeafLedger(fixture.database, TokenFixture.HUB),
                new NewLeaves(fixture.database, TokenFixture.HUB, NewLeafPolicy.OFF),
                hub,
                new TokenWatch(TokenFixture.HUB, Optional.empty()),
                fixture.clock);
        Thread granting = Thread.ofPlatform().start(() -> slow.grant(LEAF, "op"));
        hub.opening.await();
        Thread revoking = Thread.ofPlatform().start(() -> slow.revoke(LEAF, "lost", "op"));
        Await.until(
                Duration.ofSeconds(10),
                "the revocation is done, or waits its turn",
                () -> !revoking.isAlive() || revoking.getState() == Thread.State.TIMED_WAITING);
        hub.going.countDown();
        granting.join();
        revoking.join();

        assertThat(slow.find(LEAF).orElseThrow().revocation()).isPresent();
        assertThat(hub.open).isFalse();
        assertThat(slow.show(LEAF).orElseThrow().getBoolean("hubTold")).isTrue();
    }

    @Test
    void theHistoryCountsWhatRepeatsAndIsBounded() throws IOException {
        IntStream.range(0, 100).forEach(_ -> fixture.granted(GATEWAY, LEAF));
        assertThat(desk.show(LEAF).orElseThrow().getJsonArray("history")).hasSize(2);
        assertThat(desk.show(LEAF).orElseThrow().getInt("renewals")).isEqualTo(99);

        for (int turn = 0; turn < 60; turn++) {
            fixture.assign(LEAF, turn % 2 == 0 ? OTHER_GATEWAY : GATEWAY);
        }
        assertThat(desk.show(LEAF).orElseThrow().getJsonArray("history")).hasSize(LeafHistory.MOST);
    }

    @Test
    void aReasonIsNeededAndShort() {
        assertThatThrownBy(() -> desk.revoke(LEAF, " ", "op")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> desk.revoke(LEAF, "x".repeat(129), "op")).isInstanceOf(IllegalArgumentException.class);
        assertThat(desk.revoke(DeviceId.of("meter-9"), "lost", "op").leaves()).isEmpty();
    }

    @Test
    void aTokenReplayedAfterItsRevocationIsRefusedHoweverOften() {
        SasToken token = fixture.granted(GATEWAY, LEAF);
        desk.revoke(LEAF, "copied", "op");
        IntStream.range(0, 50).forEach(_ -> assertRevoked(token));
        fixture.clock.advance(Duration.ofDays(1));
        assertThat(fixture.hub.gatekeeper().admitDevice(token, LEAF)).isInstanceOf(AccessDecision.Denied.class);
    }

    @Test
    void aDeletedGatewaysOldProofBuysNothing() {
        SasToken proof = fixture.tokenOf(GATEWAY);
        fixture.hub.identities().delete(GATEWAY, IfMatch.ANY);
        assertThat(((TokenDecision.Refused) fixture.service.issue(proof, LeafQuestion.of(LEAF))).reason())
                .isEqualTo(Refusal.NOT_PROVEN);
    }

    private void assertAdmitted(SasToken token) {
        assertThat(fixture.hub.gatekeeper().admitDevice(token, LEAF)).isInstanceOf(AccessDecision.Allowed.class);
    }

    private void assertRevoked(SasToken token) {
        assertThat(fixture.hub.gatekeeper().admitDevice(token, LEAF))
                .isInstanceOfSatisfying(AccessDecision.Denied.class, denied -> assertThat(denied.reason())
                        .isEqualTo(Denial.REVOKED));
    }
}
