// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.LeafDevice;
import io.postern.gateway.Milestones.Milestone;
import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.downlink.Downlinks;
import io.postern.gateway.provisioning.Pause;
import io.postern.gateway.spi.GatewayClock;
import io.postern.gateway.spi.NotAuthorizedException;
import io.postern.gateway.spi.TokenLink.Grant;
import io.postern.gateway.spi.UnreachableException;
import io.postern.testkit.Await;
import io.postern.testkit.MovableClock;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.SasToken;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Pauses move the clock instead of waiting, so days of being offline pass in a moment. */
class UplinkTest {
    private static final DeviceId METER = DeviceId.of("meter-1");
    private static final Instant START = Instant.parse("2026-03-01T08:00:00Z");
    private static final Duration LONG = Duration.ofSeconds(20);

    private final MovableClock clock = MovableClock.at(START);
    private final UplinkLedger ledger = new UplinkLedger(clock::nanoTime);
    private final MemoryOutbox outbox = new MemoryOutbox();
    private final FakeHub hub = new FakeHub(clock);
    private final FakeTokens tokens = new FakeTokens(clock);
    private final SigningModule module = new SigningModule();
    private final GatewayIdentity identity =
            new TokenIdentity(module::sign, FakeTokens.HUB, DeviceId.of("gw-1"), ledger, clock, clock::nanoTime);
    private final List<Milestone> milestones = Collections.synchronizedList(new ArrayList<>());
    private final Random random = new Random(7);
    private Optional<Uplink> uplink = Optional.empty();

    @AfterEach
    void close() {
        uplink.ifPresent(Uplink::close);
    }

    @Test
    @Tag("HUB-18")
    void aLeafSpeaksInOrderUnderATokenOfItsOwnThatTheGatewaysTokenBought() {
        append(1, 50);
        start();
        awaitDelivered(50);

        assertThat(hub.sequences()).isEqualTo(range(1, 50));
        assertThat(hub.opened).singleElement().satisfies(token -> {
            assertThat(token.resource().path()).isEqualTo("hub.lab.test/devices/meter-1");
            assertThat(token.keyName()).contains("tokenservice");
        });
        assertThat(tokens.proofs).singleElement().satisfies(proof -> {
            assertThat(proof.resource().path()).isEqualTo("hub.lab.test/devices/gw-1");
            assertThat(proof.isSignedBy(module.key)).isTrue();
        });
        assertThat(milestones).containsExactly(Milestone.LEAF_CONNECTED, Milestone.LEAF_SPEAKING);
    }

    @Test
    void whenTheHubIsAwayForHoursNothingIsLostAndItIsNotHammered() {
        start();
        append(1, 1);
        awaitDelivered(1);
        hub.awayUntil = START.plus(Duration.ofHours(3));
        append(2, 500);
        awaitDelivered(500);

        assertThat(hub.sequences()).isEqualTo(range(1, 500));
        assertThat(hub.openings.get())
                .as("attempts in three hours, a minute apart at most, half of that on average")
                .isBetween(180, 600);
        assertThat(tokens.asked.size()).as("one token an hour").isLessThan(10);
    }

    static List<Arguments> whatAHubMaySay() {
        List<Supplier<IOException>> all = List.of(
                () -> new IOException("amqp:internal-error"),
                () -> new UnreachableException("its certificate has expired", new SSLException("expired")),
                () -> new UnreachableException("its name is not known", new UnknownHostException("hub")),
                () -> new UnreachableException("nobody listens there", new ConnectException("refused")),
                () -> new NotAuthorizedException("CONNACK 5"),
                () -> new InterruptedIOException("no answer within 60 s"));
        List<String> codes = List.of("failed", "tls", "name", "unreachable", "not-authorized", "failed");
        return IntStream.range(0, all.size())
                .boxed()
                .flatMap(n -> Stream.of(
                        Arguments.of(all.get(n), false, codes.get(n)),
                        Arguments.of(all.get(n), true, codes.get(n).replace("failed", "lost"))))
                .toList();
    }

