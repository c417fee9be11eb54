// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.settings.TrialRules.Event;
import io.postern.gateway.settings.TrialRules.Phase;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrialRulesTest {
    private static final List<Event> EVENTS = List.of(
            new Event.Applied(),
            new Event.Delivered(),
            new Event.Failed("broken"),
            new Event.Proven(),
            new Event.Confirmed("somebody"),
            new Event.Withdrawn("somebody"),
            new Event.Elapsed("the hub"),
            new Event.Restarted(1),
            new Event.Restarted(TrialRules.MOST_STARTS + 1));

    /** The whole table; the columns are the events above. */
    @ParameterizedTest
    @CsvSource({
        "STORED,   APPLYING, STORED,   REVERTED, STORED,   STORED,   REVERTED, REVERTED, STORED,   REVERTED",
        "APPLYING, APPLYING, PROVING,  REVERTED, APPLYING, APPLYING, REVERTED, REVERTED, STORED,   REVERTED",
        "PROVING,  PROVING,  PROVING,  REVERTED, KEPT,     KEPT,     REVERTED, REVERTED, STORED,   REVERTED",
        "KEPT,     KEPT,     KEPT,     KEPT,     KEPT,     KEPT,     KEPT,     KEPT,     KEPT,     KEPT",
        "REVERTED, REVERTED, REVERTED, REVERTED, REVERTED, REVERTED, REVERTED, REVERTED, REVERTED, REVERTED",
    })
    void eachEventLeadsWhereTheTableSays(
            Phase from, Phase e0, Phase e1, Phase e2, Phase e3, Phase e4, Phase e5, Phase e6, Phase e7, Phase e8) {
        assertThat(EVENTS.stream().map(event -> TrialRules.next(from, event)))
                .containsExactly(e0, e1, e2, e3, e4, e5, e6, e7, e8);
    }

    @Test
    void everyEndThatIsNotASuccessSaysWhy() {
        assertThat(EVENTS.stream()
                        .filter(event -> TrialRules.next(Phase.PROVING, event) == Phase.REVERTED)
                        .map(TrialRules::reason))
                .doesNotContain("");
    }
}
