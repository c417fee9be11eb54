// SPDX-License-Identifier: Apache-2.0
package io.postern.proofs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Small ones of what {@code ./postern drill storm} does. */
class StormModelTest {
    @ParameterizedTest
    @ValueSource(strings = {"PT5S", "PT5M"})
    void twoThousandIdentitiesComeBackOfOneOutageAndHardlyAnyIsRefused(Duration outage) {
        StormModel.Result result = new StormModel(new StormModel.Scenario(200, 10, outage, 100, true, true, 1)).run();
        assertThat(result.back()).isEqualTo(2200);
        assertThat(result.share()).isLessThanOrEqualTo(0.02);
        assertThat(result.seconds()).as("22 s at best").isLessThan(150);
    }

    @Test
    void fiveHundredLeavesOfALoneGatewayAreBackInAMinuteAndAHalfAndCostTheHubLittleMeanwhile() {
        StormModel.Result result =
                new StormModel(new StormModel.Scenario(1, 500, Duration.ofHours(1), 100, true, true, 1)).run();
        assertThat(result.back()).isEqualTo(501);
        assertThat(result.seconds()).isLessThan(90);
        assertThat(result.whileAway()).as("attempts an hour").isLessThan(140);
        assertThat(result.throttled()).isZero();
    }

    @Test
    void withoutSlotsAllComeBackToo() {
        StormModel.Result result =
                new StormModel(new StormModel.Scenario(200, 10, Duration.ofMinutes(5), 100, false, false, 1)).run();
        assertThat(result.back()).isEqualTo(2200);
    }

    @Test
    void placesByNameAloneServeToo() {
        StormModel.Result result =
                new StormModel(new StormModel.Scenario(200, 10, Duration.ofMinutes(5), 100, true, false, 1)).run();
        assertThat(result.back()).isEqualTo(2200);
        assertThat(result.share()).isLessThanOrEqualTo(0.02);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT1S", "PT10M"})
    void theLeavesOfOneGatewayWhoseOwnLineWasCutDoNotWaitForTheirPlacesAmongTenThousand(Duration outage) {
        var all = new StormModel.Scenario(1000, 10, outage, 100, true, true, 1);
        StormModel.Result alone = new StormModel(all.ofOne()).run();
        assertThat(alone.back()).isEqualTo(11);
        assertThat(alone.spread()).as("seconds from the first to the last").isLessThan(3);
        StormModel.Result together = new StormModel(all).run();
        assertThat(together.back()).isEqualTo(11_000);
        assertThat(together.share()).isLessThanOrEqualTo(0.02);
    }
}