    /** At the opening of a session, and when a message is sent in one. */
    @ParameterizedTest
    @MethodSource("whatAHubMaySay")
    void whateverTheHubSaysTheStateNamesItNothingIsLostAndAttemptsInAnHourAreBounded(
            Supplier<IOException> trouble, boolean letsIn, String code) {
        hub.trouble = trouble;
        hub.letsIn = letsIn;
        hub.awayUntil = START.plus(Duration.ofHours(3));
        List<SessionState> seen = new CopyOnWriteArrayList<>();
        append(1, 100);
        start(pause -> {
            seen.add(uplink.orElseThrow().state());
            clock.advance(pause);
        });
        awaitDelivered(100);

        assertThat(hub.sequences().stream().distinct().toList()).isEqualTo(range(1, 100));
        assertThat(seen)
                .filteredOn(state -> state.phase() == SessionState.Phase.RETRYING)
                .isNotEmpty()
                .allSatisfy(state -> {
                    assertThat(state.reason()).isEqualTo(trouble.get().getMessage());
                    assertThat(state.last().orElseThrow().code()).isEqualTo(code);
                });
        SessionState after = uplink.orElseThrow().state();
        assertThat(after.phase()).isEqualTo(SessionState.Phase.CONNECTED);
        assertThat(after.last().orElseThrow().reason())
                .as("what was wrong is told still")
                .isEqualTo(trouble.get().getMessage());
        assertThat(hub.openings.get())
                .as("attempts in three hours")
                .isBetween(2, 3 * Retry.USUAL_PER_HOUR + Retry.USUAL_PER_HOUR / 6);
    }

    @Test
    @Tag("HUB-06")
    void aTokenThatExpiresWhileOfflineForWeeksIsReplacedWhenTheLinkIsBack() {
        start();
        append(1, 1);
        awaitDelivered(1);
        Instant back = START.plus(Duration.ofDays(40)); // beyond the 25 days that fit into an int of milliseconds
        hub.awayUntil = back;
        tokens.awayUntil = back;
        append(2, 100);
        awaitDelivered(100);

        assertThat(hub.sequences()).isEqualTo(range(1, 100));
        assertThat(hub.opened).hasSize(2);
        assertThat(hub.opened.getLast().expiry()).isAfter(back);
        assertThat(tokens.asked.size() / (40.0 * 24)).as("questions an hour").isLessThan(150);
    }

    @Test
    @Tag("HUB-06")
    void aTokenIsRenewedBeforeItsEndAndTheSessionReopenedWithIt() {
        start();
        append(1, 1);
        awaitDelivered(1);
        clock.advance(FakeTokens.LIFE.multipliedBy(71).dividedBy(100));
        append(2, 2);
        awaitDelivered(2);
        assertThat(tokens.asked).hasSize(1);

        clock.advance(FakeTokens.LIFE.multipliedBy(10).dividedBy(100));
        Await.until(LONG, "the new session", () -> hub.opened.size() == 2);
        append(3, 3);
        awaitDelivered(3);

        assertThat(tokens.asked).hasSize(2);
        assertThat(hub.mostAtOnce).as("live sessions of one identity").isEqualTo(1);
        assertThat(hub.sequences()).isEqualTo(range(1, 3));
        assertThat(milestones).doesNotContain(Milestone.RETRYING);
    }

    @Test
    @Tag("HUB-06")
    void aSessionThatCanTakeANewTokenGoesOnWithIt() {
        hub.renews = true;
        start();
        append(1, 1);
        awaitDelivered(1);
        for (int life = 0; life < 3; life++) {
            int before = hub.renewed.size();
            clock.advance(Duration.ofMinutes(49));
            Await.until(LONG, "the new token", () -> hub.renewed.size() == before + 1);
        }
        append(2, 2);
        awaitDelivered(2);
        assertThat(hub.openings).as("two hours and a half in one session").hasValue(1);
        assertThat(tokens.asked).hasSize(4);
        assertThat(ledger.tokens()).anySatisfy(token -> {
            assertThat(token.device()).isEqualTo(METER);
            assertThat(token.renewals()).isEqualTo(4);
        });
    }

    @Test
    @Tag("ISS-04")
    void aLeafThatConnectsAgainHasItsOldTokenReplacedByOneWithANewEnd() {
        hub.renews = true;
        start();
        append(1, 1);
        awaitDelivered(1);
        SasToken first = hub.opened.getFirst();
        clock.advance(Duration.ofMinutes(30));
        hub.cut();
        append(2, 2);
        awaitDelivered(2);
        assertThat(hub.opened).containsExactly(first, first);
        clock.advance(Duration.ofMinutes(6));
        Await.until(LONG, "the new token", () -> hub.renewed.size() == 1);
        assertThat(hub.renewed.getFirst().expiry()).isAfter(first.expiry());
        hub.cut();
        append(3, 3);
        awaitDelivered(3);
        assertThat(hub.opened.getLast()).as("the old one is never shown again").isEqualTo(hub.renewed.getFirst());
    }

