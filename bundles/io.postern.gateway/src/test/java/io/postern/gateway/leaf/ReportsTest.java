// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.sensor.Measurement;
import io.postern.sensor.Reporting.On;
import io.postern.sensor.Reporting.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReportsTest {
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final OptionalDouble NONE = OptionalDouble.empty();

    @Test
    void onPeriodEachReadingIsTold() {
        assertThat(told(rule(On.PERIOD, 5, NONE, NONE), 1, 1, 1)).containsExactly("v=1.0", "v=1.0", "v=1.0");
    }

    @Test
    void onChangeOnlyWhatHasLeftTheDeadBandAroundTheLastReportIsTold() {
        assertThat(told(rule(On.CHANGE, 0.5, NONE, NONE), 10, 10.4, 10.5, 10.6, 10.2, 10.0))
                .containsExactly("v=10.0", "", "", "v=10.6", "", "v=10.0");
    }

    @Test
    void withoutADeadBandEveryChangeIsToldOfTextsAndFlagsToo() {
        Rule rule = rule(On.CHANGE, 0, NONE, NONE);
        assertThat(told(rule, 1, 1, 1.0000001)).containsExactly("v=1.0", "", "v=1.0000001");
        assertThat(told(rule, new Measurement.Flag(true), new Measurement.Flag(true), new Measurement.Flag(false)))
                .containsExactly("v=true", "", "v=false");
        assertThat(told(rule(On.CHANGE, 9, NONE, NONE), new Measurement.Text("a"), new Measurement.Text("b")))
                .containsExactly("v=a", "v=b");
    }

    @Test
    void onBothTheTenthPeriodIsToldThoughNothingMoved() {
        double[] still = IntStream.range(0, 21).mapToDouble(_ -> 7).toArray();
        List<String> told = told(rule(On.BOTH, 1, NONE, NONE), still);
        assertThat(IntStream.range(0, told.size()).filter(i -> !told.get(i).isEmpty()))
                .containsExactly(0, 10, 20);
    }

    @Test
    void anAlarmIsToldAtOnceAndEndsOnlyWhenTheValueIsBackByTheDeadBand() {
        Rule rule = rule(On.CHANGE, 2, OptionalDouble.of(10), OptionalDouble.of(20));
        assertThat(told(rule, 15, 20, 20.1, 19.9, 18.1, 18.0, 9.9, 11.9, 12))
                .containsExactly(
                        "v=15.0 vAlarm=none", // after a start nobody knows what was told last
                        "v=20.0", // at the limit is not beyond it
                        "v=20.1 vAlarm=high",
                        "",
                        "",
                        "v=18.0 vAlarm=none",
                        "v=9.9 vAlarm=low",
                        "",
                        "v=12.0 vAlarm=none");
    }

    @Test
    void fromOneLimitToTheOtherThereIsNothingBetween() {
        Rule rule = rule(On.CHANGE, 100, OptionalDouble.of(10), OptionalDouble.of(20));
        assertThat(told(rule, 5, 25, 5)).containsExactly("v=5.0 vAlarm=low", "v=25.0 vAlarm=high", "v=5.0 vAlarm=low");
    }

    @Test
    void aChangeWhoseMessageWasNotAcceptedIsToldAgain() {
        var reports = new Reports(_ -> rule(On.CHANGE, 0, NONE, NONE));
        reports.keep(reports.choose(value(new Measurement.Count(1)), 0));
        assertThat(reports.choose(value(new Measurement.Count(2)), 1).values()).isNotEmpty(); // and not kept
        assertThat(reports.choose(value(new Measurement.Count(2)), 2).values()).isNotEmpty();
    }

    @Test
    void afterAGapEveryFieldIsToldAnew() {
        var reports = new Reports(_ -> rule(On.CHANGE, 0, NONE, NONE));
        reports.keep(reports.choose(value(new Measurement.Count(1)), 0));
        assertThat(reports.choose(value(new Measurement.Count(1)), 1).values()).isEmpty();
        reports.forget();
        assertThat(reports.choose(value(new Measurement.Count(1)), 2).values()).isNotEmpty();
    }

    private static Rule rule(On on, double deadBand, OptionalDouble low, OptionalDouble high) {
        return new Rule(PERIOD, on, deadBand, low, high);
    }

    private static List<String> told(Rule rule, double... values) {
        return told(
                rule,
                java.util.Arrays.stream(values)
                        .mapToObj(Measurement.Quantity::new)
                        .toArray(Measurement[]::new));
    }

    /** What is told of a field {@code v} that is read once a second. */
    private static List<String> told(Rule rule, Measurement... values) {
        var reports = new Reports(_ -> rule);
        List<String> told = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            Reports.Chosen chosen =
                    reports.choose(value(values[i]), PERIOD.multipliedBy(i).toNanos());
            reports.keep(chosen);
            told.add(String.join(
                    " ",
                    chosen.values().entrySet().stream()
                            .map(each -> each.getKey() + "=" + text(each.getValue()))
                            .toList()));
        }
        return told;
    }

    private static SequencedMap<String, Measurement> value(Measurement value) {
        var values = new LinkedHashMap<String, Measurement>();
        values.put("v", value);
        return values;
    }

    private static String text(Measurement value) {
        return switch (value) {
            case Measurement.Quantity(double quantity) -> String.valueOf(quantity);
            case Measurement.Count(long count) -> String.valueOf(count);
            case Measurement.Flag(boolean flag) -> String.valueOf(flag);
            case Measurement.Text(String text) -> text;
        };
    }
}
