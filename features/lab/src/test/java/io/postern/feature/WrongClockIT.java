// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.lab.LabCloud;
import io.postern.lab.prove.clock.WrongClock;
import io.postern.testkit.LoopbackAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One case of {@code ./postern prove clock}. */
class WrongClockIT {
    private static final Path ROOT = Path.of(System.getProperty("postern.root"));

    @TempDir
    private static Path directory;

    @Test
    void aGatewayThatWakesIn1970WorksAsSoonAsThereIsANetworkAndItsHistoryIsRight() throws Exception {
        try (LabCloud cloud = LabCloud.start(ROOT, directory, LoopbackAddress.random())) {
            WrongClock.Result result = new WrongClock(ROOT, cloud).run(WrongClock.Fault.IN_1970, directory);
            assertThat(result).matches(WrongClock.Result::isRight);
        }
    }
}
