// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.lab.LabCloud;
import io.postern.lab.prove.siege.SiegeProof;
import io.postern.lab.prove.siege.SiegeProof.Result;
import io.postern.lab.prove.siege.SiegeProof.Scale;
import io.postern.testkit.LoopbackAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ./postern prove siege} does, for some seconds and with few who misbehave. */
class SiegeIT {
    private static final Path ROOT = Path.of(System.getProperty("postern.root"));
    private static final int HEAP = 256; // MB
    private static final Scale SMALL = new Scale(Duration.ofSeconds(10), 200, 10, 64L << 20);
    private static final double LONGEST_ROUND_TRIP = 15; // seconds

    @TempDir
    private Path directory;

    @Test
    void aDeviceThatBehavesIsServedAmongThoseThatDoNotAndNobodyIsToldWhatIsAnothers() throws Exception {
        try (LabCloud cloud = LabCloud.start(
                ROOT, directory, LoopbackAddress.random(), OptionalInt.empty(), List.of("--heap", HEAP + "m"))) {
            Result result = new SiegeProof(cloud, SMALL, _ -> {}).run();

            assertThat(result.faults()).isEmpty();
            assertThat(result.roundTrips()).isNotEmpty().allMatch(seconds -> seconds <= LONGEST_ROUND_TRIP);
            assertThat(Collections.max(result.heap())).isLessThan(HEAP * 1_000_000L);
            assertThat(result.misdeeds()).isGreaterThan(20); // every kind, some of them again
        }
    }
}
