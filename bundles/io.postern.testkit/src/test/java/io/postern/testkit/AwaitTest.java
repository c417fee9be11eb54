// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AwaitTest {
    @Test
    void returnsWhatWasSeenWhenItIsEnough() {
        var count = new AtomicInteger();

        int seen = Await.value(Duration.ofSeconds(5), "a count of three", count::incrementAndGet, n -> n == 3);

        assertThat(seen).isEqualTo(3);
    }

    @Test
    void atTheDeadlineItTellsWhatItSawLast() {
        assertThatThrownBy(() -> Await.value(Duration.ofMillis(20), "a blue light", () -> "red", "blue"::equals))
                .isInstanceOf(AssertionError.class)
                .hasMessage("waited 20 ms for a blue light; last saw: red");
    }

    @Test
    void aLookThatThrowsCountsAsNotYet() {
        assertThatThrownBy(() -> Await.until(Duration.ofMillis(20), "an answer", () -> {
                    throw new java.io.IOException("refused");
                }))
                .hasMessageContaining("last saw: java.io.IOException: refused")
                .hasCauseInstanceOf(java.io.IOException.class);
    }
}
