// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.Milestones.Milestone;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LeafTroublesTest {
    private final List<String> passedOn = new ArrayList<>();
    private final List<Map<String, String>> told = new ArrayList<>();
    private final LeafTroubles troubles =
            new LeafTroubles((milestone, subject) -> passedOn.add(milestone + " " + subject), told::add);

    @Test
    void aLeafStandsThereWithItsReasonUntilItIsConnected() {
        troubles.reached(Milestone.LEAF_WAITING, "a:1: 403008 waits");
        troubles.reached(Milestone.LEAF_REFUSED, "b: 403005 revoked: lost");
        troubles.reached(Milestone.LEAF_CONNECTED, "a:1");

        assertThat(told)
                .containsExactly(
                        Map.of("a:1", "waiting for approval: 403008 waits"),
                        Map.of("a:1", "waiting for approval: 403008 waits", "b", "refused: 403005 revoked: lost"),
                        Map.of("b", "refused: 403005 revoked: lost"));
        assertThat(passedOn).hasSize(3);
    }

    @Test
    void whatIsNoNewsIsNotTold() {
        troubles.reached(Milestone.LEAF_CONNECTED, "a");
        troubles.reached(Milestone.LEAF_REFUSED, "a: no");
        troubles.reached(Milestone.LEAF_REFUSED, "a: no");
        troubles.reached(Milestone.RETRYING, "a: the hub is away");

        assertThat(told).hasSize(1);
        assertThat(passedOn).hasSize(4);
    }
}
