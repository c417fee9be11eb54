// SPDX-License-Identifier: Apache-2.0
package io.postern.proofs;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.leaf.LineProof;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** An hour of what {@code ./postern prove line} runs for a day. */
class LineProofTest {
    @Test
    void noReaderDiesNoValueIsWrongAndEachGapIsToldInAnHourOfFaults() throws Exception {
        LineProof.Result result = new LineProof(ProveLine.template(), 1, Duration.ofHours(1), 8).run();

        assertThat(result.wrong()).isEmpty();
        assertThat(result.faultsMade()).isGreaterThan(15);
        assertThat(result.leaves()).hasSize(8).allSatisfy(leaf -> assertThat(leaf.readings())
                .isGreaterThan(1000));
    }
}
