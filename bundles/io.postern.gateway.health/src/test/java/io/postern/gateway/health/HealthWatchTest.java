// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.CapturedLog;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HealthWatchTest {
    private static final Finding WELL = Finding.good("3 % full");
    private static final Finding FILLING = Finding.warning("81 % full", "Bring the hub back.");
    private static final Finding FULL = Finding.fault("100 % full", "Bring the hub back.");

    private Map<String, String> posted = Map.of();
    private final HealthWatch watch = new HealthWatch(new HealthDesk(), unwell -> posted = Map.copyOf(unwell));

    @Test
    void whatIsFoundTwiceIsToldOnceWithItsRemedyAndSoIsItsEnd() {
        try (var log = CapturedLog.start()) {
            for (Finding found : List.of(WELL, FILLING, FILLING, FILLING, FULL, FULL, WELL, WELL, WELL)) {
                watch.look(Map.of("outbox", found));
            }
            assertThat(log.lines().stream().filter(line -> line.contains("HealthWatch")))
                    .satisfiesExactly(
                            line -> assertThat(line)
                                    .contains("check=outbox level=warning", "81 % full. Bring the hub back."),
                            line -> assertThat(line).contains("check=outbox level=fault", "100 % full"),
                            line -> assertThat(line).contains("check=outbox", "well again: 3 % full"));
        }
    }

    @Test
    void theBoardHasWhatIsNotWellNow() {
        watch.look(Map.of("outbox", FILLING, "disk", WELL));
        assertThat(posted).as("found once").isEmpty();
        watch.look(Map.of("outbox", FILLING, "disk", FULL));
        assertThat(posted).isEqualTo(Map.of("outbox", "warning"));
        watch.look(Map.of("outbox", WELL, "disk", FULL));
        assertThat(posted).isEqualTo(Map.of("outbox", "warning", "disk", "fault"));
        watch.look(Map.of("disk", FULL));
        assertThat(posted).as("the check has gone").isEqualTo(Map.of("disk", "fault"));
    }
}
