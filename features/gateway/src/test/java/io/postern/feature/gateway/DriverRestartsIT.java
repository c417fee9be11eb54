// SPDX-License-Identifier: Apache-2.0
package io.postern.feature.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Some rounds of what {@code ./postern prove restarts} does two hundred times. */
class DriverRestartsIT {
    private static final int ROUNDS = 5; // two to four seconds each

    @TempDir
    private Path directory;

    @Test
    void driversComeAndGoAndLeaveNothingBehind() throws Exception {
        try (var gateway = new DriverRestarts(Path.of("target/feature"), directory)) {
            gateway.awaitReadings(Instant.EPOCH);
            gateway.round(); // what is loaded once is there now
            DriverRestarts.Held before = DriverRestarts.held();
            for (int round = 0; round < ROUNDS; round++) {
                gateway.round();
            }
            DriverRestarts.Held after = DriverRestarts.held();

            assertThat(after.threadCount())
                    .as("threads before %s, after %s", before.threads(), after.threads())
                    .isLessThanOrEqualTo(before.threadCount());
            assertThat(after.handles()).as("open handles").isLessThanOrEqualTo(before.handles());
        }
    }
}
