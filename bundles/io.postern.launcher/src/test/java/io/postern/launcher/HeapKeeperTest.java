// SPDX-License-Identifier: Apache-2.0
package io.postern.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeapKeeperTest {
    private static final long MEGA = 1 << 20;

    @Test
    void aCollectionIsAskedForWhenAnEighthAndTwoMegabytesHaveBeenAdded() {
        assertThat(HeapKeeper.isDue(40 * MEGA, 47 * MEGA)).isFalse();
        assertThat(HeapKeeper.isDue(40 * MEGA, 47 * MEGA + 1)).isTrue();
        assertThat(HeapKeeper.isDue(0, 2 * MEGA)).as("little lives").isFalse();
        assertThat(HeapKeeper.isDue(0, 3 * MEGA)).as("the first look").isTrue();
    }
}
