// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThrottleTest {
    private static final long SECOND = 1_000_000_000;
    private long now = Long.MAX_VALUE - SECOND; // the monotonic clock may begin anywhere and overflow

    private Throttle throttle(int perSecond, int atOnce) {
        return new Throttle(new Rate(perSecond, atOnce), () -> now);
    }

    @Test
    void letsABurstThroughAndThenAsManyAsItFillsWith() {
        Throttle throttle = throttle(10, 3);

        assertThat(taken(throttle, 5)).isEqualTo(3);
        now += SECOND / 10;
        assertThat(taken(throttle, 5)).isEqualTo(1);
        now += 3600 * SECOND;
        assertThat(taken(throttle, 5))
                .as("an hour saves up no more than the burst")
                .isEqualTo(3);
    }

    @Test
    void sendsEachBackAtATurnOfItsOwn() {
        Throttle throttle = throttle(2, 1);
        throttle.take();

        assertThat(List.of(throttle.take(), throttle.take(), throttle.take()))
                .containsExactly(
                        Optional.of(Duration.ofMillis(500)),
                        Optional.of(Duration.ofMillis(1000)),
                        Optional.of(Duration.ofMillis(1500)));
        now += 10 * SECOND;
        throttle.take();
        assertThat(throttle.take()).as("the queue has gone").contains(Duration.ofMillis(500));
    }

    @Test
    void sendsNobodyAwayForMoreThanAMinuteHoweverMany() {
        Throttle throttle = throttle(1, 1);
        throttle.take();

        for (int i = 0; i < 1_000; i++) {
            assertThat(throttle.take().orElseThrow()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(60));
        }
    }

    @Test
    void hasACrowdThatObeysThroughAsFastAsItFills() {
        Throttle throttle = throttle(200, 400);
        var comingAt = new PriorityQueue<Long>();
        for (int i = 0; i < 5_000; i++) {
            comingAt.add(now);
        }
        long begin = now;
        List<Integer> waves = new ArrayList<>();
        int tries = 0;
        long last = now;
        while (!comingAt.isEmpty()) {
            now = comingAt.remove();
            tries++;
            Optional<Duration> wait = throttle.take();
            // over the wire it is told in whole seconds, rounded up
            wait.ifPresent(told -> comingAt.add(now + (told.toNanos() + SECOND - 1) / SECOND * SECOND));
            if (wait.isEmpty()) {
                waves.add((int) ((now - begin) / SECOND));
                last = now;
            }
        }

        assertThat(waves).hasSize(5_000);
        assertThat((last - begin) / SECOND).as("(5000 - 400) / 200").isBetween(22L, 30L);
        assertThat(tries).as("hardly anybody is sent away twice").isLessThan(11_000);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 0", "-1, 1", "1000001, 1", "1, 1000001"})
    void hasARateThatMakesSense(int perSecond, int atOnce) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DpsSettings.rate("registrations", perSecond, atOnce))
                .withMessageContaining("registrationsPerSecond, registrationsAtOnce: a rate has 1 to 1000000");
    }

    private static int taken(Throttle throttle, int tries) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            taken += throttle.take().isEmpty() ? 1 : 0;
        }
        return taken;
    }
}
