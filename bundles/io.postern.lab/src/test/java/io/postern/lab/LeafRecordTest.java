// SPDX-License-Identifier: Apache-2.0
package io.postern.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.ctl.TelemetryEvent;
import io.postern.wire.Json;
import org.junit.jupiter.api.Test;

class LeafRecordTest {
    private final LeafRecord leaf = new LeafRecord();

    @Test
    void seesGapsAndRepeatsInTheSequence() {
        for (int sequence : new int[] {1, 2, 4, 4, 7}) {
            leaf.accept(event(sequence, "tokenservice"));
        }

        assertThat(leaf.accepted()).isEqualTo(5);
        assertThat(leaf.highest()).isEqualTo(7);
        assertThat(leaf.missing()).isEqualTo(3);
        assertThat(leaf.repeated()).isEqualTo(1);
        assertThat(leaf.foreign()).isZero();
    }

    @Test
    void countsWhatCameWithoutATokenOfTheTokenService() {
        leaf.accept(event(1, "iothubowner"));

        assertThat(leaf.foreign()).isEqualTo(1);
    }

    @Test
    void aLabHasPinsOnlyWhenThereAreEnoughLeaves() {
        assertThat(LabLeaves.of(2).pins()).isZero();
        assertThat(LabLeaves.of(10).all()).hasSize(10).contains(LabLeaves.pin(2), LabLeaves.meter(8));
        assertThatThrownBy(() -> LabLeaves.of(0)).hasMessageContaining("1 to 200");
    }

    private static TelemetryEvent event(int sequence, String policy) {
        return new TelemetryEvent(
                sequence,
                "meter-001",
                Json.object()
                        .add("policy", policy)
                        .add("properties", Json.object().add("seq", Integer.toString(sequence)))
                        .add("body", Json.object().add("voltage", 230.1))
                        .build());
    }
}
