// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.time;

import static io.postern.gateway.time.TimeRules.Verdict.CONFIRM;
import static io.postern.gateway.time.TimeRules.Verdict.ESTIMATE;
import static io.postern.gateway.time.TimeRules.Verdict.REFUSE;
import static io.postern.gateway.time.TimeRules.Verdict.WAIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.Stamp;
import io.postern.gateway.TimeQuality;
import io.postern.wire.Json;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TrustedClockTest {
    private static final String NOW = "2026-11-22T08:00:00Z";
    private static final String WITHOUT_BATTERY = "1970-01-01T00:00:12Z";

    @Test
    void aBoxThatWakesIn1970StartsAtItsBuildDateAndSaysThatItKnowsNothing() throws Exception {
        var box = new Box(NOW, WITHOUT_BATTERY);
        TrustedClock clock = box.open();
        assertThat(clock.stamp()).isEqualTo(new Stamp(Box.BUILT, TimeQuality.UNKNOWN, 1));
        box.later(Duration.ofHours(3));
        assertThat(clock.instant()).isEqualTo(Box.BUILT.plus(Duration.ofHours(3)));
    }

    @Test
    void whoSetsTheClockOfTheOperatingSystemDoesNotMoveIt() throws Exception {
        var box = new Box(NOW, NOW);
        TrustedClock clock = box.open();
        assertThat(clock.state().quality()).isEqualTo(TimeQuality.ESTIMATED);
        box.setSystem("2036-02-07T06:28:16Z");
        assertThat(clock.instant()).isEqualTo(NOW);
        assertThat(clock.state().offOfSystem()).isGreaterThan(Duration.ofDays(3000));
    }

    @Test
    void whatWasStampedBeforeTheTimeWasKnownIsPutRightByTheFirstSignedTime() throws Exception {
        var box = new Box(NOW, WITHOUT_BATTERY);
        TrustedClock clock = box.open();
        box.later(Duration.ofMinutes(7));
        Instant happened = box.truth();
        Stamp stamp = clock.stamp();
        box.later(Duration.ofHours(5));
        assertThat(clock.heard(box.claim(TimeSource.SIGNED))).isEqualTo(CONFIRM);
        assertThat(clock.instant()).isEqualTo(box.truth());
        assertThat(clock.resolve(stamp)).isEqualTo(Stamp.confirmed(happened));
        assertThat(clock.stamp()).isEqualTo(Stamp.confirmed(box.truth()));
    }

    @Test
    void anEstimateInBetweenTiesBothErasToTheTruth() throws Exception {
        var box = new Box(NOW, "2036-11-22T08:00:00Z");
        TrustedClock clock = box.open();
        Instant first = box.truth();
        Stamp inEraOne = clock.stamp();
        box.later(Duration.ofMinutes(1));
        assertThat(clock.heard(box.claim(TimeSource.SERVER, "a", Duration.ofHours(1))))
                .isEqualTo(ESTIMATE);
        Instant second = box.truth();
        Stamp inEraTwo = clock.stamp();
        assertThat(inEraTwo.era()).isEqualTo(2);
        assertThat(clock.resolve(inEraOne).instant()).isEqualTo(first.plus(Duration.ofHours(1)));
        box.later(Duration.ofMinutes(1));
        clock.heard(box.claim(TimeSource.SIGNED));
        assertThat(clock.resolve(inEraOne)).isEqualTo(Stamp.confirmed(first));
        assertThat(clock.resolve(inEraTwo)).isEqualTo(Stamp.confirmed(second));
    }

    @Test
    void stampsOfAnEarlierBootAreCorrectedWhenItsEraHadBeenResolvedBeforeThePowerWent() throws Exception {
        var box = new Box(NOW, WITHOUT_BATTERY);
        TrustedClock before = box.open();
        Instant happened = box.truth();
        Stamp stamp = before.stamp();
        box.later(Duration.ofMinutes(2));
        before.heard(box.claim(TimeSource.SIGNED));
        box.dark(Duration.ofDays(40), WITHOUT_BATTERY);
        assertThat(box.open().resolve(stamp)).isEqualTo(Stamp.confirmed(happened));
    }

    @Test
    void whatNobodyEverConfirmedKeepsItsOrderAndStaysAnEstimate() throws Exception {
        var box = new Box(NOW, WITHOUT_BATTERY);
        TrustedClock before = box.open();
        Instant happened = box.truth();
        Stamp stamp = before.stamp();
        box.later(Duration.ofMinutes(30));
        before.seal();
        Duration off = Duration.ofMinutes(20);
        box.dark(off, WITHOUT_BATTERY);
        TrustedClock after = box.open();
        assertThat(after.resolve(stamp)).isEqualTo(stamp);
        Stamp next = after.stamp();
        after.heard(box.claim(TimeSource.SIGNED));
        assertThat(after.resolve(stamp)).isEqualTo(new Stamp(happened.plus(off), TimeQuality.ESTIMATED, 0));
        assertThat(after.resolve(stamp).instant()).isBefore(after.resolve(next).instant());
    }

    @Test
    void aRestartOfTheProcessAloneForgetsNothing() throws Exception {
        var box = new Box(NOW, WITHOUT_BATTERY);
        box.open().heard(box.claim(TimeSource.SIGNED));
        box.later(Duration.ofMinutes(3)); // killed, and started again
        TrustedClock again = box.open();
        assertThat(again.stamp()).isEqualTo(Stamp.confirmed(box.truth()));
    }

    @Test
    void afterAPowerCutItIsNeverBeforeTheLastSealAndNotSureAnyMore() throws Exception {
        var box = new Box(NOW, WITHOUT_BATTERY);
        TrustedClock before = box.open();
        before.heard(box.claim(TimeSource.NTP));
        box.later(Duration.ofHours(1));
        before.seal();
        Instant sealed = box.truth();
        box.dark(Duration.ofDays(3), WITHOUT_BATTERY);
        TrustedClock after = box.open();
        assertThat(after.stamp()).isEqualTo(new Stamp(sealed, TimeQuality.ESTIMATED, 2));
        assertThat(after.earliest()).isEqualTo(sealed);
        box.later(Duration.ofMinutes(1));
        assertThat(after.heard(box.claim(TimeSource.SERVER, "a", Duration.ofDays(-300))))
                .isEqualTo(WAIT);
        assertThat(after.heard(box.claim(TimeSource.NTP))).isEqualTo(CONFIRM);
    }

    @Test
    void aTimeBeforeTheBuildOrBehindTheLifeOfTheBoxIsRefused() throws Exception {
        var box = new Box(NOW, WITHOUT_BATTERY);
        TrustedClock clock = box.open();
        assertThat(clock.heard(box.claim(TimeSource.SIGNED, "a", Duration.ofDays(-400))))
                .isEqualTo(REFUSE);
        assertThat(clock.heard(box.claim(TimeSource.NTP, "a", Duration.ofDays(40 * 365))))
                .isEqualTo(REFUSE);
        assertThat(clock.state().quality()).isEqualTo(TimeQuality.UNKNOWN);
    }

    @Test
    void aJumpOfTenYearsNeedsASecondSourceAndOneThatLiesAloneMovesNothing() throws Exception {
        var box = new Box(NOW, WITHOUT_BATTERY);
        TrustedClock clock = box.open();
        clock.heard(box.claim(TimeSource.NTP));
        Duration years = Duration.ofDays(3650);
        for (int i = 0; i < 14; i++) {
            box.later(Duration.ofMinutes(1));
            assertThat(clock.heard(box.claim(TimeSource.NTP, "liar", years))).isEqualTo(WAIT);
            assertThat(clock.instant()).isEqualTo(box.truth());
        }
    }

    @Test
    void aClockThatWasConfirmedWrongComesBackBySignedTimeOrByASourceThatInsists() throws Exception {
        var box = new Box(NOW, WITHOUT_BATTERY);
        TrustedClock clock = box.open();
        clock.heard(box.claim(TimeSource.NTP, "liar", Duration.ofDays(3650)));
        assertThat(clock.heard(box.claim(TimeSource.NTP))).isEqualTo(WAIT);
        box.later(TimeRules.SAME_AGAIN);
        assertThat(clock.heard(box.claim(TimeSource.NTP))).isEqualTo(CONFIRM);
        assertThat(clock.instant()).isEqualTo(box.truth());

        clock.heard(box.claim(TimeSource.SIGNED, "liar", Duration.ZERO));
        var fooled = new Box(NOW, WITHOUT_BATTERY);
        TrustedClock other = fooled.open();
        other.heard(fooled.claim(TimeSource.NTP, "liar", Duration.ofDays(3650)));
        assertThat(other.heard(fooled.claim(TimeSource.SIGNED))).isEqualTo(CONFIRM);
        assertThat(other.instant()).isEqualTo(fooled.truth());
    }

    @Test
    void twoDatesOfServersConfirmUnlessTheCloudIsKnownToSign() throws Exception {
        var box = new Box(NOW, WITHOUT_BATTERY);
        TrustedClock clock = box.open();
        assertThat(clock.heard(box.claim(TimeSource.SERVER, "a", Duration.ZERO)))
                .isEqualTo(ESTIMATE);
        assertThat(clock.heard(box.claim(TimeSource.SERVER, "b", Duration.ofMinutes(9))))
                .isEqualTo(ESTIMATE);
        assertThat(clock.heard(box.claim(TimeSource.SERVER, "a", Duration.ofMinutes(9))))
                .isEqualTo(CONFIRM);

        clock.heard(box.claim(TimeSource.SIGNED));
        clock.seal();
        box.dark(Duration.ofDays(1), WITHOUT_BATTERY);
        TrustedClock after = box.open();
        assertThat(after.heard(box.claim(TimeSource.SERVER, "a", Duration.ZERO)))
                .isEqualTo(ESTIMATE);
        assertThat(after.heard(box.claim(TimeSource.SERVER, "b", Duration.ZERO)))
                .isEqualTo(ESTIMATE);
        assertThat(after.state().quality()).isEqualTo(TimeQuality.ESTIMATED);
    }

    @Test
    void driftIsPutRightAndDoubtIsNot() throws Exception {
        var box = new Box(NOW, WITHOUT_BATTERY);
        TrustedClock clock = box.open();
        clock.heard(box.claim(TimeSource.SIGNED));
        box.later(Duration.ofDays(1));
        clock.heard(box.claim(TimeSource.SIGNED, "a", Duration.ofMillis(150)));
        assertThat(clock.instant()).isEqualTo(box.truth());
        clock.heard(box.claim(TimeSource.SIGNED, "a", Duration.ofSeconds(4)));
        assertThat(clock.instant()).isEqualTo(box.truth().plusSeconds(4));
    }

    @Test
    void aSealThatCannotBeReadIsNoReasonToStop() throws Exception {
        var box = new Box(NOW, WITHOUT_BATTERY);
        box.write("time", Json.parseObject("{\"shown\":\"yesterday\",\"eras\":7}"));
        assertThat(box.open().stamp()).isEqualTo(new Stamp(Box.BUILT, TimeQuality.UNKNOWN, 1));
    }

    @Test
    void theErasThatAreRememberedAreBounded() throws Exception {
        var box = new Box(NOW, WITHOUT_BATTERY);
        for (int boot = 0; boot < Eras.MOST + 40; boot++) {
            box.open().seal();
            box.dark(Duration.ofMinutes(1), WITHOUT_BATTERY);
        }
        assertThat(box.read("time").orElseThrow().getJsonObject("eras")).hasSize(Eras.MOST);
        TrustedClock clock = box.open();
        assertThat(clock.stamp().era()).isEqualTo(Eras.MOST + 41);
        Stamp lost = new Stamp(Box.BUILT, TimeQuality.UNKNOWN, 3);
        assertThat(clock.resolve(lost)).isEqualTo(lost);
    }

    @Test
    void steadyInstantsGoOnWhateverTheClockIsTold() throws Exception {
        var box = new Box(NOW, WITHOUT_BATTERY);
        TrustedClock clock = box.open();
        Instant begin = clock.steady().instant();
        clock.heard(box.claim(TimeSource.SIGNED));
        box.later(Duration.ofSeconds(90));
        assertThat(Duration.between(begin, clock.steady().instant())).isEqualTo(Duration.ofSeconds(90));
    }
}
