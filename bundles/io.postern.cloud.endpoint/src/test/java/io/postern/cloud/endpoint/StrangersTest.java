// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.CapturedLog;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StrangersTest {
    private final AtomicLong now = new AtomicLong();

    @Test
    void howManyStrangersComeTheLogGrowsByOneWarningAMinute() {
        var strangers = new Strangers("TEST", now::get);
        try (CapturedLog log = CapturedLog.start()) {
            for (int i = 0; i < 1000; i++) {
                strangers.ended("192.0.2.1:" + i, "it did not begin");
            }
            assertThat(warnings(log)).hasSize(1).first().asString().contains("count=1", "192.0.2.1:0", "did not begin");

            now.addAndGet(Duration.ofMinutes(1).toNanos());
            strangers.ended("192.0.2.2:1", "it did not begin");
            assertThat(warnings(log)).hasSize(2).last().asString().contains("count=1000", "192.0.2.2:1");
            log.await("192.0.2.1:999"); // at a level that nobody keeps in the field
        }
    }

    @Test
    void whatHappensRarelyIsNotHiddenByWhatHappensOften() {
        var strangers = new Strangers("TEST", now::get);
        try (CapturedLog log = CapturedLog.start()) {
            strangers.ended("192.0.2.1:1", "silent");
            strangers.broke(new IOException("outer", new IOException("certificate_unknown")));
            strangers.turnedAway("192.0.2.1:2");
            assertThat(warnings(log))
                    .hasSize(3)
                    .anyMatch(line -> line.contains("certificate_unknown"))
                    .anyMatch(line -> line.contains("too many strangers"));
        }
    }

    private static List<String> warnings(CapturedLog log) {
        return log.lines().stream()
                .filter(line -> line.startsWith("WARNING") && line.contains("listener=TEST"))
                .toList();
    }
}
