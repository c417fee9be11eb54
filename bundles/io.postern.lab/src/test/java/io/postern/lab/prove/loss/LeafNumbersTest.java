// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove.loss;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The oracle of the proof sees what it is to see. */
class LeafNumbersTest {
    private final LeafNumbers leaf = new LeafNumbers("meter-1");

    @Test
    void whatWasOnItsWayAtAnInterruptionMayComeAgainInItsOrder() {
        come(1, 2, 3, 4, 2, 3, 4, 5, 5, 6);

        assertThat(leaf.faults()).isEmpty();
        assertThat(leaf.repeated()).isEqualTo(4);
        assertThat(leaf.rewinds()).isEqualTo(2);
        assertThat(leaf.deepest()).isEqualTo(3);
    }

    @Test
    void aHoleIsTold() {
        come(1, 2, 4);

        assertThat(leaf.faults()).containsExactly("meter-1: behind number 2 comes 4");
    }

    @Test
    void whoeverGoesBackMustNotLeaveAnythingOut() {
        come(1, 2, 3, 1, 4);

        assertThat(leaf.faults()).containsExactly("meter-1: after number 1, which came again, comes 4 and not 2");
    }

    @Test
    void aNumberThatStandsForTwoReadingsIsTold() {
        leaf.accept(1, 7);
        leaf.accept(1, 8);

        assertThat(leaf.faults()).containsExactly("meter-1: number 1 stands for the readings 7 and 8");
    }

    private void come(int... numbers) {
        for (int number : numbers) {
            leaf.accept(number, 100 + number);
        }
    }
}
