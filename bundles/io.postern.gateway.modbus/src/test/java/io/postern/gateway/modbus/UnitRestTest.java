// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class UnitRestTest {
    private static final Duration ATTEMPT = Duration.ofSeconds(1);

    private final UnitRest rest = new UnitRest(ATTEMPT);

    @Test
    void oneOrTwoAttemptsInVainChangeNothing() {
        assertThat(rest.missed(0)).isZero();
        assertThat(rest.missed(0)).isZero();
        assertThat(rest.isResting(0)).isFalse();
    }

    @Test
    void fromTheThirdOnItRestsLongerAndLongerUpToAMinute() {
        rest.missed(0);
        rest.missed(0);

        assertThat(rest.missed(0)).isEqualTo(Duration.ofSeconds(10));
        assertThat(rest.isResting(Duration.ofMillis(9_999).toNanos())).isTrue();
        assertThat(rest.isResting(Duration.ofSeconds(10).toNanos())).isFalse();
        assertThat(rest.missed(0)).isEqualTo(Duration.ofSeconds(20));
        assertThat(rest.missed(0)).isEqualTo(Duration.ofSeconds(40));
        assertThat(rest.missed(0)).isEqualTo(Duration.ofSeconds(60));
        assertThat(rest.missed(0)).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void anAnswerEndsIt() {
        for (int i = 0; i < 5; i++) {
            rest.missed(0);
        }
        rest.answered();

        assertThat(rest.isResting(0)).isFalse();
        assertThat(rest.missed(0)).isZero();
    }

    @Test
    void aMuteUnitCostsTheLineAtMostATenthOfItsTime() {
        long now = 0;
        long spent = 0;
        long steady = 0;
        int attempts = 0;
        while (now < Duration.ofHours(1).toNanos()) {
            if (!rest.isResting(now)) {
                attempts++;
                now += ATTEMPT.toNanos();
                if (attempts > 3) {
                    spent += ATTEMPT.toNanos();
                } else {
                    steady = now;
                }
                rest.missed(now);
            }
            now += Duration.ofMillis(100).toNanos();
        }

        assertThat((double) spent / (now - steady)).isLessThan(0.1);
    }
}