    @Test
    void aHubThatTakesABatchAndHangsUpAgainAndAgainIsNotHammered() {
        hub.cutsAfterEach = true;
        append(1, 20 * 500);
        var thirty = new AtomicReference<Instant>();
        start(pause -> {
            clock.advance(pause);
            if (hub.openings.get() == 30) {
                thirty.compareAndSet(null, clock.instant());
            }
        });
        awaitDelivered(20 * 500);
        assertThat(Duration.between(START, thirty.get()))
                .as("16 s apart at most")
                .isBetween(Duration.ofMinutes(2), Duration.ofMinutes(8));
        assertThat(hub.openings.get()).isBetween(500, 502);
        assertThat(Duration.between(START, clock.instant()))
                .as("at most 240 sessions an hour")
                .isGreaterThan(Duration.ofHours(2));
    }

    @Test
    void whileNoNewTokenIsToBeHadTheOldOneServesToItsEnd() {
        start();
        append(1, 1);
        awaitDelivered(1);
        tokens.awayUntil = START.plus(Duration.ofHours(2));
        clock.advance(Duration.ofMinutes(55));
        append(2, 2);
        awaitDelivered(2);
        assertThat(hub.opened).hasSize(1);

        clock.advance(Duration.ofMinutes(10));
        append(3, 3);
        awaitDelivered(3);
        assertThat(hub.sequences()).isEqualTo(range(1, 3));
        assertThat(hub.opened.getLast().expiry()).isAfter(START.plus(Duration.ofHours(2)));
    }

    @Test
    @Tag("SYS-09")
    void aRefusedLeafWaitsAsksRarelyAndSpeaksOnceItIsAllowed() {
        tokens.refusingUntil = START.plus(Duration.ofHours(10));
        append(1, 3);
        start();
        Await.until(LONG, "the refusal", () -> milestones.contains(Milestone.LEAF_REFUSED));
        awaitDelivered(3);

        assertThat(hub.sequences()).isEqualTo(range(1, 3));
        assertThat(tokens.asked.size()).as("questions in ten hours").isLessThan(250);
        assertThat(hub.opened).hasSize(1);
    }

    @Test
    void aLeafThatWaitsForAnOperatorSaysSoAsksRarelyAndSpeaksOnceItIsApproved() {
        tokens.refusal = new Grant.Waiting("leaf meter-1 waits for approval", Optional.of(Duration.ofSeconds(30)));
        tokens.refusingUntil = START.plus(Duration.ofHours(10));
        append(1, 3);
        start();
        Await.until(LONG, "the milestone", () -> milestones.contains(Milestone.LEAF_WAITING));
        awaitDelivered(3);

        assertThat(hub.sequences()).isEqualTo(range(1, 3));
        assertThat(milestones).doesNotContain(Milestone.LEAF_REFUSED);
        assertThat(tokens.asked.size()).as("questions in ten hours").isLessThan(250);
        assertThat(tokens.asked.get(1)).isAfterOrEqualTo(START.plusSeconds(30));
    }

    @Test
    void aTokenServiceThatHasNoTimeDoesNotKeepALeafWithAGoodTokenFromConnectingAgain() {
        start();
        append(1, 1);
        awaitDelivered(1);
        tokens.refusal = new Grant.Refused(429, "too many requests", Optional.of(Duration.ofMinutes(2)));
        tokens.refusingUntil = START.plus(Duration.ofMinutes(57));
        hub.awayUntil = START.plus(Duration.ofMinutes(50));
        append(2, 2);
        clock.set(hub.awayUntil);
        awaitDelivered(2);
        assertThat(clock.instant()).isBefore(tokens.refusingUntil);
        assertThat(tokens.asked.size()).as("as often as it was told").isLessThan(8);
    }

    @Test
    void aLeafThatIsRefusedAtItsRenewalIsNotSpokenForAnyMore() {
        start();
        append(1, 1);
        awaitDelivered(1);
        tokens.refusingUntil = START.plus(Duration.ofDays(1));
        clock.advance(Duration.ofMinutes(50));
        Await.until(LONG, "the refusal", () -> milestones.contains(Milestone.LEAF_REFUSED));

        append(2, 2);
        awaitDelivered(2);
        assertThat(hub.opened.getLast().expiry()).as("asked anew when allowed").isAfter(tokens.refusingUntil);
    }

