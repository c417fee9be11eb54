// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.wire.ReturnWindow;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReturnQueueTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1); // nanoTime may overflow
    private final ReturnQueue queue = new ReturnQueue(100, nanos::get);

    @Test
    void aGatewayAloneNeverWaitsAndItsLeavesTakeNoMoreThanTheHubDoes() {
        for (int outage = 0; outage < 3; outage++) {
            assertThat(queue.enter(400)).isEqualTo(new ReturnWindow(Duration.ZERO, Duration.ofSeconds(5)));
            nanos.addAndGet(Duration.ofHours(1).toNanos());
        }
    }

    @Test
    void theWindowsOfThoseThatComeTogetherFollowOneAnother() {
        Duration end = Duration.ZERO;
        for (int gateway = 0; gateway < 1000; gateway++) {
            ReturnWindow window = queue.enter(11);
            assertThat(window.from()).isEqualTo(end);
            end = window.from().plus(window.span());
        }
        assertThat(end).isEqualTo(Duration.ofMillis(137_500));
        nanos.addAndGet(Duration.ofSeconds(100).toNanos());
        assertThat(queue.enter(11).from()).isEqualTo(Duration.ofMillis(37_500));
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 1, 1_000, Integer.MAX_VALUE})
    void whateverIsSaidNobodyWaitsLongerThanTenMinutes(int out) {
        for (int gateway = 0; gateway < 10_000; gateway++) {
            ReturnWindow window = queue.enter(out);
            assertThat(window.from()).isLessThanOrEqualTo(Duration.ofMinutes(10));
            assertThat(window.span()).isBetween(Duration.ofMillis(12), Duration.ofMillis(12_500));
        }
    }

    @Test
    void aHubWithoutAQuotaTakesEverybodyAtOnce() {
        var open = new ReturnQueue(0, nanos::get);
        for (int gateway = 0; gateway < 3; gateway++) {
            assertThat(open.enter(1000)).isEqualTo(new ReturnWindow(Duration.ZERO, Duration.ZERO));
        }
    }
}
