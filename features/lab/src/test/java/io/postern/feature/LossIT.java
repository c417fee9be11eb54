// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.lab.LabCloud;
import io.postern.lab.prove.loss.LossProof;
import io.postern.lab.prove.loss.LossProof.Result;
import io.postern.lab.prove.loss.LossProof.Scale;
import io.postern.testkit.LoopbackAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ./postern prove loss} does, in small; the benches of the uplink rely on the same parts. */
class LossIT {
    private static final Path ROOT = Path.of(System.getProperty("postern.root"));

    @TempDir
    private static Path directory;

    private static LabCloud cloud;

    @BeforeAll
    static void open() throws Exception {
        cloud = LabCloud.start(ROOT, directory, LoopbackAddress.random());
    }

    @AfterAll
    static void close() {
        cloud.close();
    }

    @Test
    void nothingThatAGatewayAcceptedIsLostWhenTheHubIsAwayAndTheGatewayKilledMeanwhile() throws Exception {
        Result result = proof("outage", "amqp").outage(Duration.ofSeconds(2), true);

        assertThat(result.faults()).isEmpty();
        assertThat(result.accepted()).isGreaterThan(100);
    }

    @Test
    void nothingThatAGatewayAcceptedIsLostWhenItIsKilledAgainAndAgain() throws Exception {
        Result result = proof("kills", "mqtt").kills(3);

        assertThat(result.faults()).isEmpty();
        assertThat(result.accepted()).isGreaterThan(100);
    }

    private static LossProof proof(String name, String transport) {
        return new LossProof(
                ROOT,
                cloud,
                name,
                directory.resolve(name),
                new Scale(transport, 3, 60),
                new SplittableRandom(7),
                _ -> {});
    }
}
