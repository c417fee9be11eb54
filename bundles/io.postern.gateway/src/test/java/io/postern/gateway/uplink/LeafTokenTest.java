// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.spi.TokenLink.Grant;
import io.postern.gateway.spi.UplinkReport;
import io.postern.testkit.MovableClock;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gateway's wall clock and the time that really passes are two here. */
class LeafTokenTest {
    private static final DeviceId METER = DeviceId.of("meter-1");
    private static final Instant START = Instant.parse("2026-03-01T08:00:00Z");

    private final MovableClock wall = MovableClock.at(START);
    private final MovableClock time = MovableClock.at(START);
    private final UplinkLedger ledger = new UplinkLedger(time::nanoTime);
    private final FakeTokens service = new FakeTokens(time);
    private final SigningModule module = new SigningModule();
    private final LeafToken token = new LeafToken(
            METER,
            service,
            new TokenIdentity(module::sign, FakeTokens.HUB, DeviceId.of("gw-1"), ledger, wall, time::nanoTime),
            Retry.standard(Retry.Limits.DEFAULT, new Random(7), time::advance, time::nanoTime),
            ledger,
            wall,
            time::nanoTime,
            new Random(7));

    @ParameterizedTest
    @ValueSource(longs = {-20_000, -1, 1, 3650})
    @Tag("HUB-06")
    void aWallClockThatIsSetNeitherHastensNorForgetsARenewal(long days) throws IOException {
        token.grant();
        token.connected();
        wall.advance(Duration.ofDays(days));
        pass(Duration.ofMinutes(43));
        assertThat(token.isDue()).as("at 71 % of its life").isFalse();
        pass(Duration.ofMinutes(5));
        assertThat(token.isDue()).as("at 80 % of its life").isTrue();
        token.ask();
        assertThat(token.isDue()).isFalse();
        assertThat(service.asked).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 24, 24 * 40, 24 * 3650})
    @Tag("HUB-06")
    void aTokenThatEndedWhileOfflineIsNeverShownAgainHoweverLongThatWas(long hours) throws IOException {
        Grant first = token.grant();
        pass(Duration.ofHours(hours));
        assertThat(token.grant()).isInstanceOf(Grant.Granted.class).isNotEqualTo(first);
        pass(Duration.ofHours(hours));
        service.awayUntil = Instant.MAX;
        assertThatThrownBy(token::grant).hasMessageContaining("does not answer");
    }

    @Test
    @Tag("HUB-06")
    void aMachineThatSleptShowsNoTokenThatEndedMeanwhile() throws IOException {
        Grant first = token.grant();
        time.advance(Duration.ofMinutes(1));
        wall.advance(Duration.ofHours(9)); // the monotonic clock stands while a machine sleeps
        assertThat(token.grant()).isNotEqualTo(first);
        assertThat(service.asked).hasSize(2);
    }

    @Test
    void aWallClockThatWasSetBackDoesNotKeepATokenAlive() throws IOException {
        Grant first = token.grant();
        wall.advance(Duration.ofDays(-400));
        time.advance(Duration.ofMinutes(61));
        service.awayUntil = Instant.MAX;
        assertThatThrownBy(token::grant).hasMessageContaining("does not answer");
        service.awayUntil = Instant.MIN;
        assertThat(token.grant()).isNotEqualTo(first);
    }

    @Test
    @Tag("ISS-04")
    void aLeafThatConnectsWithAnOldTokenIsGivenAnotherWithinMinutesAndANewEnd() throws IOException {
        Grant.Granted first = (Grant.Granted) token.grant();
        token.connected();
        pass(Duration.ofMinutes(30));
        assertThat(token.grant()).as("the connection was lost for a moment").isEqualTo(first);
        token.connected();
        pass(Duration.ofMinutes(6));
        assertThat(token.isDue()).isTrue();
        Grant.Granted second = (Grant.Granted) token.ask();

        assertThat(second.token().expiry()).isAfter(first.token().expiry());
        assertThat(token.grant()).as("the old one is not shown again").isEqualTo(second);
        assertThat(token.isSessionWorn())
                .as("for now the session may go on with the old")
                .isFalse();
        pass(Duration.ofMinutes(12));
        assertThat(token.isSessionWorn()).as("at the end of the old one").isTrue();
        assertThat(token.isDue()).as("the new one is good").isFalse();
    }

    @Test
    @Tag("ISS-04")
    void aSessionThatTookTheNewTokenInPlaceGoesOn() throws IOException {
        token.grant();
        token.connected();
        pass(Duration.ofMinutes(49));
        token.ask();
        assertThat(token.isSessionWorn()).isTrue();
        token.carriedOn();
        assertThat(token.isSessionWorn()).isFalse();
    }

    @Test
    void connectingAgainAndAgainBuysAFewTokensALifeNotOneEach() throws IOException {
        for (int minute = 0; minute < 60; minute++) {
            token.grant();
            token.connected();
            pass(Duration.ofMinutes(1));
            if (token.isDue()) {
                token.ask();
            }
        }
        assertThat(service.asked.size()).as("questions in 60 connections").isLessThanOrEqualTo(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT1S", "PT10S", "PT1M", "P365D"})
    void lifesThatAreShorterOrLongerThanTheyShouldBeCauseNoStormOfQuestions(Duration life) throws IOException {
        service.life = life;
        for (int second = 0; second < 3600; second++) {
            if (token.isDue()) {
                token.ask();
            }
            pass(Duration.ofSeconds(1));
        }
        assertThat(service.asked.size()).as("questions in an hour").isBetween(1, 181);
    }

    @Test
    void theLedgerCountsDownAndSaysWhyThereWasNoNewToken() throws IOException {
        token.grant();
        pass(Duration.ofMinutes(50));
        assertThat(entry().endsIn()).contains(Duration.ofMinutes(10));
        assertThat(entry().renewsIn().orElseThrow()).isNegative();
        service.refusingUntil = Instant.MAX;
        service.refusal = new Grant.Refused(429, "too many requests", Optional.empty());
        token.ask();
        assertThat(entry().failures()).isEqualTo(1);
        assertThat(entry().reason()).isEqualTo("429 too many requests");
        token.forget();
        assertThat(entry().endsIn()).isEmpty();
        token.close();
        assertThat(ledger.tokens()).noneMatch(each -> each.device().equals(METER));
    }

    private UplinkReport.Token entry() {
        return ledger.tokens().stream()
                .filter(each -> each.device().equals(METER))
                .findFirst()
                .orElseThrow();
    }

    private void pass(Duration span) {
        wall.advance(span);
        time.advance(span);
    }
}
