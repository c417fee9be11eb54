// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.sensor.Measurement;
import io.postern.sensor.Measurement.Count;
import io.postern.sensor.Measurement.Flag;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Measurement.Text;
import io.postern.sensor.Model.Schema;
import io.postern.sensor.Node;
import io.postern.sensor.TemplateException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CurveTest {
    @Test
    void aConstantStays() throws TemplateException {
        assertThat(curve("'constant', 'value': 50.5", Schema.DOUBLE, 1).at(Duration.ofDays(1)))
                .isEqualTo(new Quantity(50.5));
        assertThat(curve("'constant', 'value': 'run'", Schema.STRING, 1).at(Duration.ZERO))
                .isEqualTo(new Text("run"));
        assertThat(curve("'constant', 'value': true", Schema.BOOLEAN, 1).at(Duration.ZERO))
                .isEqualTo(new Flag(true));
    }

    @Test
    void aSineKeepsToItsAmplitudeAndReturnsAfterItsPeriod() throws TemplateException {
        Curve sine = curve("'sine', 'mean': 230, 'amplitude': 3, 'period': '60s'", Schema.DOUBLE, 1);

        List<Double> values = IntStream.range(0, 60)
                .mapToObj(second -> number(sine.at(Duration.ofSeconds(second))))
                .toList();
        assertThat(values)
                .allMatch(value -> value >= 227 && value <= 233)
                .anyMatch(value -> value > 232.9)
                .anyMatch(value -> value < 227.1);
        assertThat(number(sine.at(Duration.ofSeconds(60))))
                .isCloseTo(values.getFirst(), org.assertj.core.api.Assertions.within(1e-9));
    }

    @Test
    void aRampRisesAndBeginsAgain() throws TemplateException {
        Curve ramp = curve("'ramp', 'from': 0, 'to': 100, 'period': '100s'", Schema.DOUBLE, 1);

        long falls = IntStream.range(1, 301)
                .filter(second ->
                        number(ramp.at(Duration.ofSeconds(second))) < number(ramp.at(Duration.ofSeconds(second - 1))))
                .count();
        assertThat(falls).isEqualTo(3);
    }

    @Test
    void aWalkIsTheSameWayForTheSameIndividualAndStaysWithinItsBounds() throws TemplateException {
        String walk = "'walk', 'start': 21, 'step': 2, 'every': '1s', 'low': 15, 'high': 25";
        Curve one = curve(walk, Schema.DOUBLE, 1);
        Curve again = curve(walk, Schema.DOUBLE, 1);
        Curve other = curve(walk, Schema.DOUBLE, 2);

        for (int second = 0; second < 300; second += 7) {
            Duration now = Duration.ofSeconds(second);
            assertThat(number(one.at(now))).isBetween(15.0, 25.0).isEqualTo(number(again.at(now)));
        }
        assertThat(one.at(Duration.ofSeconds(300))).isNotEqualTo(other.at(Duration.ofSeconds(300)));
    }

    @Test
    void aCounterCounts() throws TemplateException {
        Curve counter = curve("'counter', 'start': 10, 'perHour': 2", Schema.LONG, 1);

        assertThat(counter.at(Duration.ZERO)).isEqualTo(new Count(10));
        assertThat(counter.at(Duration.ofHours(3))).isEqualTo(new Count(16));
    }

    @Test
    void aSquareIsHalfAPeriodEach() throws TemplateException {
        Curve square = curve("'square', 'low': 'off', 'high': 'on', 'period': '20s'", Schema.STRING, 1);

        assertThat(IntStream.range(0, 40)
                        .filter(second -> square.at(Duration.ofSeconds(second)).equals(new Text("on")))
                        .count())
                .isEqualTo(20);
        assertThat(curve("'square', 'period': '20s'", Schema.BOOLEAN, 1).at(Duration.ZERO))
                .isInstanceOf(Flag.class);
    }

    @Test
    void individualsDifferByTheirSpread() throws TemplateException {
        String constant = "'constant', 'value': 100, 'spread': 5";
        double one = number(curve(constant, Schema.DOUBLE, 1).at(Duration.ZERO));
        double two = number(curve(constant, Schema.DOUBLE, 2).at(Duration.ZERO));

        assertThat(one).isBetween(95.0, 105.0).isNotEqualTo(two);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'triangle' | no curve is called",
                "'sine', 'mean': 1, 'amplitude': 1 | is missing",
                "'sine', 'mean': 1, 'amplitude': 1, 'period': '0s' | period",
                "'constant', 'value': 'x' | is a number",
                "'constant', 'value': 1, 'low': 3 | is not known here",
                "'walk', 'start': 1, 'step': 1, 'every': '1s', 'low': 3, 'high': 2 | lies below",
            })
    void aCurveThatCannotBeIsRefusedAtItsLine(String text, String reason) {
        assertThatThrownBy(() -> curve(text, Schema.DOUBLE, 1))
                .isInstanceOf(TemplateException.class)
                .hasMessageStartingWith("x.json:2: ")
                .hasMessageContaining(reason);
    }

    private static Curve curve(String text, Schema schema, int individual) throws TemplateException {
        String json = "{\n\"x\": {'curve': %s}}".formatted(text).replace('\'', '"');
        return Curve.of(Node.parse("x.json", json), "x", schema, individual);
    }

    private static double number(Measurement value) {
        return ((Quantity) value).value();
    }
}
