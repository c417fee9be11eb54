// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.provisioning.Backoff;
import io.postern.wire.DeviceId;
import io.postern.wire.ReturnWindow;
import io.postern.wire.Slot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdmissionTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long HOUR = Duration.ofHours(1).toNanos();

    private final Admission admission = new Admission(new Admission.Limits(50, 12_000), new Random(7));
    private final List<DeviceId> leaves =
            IntStream.range(0, 500).mapToObj(n -> DeviceId.of("leaf-" + n)).toList();

    @Test
    void aGatewayThatStartsHasItsFirstFiftyTryAtOnceAndEachThatEndsMakesRoom() {
        for (DeviceId leaf : leaves.subList(0, 50)) {
            assertThat(admission.ask(leaf, 0)).isZero();
        }
        assertThat(admission.ask(leaves.get(50), 0)).isEqualTo(Admission.UNTIL_ROOM);
        admission.opened(leaves.getFirst(), 0);
        assertThat(admission.ask(leaves.get(50), 0)).isZero();
        assertThat(admission.live()).isEqualTo(1);
    }

    @Test
    void whileTheHubIsAwayOneAsksForAllOfFiveHundred() {
        connectAll();
        loseAll(SECOND);
        long attempts = admission.attempts();
        assertThat(admission.isAway()).isTrue();

        for (long now = SECOND; now < SECOND + HOUR; now += SECOND / 2) {
            probe(now);
        }
        assertThat(admission.attempts() - attempts)
                .as("attempts in an hour, one a minute at most and half of that on average")
                .isBetween(60L, 180L);
    }

    @Test
    void theHubIsAwayAsSoonAsHalfHaveLostTheirSessionsForSomeNoticeLate() {
        connectAll();
        for (DeviceId leaf : leaves.subList(0, 249)) {
            admission.lost(leaf, SECOND);
        }
        assertThat(admission.isAway()).isFalse();
        admission.lost(leaves.get(249), SECOND);
        assertThat(admission.isAway()).isTrue();
        assertThat(admission.ask(leaves.getFirst(), SECOND)).isPositive();
    }

    @Test
    void mostLeavesShutOutByAnOperatorAreSoonNoOutageForTheOthers() {
        connectAll();
        for (DeviceId leaf : leaves.subList(0, 300)) {
            admission.lost(leaf, SECOND);
        }
        admission.worked(leaves.getLast(), SECOND);
        assertThat(admission.isAway()).as("its answer may have been on its way").isTrue();
        admission.worked(leaves.getFirst(), 4 * SECOND);
        assertThat(admission.isAway()).as("it has no session").isTrue();
        admission.worked(leaves.getLast(), 4 * SECOND);
        assertThat(admission.isAway()).isFalse();
        for (DeviceId leaf : leaves.subList(0, 300)) {
            admission.failed(leaf, 5 * SECOND);
        }
        assertThat(admission.isAway()).isFalse();
        assertThat(admission.ask(DeviceId.of("new"), 5 * SECOND)).isLessThan(4 * SECOND);
    }

    @Test
    void aHubThatLetsNobodyInGetsNoMoreThanOneThatIsAway() {
        for (DeviceId leaf : leaves.subList(0, 50)) {
            assertThat(admission.ask(leaf, 0)).isZero();
        }
        for (DeviceId leaf : leaves.subList(0, 50)) {
            admission.failed(leaf, SECOND / 10);
        }
        assertThat(admission.isAway()).isTrue();
        for (long now = SECOND; now < HOUR; now += SECOND / 2) {
            probe(now);
        }
        assertThat(admission.attempts())
                .as("fifty, and one at a time after them")
                .isLessThan(230);
    }

    @Test
    void oneBadLeafAmongGoodOnesIsNoOutage() {
        connectAll();
        DeviceId bad = DeviceId.of("bad");
        for (int n = 0; n < 100; n++) {
            assertThat(admission.ask(bad, n * SECOND)).isZero();
            admission.failed(bad, n * SECOND);
        }
        assertThat(admission.isAway()).isFalse();
        assertThat(admission.ask(DeviceId.of("new"), 100 * SECOND)).isZero();
    }

    @Test
    void afterAnOutageEachComesAtThePlaceItWasGiven() {
        connectAll();
        for (int n = 0; n < leaves.size(); n++) {
            admission.place(leaves.get(n), Optional.of(new Slot(n / 10, 50, Duration.ofSeconds(1))));
        }
        loseAll(SECOND);
        long back = returnOfTheScout(SECOND);
        for (int n = 1; n < leaves.size(); n++) {
            long wait = admission.ask(leaves.get(n), back);
            assertThat(wait / SECOND).as("place of leaf %d", n).isEqualTo(n / 10);
            assertThat(admission.ask(leaves.get(n), back + wait)).isZero();
            admission.opened(leaves.get(n), back + wait);
        }
    }

    @Test
    void withoutPlacesTheyComeBackWithinAsLongAsTheHubWasAway() {
        connectAll();
        loseAll(0);
        long back = returnOfTheScout(8 * SECOND);
        List<Long> waits = new ArrayList<>();
        for (DeviceId leaf : leaves.subList(1, 500)) {
            waits.add(admission.ask(leaf, back));
        }
        assertThat(waits).allMatch(wait -> wait >= 0 && wait <= 10 * SECOND);
        assertThat(waits.stream().mapToLong(Long::longValue).average().orElseThrow() / SECOND)
                .isBetween(3.0, 6.0);
    }

    @Test
    void aGatewayWhoseOwnLineWasCutTriesAtOnceAndItsLeavesDoNotWaitForTheirPlaces() {
        connectAll();
        placeAll();
        loseAll(SECOND);
        admission.window(new ReturnWindow(Duration.ZERO, Duration.ofSeconds(2)), SECOND + SECOND / 100);
        long back = returnOfTheScout(SECOND);
        assertThat(back - SECOND).as("the first attempt").isLessThanOrEqualTo(SECOND);
        for (DeviceId leaf : leaves) {
            assertThat(admission.ask(leaf, back)).isLessThan(2 * SECOND);
            admission.left(leaf);
        }
    }

    @Test
    void whenTheLineComesBackTheWindowSaidThenCountsInThePlaceOfSlots() {
        connectAll();
        placeAll();
        loseAll(0);
        long back = returnOfTheScout(8 * SECOND);
        assertThat(admission.isUnadvised()).isTrue();
        assertThat(admission.ask(leaves.get(499), back)).isGreaterThan(400 * SECOND);
        long before = admission.changes();
        admission.window(new ReturnWindow(Duration.ofSeconds(3), Duration.ofSeconds(7)), back);
        assertThat(admission.changes()).as("whoever waits asks again").isGreaterThan(before);
        assertThat(admission.isUnadvised()).isFalse();
        for (DeviceId leaf : leaves.subList(1, 500)) {
            assertThat(admission.ask(leaf, back)).isBetween(3 * SECOND, 10 * SECOND);
        }
    }

    @Test
    void aWindowIsOfOneOutageAndOneThatPassedUnusedOfNone() {
        connectAll();
        placeAll();
        loseAll(0);
        admission.window(new ReturnWindow(Duration.ZERO, Duration.ofSeconds(2)), 0);
        assertThat(admission.isUnadvised()).isFalse();
        long now = 0;
        for (int minute = 0; minute < 10; minute++) { // the hub is away after all
            now += 60 * SECOND;
            probe(now);
        }
        returnOfTheScout(now);
        assertThat(admission.isUnadvised()).as("its window is long over").isTrue();
        loseAll(now + HOUR);
        assertThat(admission.isUnadvised()).isTrue();
    }

    private void placeAll() {
        for (int n = 0; n < leaves.size(); n++) {
            admission.place(leaves.get(n), Optional.of(new Slot(n, 500, Duration.ofSeconds(1))));
        }
    }

    @Test
    void aHubThatHasNoTimeIsLeftAloneAsLongAsItAskedAndThenNotCrowded() {
        connectAll();
        DeviceId late = DeviceId.of("late");
        assertThat(admission.ask(late, SECOND)).isZero();
        admission.throttled(late, Duration.ofSeconds(30), SECOND);
        for (int n = 0; n < 100; n++) {
            assertThat(admission.ask(DeviceId.of("later-" + n), SECOND)).isBetween(30 * SECOND, 40 * SECOND);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 45, 100_000_000})
    void aHubThatSaysForHoursThatItHasNoTimeIsNotAskedMoreOften(int retryAfter) {
        var pauses = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1), new Random(3));
        Map<DeviceId, Long> due = new HashMap<>();
        Map<DeviceId, Integer> failures = new HashMap<>();
        leaves.forEach(leaf -> due.put(leaf, 0L));
        for (long now = 0; now < 3 * HOUR; now += SECOND / 2) {
            for (DeviceId leaf : leaves) {
                if (due.getOrDefault(leaf, 0L) <= now && admission.ask(leaf, now) == 0) {
                    admission.throttled(leaf, Duration.ofSeconds(retryAfter), now);
                    int times = failures.merge(leaf, 1, Integer::sum);
                    due.put(
                            leaf,
                            now + pauses.delay(admission.isAway() ? 1 : times).toNanos());
                }
            }
        }
        assertThat(admission.attempts())
                .as("in three hours, all leaves together")
                .isBetween(10L, 500L);
        assertThat(admission.throttled()).isEqualTo(admission.attempts());
    }

    @Test
    void aServiceThatAsksForAYearIsAskedAgainAfterMinutes() {
        connectAll();
        admission.throttled(leaves.getFirst(), Duration.ofDays(365), 0);
        assertThat(admission.ask(leaves.getFirst(), 0))
                .isLessThan(Duration.ofMinutes(11).toNanos());
    }

    @Test
    void noMoreThanTheSetNumberTriesInAnyHourWhateverHappens() {
        var narrow = new Admission(new Admission.Limits(50, 600), new Random(7));
        DeviceId flapping = DeviceId.of("flapping");
        for (long now = 0; now < 3 * HOUR; now += SECOND / 10) {
            if (narrow.ask(flapping, now) == 0) {
                narrow.opened(flapping, now);
                narrow.left(flapping);
            }
        }
        assertThat(narrow.attempts()).isBetween(1500L, 1800L);
    }

    @Test
    void aScoutThatHasNoTokenMakesRoomForAnother() {
        connectAll();
        loseAll(0);
        long now = 5 * SECOND;
        assertThat(admission.ask(leaves.get(0), now)).isZero();
        assertThat(admission.ask(leaves.get(1), now)).isEqualTo(Admission.UNTIL_CHANGE);
        long before = admission.changes();
        admission.left(leaves.get(0));
        assertThat(admission.changes()).isGreaterThan(before);
        assertThat(admission.ask(leaves.get(1), now)).isBetween(1L, 60 * SECOND);
    }

    private void connectAll() {
        for (DeviceId leaf : leaves) {
            assertThat(admission.ask(leaf, 0)).isZero();
            admission.opened(leaf, 0);
        }
    }

    private void loseAll(long now) {
        leaves.forEach(leaf -> admission.lost(leaf, now));
    }

    /** Everybody asks; whoever may fails. */
    private void probe(long now) {
        for (DeviceId leaf : leaves) {
            if (admission.ask(leaf, now) == 0) {
                admission.failed(leaf, now);
                return;
            }
        }
    }

    private long returnOfTheScout(long from) {
        long now = from;
        for (long wait = admission.ask(leaves.getFirst(), now);
                wait > 0;
                wait = admission.ask(leaves.getFirst(), now)) {
            now += wait;
        }
        admission.opened(leaves.getFirst(), now);
        return now;
    }
}