    @Test
    void aTokenServiceThatHasNoTimeDoesNotEndASession() {
        start();
        append(1, 1);
        awaitDelivered(1);
        tokens.refusal = new Grant.Refused(429, "too many requests", Optional.of(Duration.ofMinutes(2)));
        tokens.refusingUntil = START.plus(Duration.ofMinutes(50));
        clock.advance(Duration.ofMinutes(49));
        Await.until(LONG, "a question", () -> tokens.asked.size() == 2);
        append(2, 2);
        awaitDelivered(2);
        assertThat(hub.opened).hasSize(1);
        clock.advance(Duration.ofMinutes(3));
        Await.until(LONG, "the new session", () -> hub.opened.size() == 2);
    }

    @Test
    @Tag("HUB-06")
    void aTokenTheHubDoesNotAcceptIsDroppedAndANewOneAsked() {
        start();
        append(1, 1);
        awaitDelivered(1);
        SasToken first = hub.opened.getFirst();
        hub.refused.add(first);
        hub.cut();
        append(2, 2);
        awaitDelivered(2);

        assertThat(hub.opened).hasSize(2).doesNotHaveDuplicates();
        assertThat(tokens.asked).hasSize(2);
    }

    @Test
    void aGatewayTokenTheServiceDoesNotBelieveIsSignedAnew() {
        tokens.refusal = new Grant.Refused(401, "not proven", Optional.empty());
        tokens.refusingUntil = START.plus(Duration.ofSeconds(1));
        append(1, 1);
        start();
        awaitDelivered(1);
        assertThat(tokens.proofs).doesNotHaveDuplicates();
        assertThat(module.signatures.get()).isEqualTo(tokens.proofs.size());
    }

    @Test
    void messagesWithoutAnAcknowledgementAreSentAgainInOrder() {
        hub.acknowledgementsToLose.set(3);
        append(1, 60);
        start();
        awaitDelivered(60);

        assertThat(hub.sequences().stream().distinct().toList()).isEqualTo(range(1, 60));
        assertThat(hub.accepted).hasSize(60 + 3 * 20);
    }

    @Test
    void aProcessThatEndsAnywhereLosesNothingThatIsInTheOutbox() {
        append(1, 400);
        for (int kill = 0; kill < 10; kill++) {
            int seen = hub.accepted.size();
            start();
            Await.until(LONG, "some messages", () -> hub.accepted.size() > seen || outbox.size(METER) == 0);
            close();
            hub.cut();
        }
        start();
        awaitDelivered(400);
        assertThat(hub.sequences().stream().distinct().toList()).isEqualTo(range(1, 400));
    }

    @Test
    void closeEndsTheSessionAndTheStateSaysSo() {
        start();
        Await.until(LONG, "the session", () -> hub.live() == 1);
        close();
        assertThat(hub.live()).isZero();
        assertThat(uplink.orElseThrow().state().phase()).isEqualTo(SessionState.Phase.CLOSED);
    }

    private void start() {
        start(clock::advance);
    }

    private void start(Pause pause) {
        var retry = Retry.standard(Retry.Limits.DEFAULT, random, pause, clock::nanoTime);
        var fresh = new Uplink(
                new LeafDevice(METER, Optional.empty()),
                FakeTokens.HUB,
                hub,
                outbox,
                new Transit(),
                new LeafToken(METER, tokens, identity, retry, ledger, clock, clock::nanoTime, random),
                Downlinks.NONE,
                retry,
                (milestone, subject) -> milestones.add(milestone),
                GatewayClock.confirmed(clock));
        uplink = Optional.of(fresh);
        fresh.start();
    }

    private void append(int from, int to) {
        for (int n = from; n <= to; n++) {
            assertThat(outbox.append(METER, Priority.MEASUREMENT, Stamp.confirmed(clock.instant()), Bytes.EMPTY)
                            .sequence())
                    .isEqualTo(n);
        }
    }

    private void awaitDelivered(int last) {
        Await.until(LONG, "message " + last, () -> hub.sequences().contains((long) last) && outbox.size(METER) == 0);
    }

    private static List<Long> range(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }
}
