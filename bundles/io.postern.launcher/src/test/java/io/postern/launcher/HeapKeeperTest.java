// SPDX-License-Identifier: Apache-2.0
package io.postern.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeapKeeperTest {
    private static final long MEGA = 1 << 20;

    @Test
    void aCollectionIsAskedForWhenAQuarterAndFourMegabytesHaveBeenAdded() {
        assertThat(HeapKeeper.isDue(40 * MEGA, 54 * MEGA)).isFalse();
        assertThat(HeapKeeper.isDue(40 * MEGA, 54 * MEGA + 1)).isTrue();
        assertThat(HeapKeeper.isDue(0, 4 * MEGA)).as("little lives").isFalse();
        assertThat(HeapKeeper.isDue(0, 5 * MEGA)).as("the first look").isTrue();
    }
}
