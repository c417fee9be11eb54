// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.leaf.BusPlan.Group;
import io.postern.gateway.leaf.BusPlan.Need;
import io.postern.gateway.spi.Instrument.Exchange;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BusPlanTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void aLineTakesWhatFillsItsTimeToTheLastMillisecond() {
        List<Need> nine = IntStream.range(0, 9)
                .mapToObj(i -> need("meter-" + i, SECOND, 100))
                .toList();
        assertThat(BusPlan.refusal("main", nine, need("meter-9", SECOND, 100))).isEmpty();
        assertThat(BusPlan.refusal("main", nine, need("meter-9", SECOND, 101))).isPresent();
    }

    @Test
    void theSentenceNamesTheLineItsLoadTheCostliestExchangeAndWhatToChange() {
        List<Need> others = List.of(need("meter-1", SECOND, 600));
        var slow = new Need(
                "meter-7",
                List.of(
                        new Group(SECOND, List.of(exchange("registers 0-1", 20), exchange("registers 100-118", 600))),
                        new Group(SECOND.multipliedBy(10), List.of(exchange("registers 300-424", 1800)))));
        assertThat(BusPlan.refusal("main", others, slow))
                .hasValue("line main needs 1.4 s of each second: leaf meter-7, registers 100-118 each 1 s takes 0.6 s;"
                        + " make the period at least 2 s or raise the baud rate");
    }

    @Test
    void aPeriodThatIsAdvisedFits() {
        List<Need> others = List.of(need("meter-1", SECOND, 650));
        assertThat(BusPlan.refusal("main", others, need("meter-2", SECOND, 500)))
                .hasValueSatisfying(sentence -> assertThat(sentence).contains("at least 1.5 s"));
        assertThat(BusPlan.refusal("main", others, need("meter-2", Duration.ofMillis(1500), 500)))
                .isEmpty();
    }

    @Test
    void onALineThatIsFullNoPeriodHelps() {
        assertThat(BusPlan.refusal("main", List.of(need("meter-1", SECOND, 1000)), need("meter-2", SECOND, 5)))
                .hasValueSatisfying(sentence ->
                        assertThat(sentence).contains("0.005 s").contains("take a leaf off it or raise the baud rate"));
    }

    @Test
    void anInstrumentThatTalksUnaskedCostsNothing() {
        assertThat(BusPlan.refusal(
                        "main",
                        List.of(need("meter-1", SECOND, 1000)),
                        new Need("gps", List.of(new Group(SECOND, List.of())))))
                .isEmpty();
    }

    private static Need need(String leaf, Duration period, long millis) {
        return new Need(leaf, List.of(new Group(period, List.of(exchange("registers 0-9", millis)))));
    }

    private static Exchange exchange(String what, long millis) {
        return new Exchange(what, Duration.ofMillis(millis));
    }
}
