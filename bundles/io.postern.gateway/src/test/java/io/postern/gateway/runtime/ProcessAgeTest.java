// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProcessAgeTest {
    @Test
    void theAgeIsTheTimeTheKernelIsUpLessWhenTheProcessStartedWhateverItsName() {
        String stat = "4711 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 12345 20 21";
        assertThat(ProcessAge.of(stat, "125.95 200.10\n")).isEqualTo(Duration.ofMillis(2_500));
    }

    @Test
    void theAgeGrowsWithTheMonotonicClock() {
        assertThat(ProcessAge.now()).isBetween(Duration.ofMillis(1), Duration.ofMinutes(30));
    }

    @Test
    void whatTheKernelDoesNotWriteIsRefused() {
        assertThatThrownBy(() -> ProcessAge.of("1 (x) S 1", "1.0 1.0")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ProcessAge.of("", "1.0 1.0")).isInstanceOf(IllegalArgumentException.class);
    }
}
