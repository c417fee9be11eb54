// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.wire.RegistrationId;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ExpiringEntriesTest {
    // near the end of the range: nanoTime may wrap
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 10);

    @Test
    void anEntryLivesItsTimeAndIsTakenOnce() {
        var entries = new ExpiringEntries<String, String>(10, Duration.ofNanos(100), nanos::get);
        entries.put("a", "1");
        nanos.addAndGet(50);
        entries.put("b", "2");
        nanos.addAndGet(50);

        assertThat(entries.find("a")).isEmpty();
        assertThat(entries.find("b")).contains("2");
        assertThat(entries.remove("b")).isTrue();
        assertThat(entries.remove("b")).isFalse();
    }

    @Test
    void theOldestLeavesWhenThereAreTooMany() {
        var entries = new ExpiringEntries<String, Integer>(2, Duration.ofSeconds(1), nanos::get);
        entries.put("a", 1);
        entries.put("b", 2);
        entries.put("a", 3);
        entries.put("c", 4);

        assertThat(entries.find("b")).isEmpty();
        assertThat(entries.find("a")).contains(3);
        assertThat(entries.find("c")).contains(4);
    }

    @Test
    void aDeviceHasFiveQuestionsAndThenOneEveryTwoSeconds() {
        var limiter = new PollLimiter(nanos::get);
        var device = RegistrationId.of("meter-1");
        for (int i = 0; i < 5; i++) {
            assertThat(limiter.take(device)).isEmpty();
        }

        assertThat(limiter.take(device)).contains(Duration.ofSeconds(2));
        assertThat(limiter.take(RegistrationId.of("meter-2"))).isEmpty();
        nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        assertThat(limiter.take(device)).isEmpty();
        assertThat(limiter.take(device)).contains(Duration.ofSeconds(2));
        nanos.addAndGet(Duration.ofSeconds(10).toNanos());
        for (int i = 0; i < 5; i++) {
            assertThat(limiter.take(device)).isEmpty();
        }
    }
}
