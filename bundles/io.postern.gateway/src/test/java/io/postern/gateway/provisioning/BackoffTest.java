// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration CAP = Duration.ofMinutes(1);

    @Test
    void theSpanDoublesUpToTheCap() {
        var backoff = new Backoff(FIRST, CAP, new Random(7));
        long[] spans = {1, 2, 4, 8, 16, 32, 60, 60};

        for (int failures = 1; failures <= spans.length; failures++) {
            Duration longest = Duration.ZERO;
            for (int i = 0; i < 500; i++) {
                Duration delay = backoff.delay(failures);
                longest = delay.compareTo(longest) > 0 ? delay : longest;
            }
            Duration span = Duration.ofSeconds(spans[failures - 1]);
            assertThat(longest).isBetween(span.multipliedBy(9).dividedBy(10), span);
        }
    }

    @Test
    void countlessFailuresStayAtTheCap() {
        assertThat(new Backoff(FIRST, CAP, new Random(7)).delay(Integer.MAX_VALUE))
                .isBetween(CAP.dividedBy(10), CAP);
    }

    @Test
    void gatewaysThatFailTogetherComeBackApart() {
        Set<Long> seconds = new HashSet<>();
        for (int gateway = 0; gateway < 1000; gateway++) {
            seconds.add(new Backoff(FIRST, CAP, new Random(gateway)).delay(10).toSeconds());
        }

        assertThat(seconds).hasSizeGreaterThan(50);
    }

    @Test
    void spansThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new Backoff(Duration.ZERO, CAP, new Random())).hasMessageContaining("above zero");
        assertThatThrownBy(() -> new Backoff(CAP, FIRST, new Random())).hasMessageContaining("below its cap");
        assertThatThrownBy(() -> new Backoff(FIRST, CAP, new Random()).delay(0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
