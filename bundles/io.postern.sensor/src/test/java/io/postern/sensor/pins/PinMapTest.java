// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.pins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.sensor.Measurement.Count;
import io.postern.sensor.Measurement.Flag;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Node;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.Templates;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PinMapTest {
    @Test
    void aMeterIsReadWithAllItSays() throws Exception {
        PinMap map = PinMap.of(Templates.shipped().read("s0-energy-1000"));

        assertThat(map.role()).isEqualTo(PinMap.Role.COUNTER);
        assertThat(map.bias()).isEqualTo(PinMap.Bias.PULL_UP);
        assertThat(map.activeLow()).isTrue();
        assertThat(map.debounce()).isEqualTo(Duration.ofMillis(10));
        assertThat(map.edge()).isEqualTo(PinMap.Edge.ACTIVE);
        assertThat(map.keep()).isEqualTo(Duration.ofMinutes(1));
        assertThat(map.measure(new PinMap.Facts(false, 5_123, 2, OptionalDouble.of(0.5), false)))
                .containsEntry("energy", new Quantity(5.123))
                .containsEntry("power", new Quantity(1_800)) // half a watt hour each second
                .containsEntry("pulses", new Count(5_123))
                .containsEntry("missed", new Count(2));
        assertThat(PinMap.count(Objects.requireNonNull(map.fields().get("energy")), new Quantity(5.123)))
                .isEqualTo(5_123);
    }

    @Test
    void aRateThatIsNotKnownIsLeftOut() throws Exception {
        PinMap map = PinMap.of(Templates.shipped().read("s0-energy-1000"));

        assertThat(map.measure(new PinMap.Facts(false, 1, 0, OptionalDouble.empty(), false)))
                .doesNotContainKey("power");
    }

    @Test
    void anOutputShowsItsState() throws Exception {
        PinMap map = PinMap.of(Templates.shipped().read("relay-output"));

        assertThat(map.safe()).isFalse();
        assertThat(map.orders()).isEmpty();
        assertThat(map.measure(new PinMap.Facts(true, 0, 0, OptionalDouble.empty(), false)))
                .containsExactlyEntriesOf(java.util.Map.of("on", new Flag(true)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"as":"button","fields":{"on":"state"}}                        | "as" is one of counter, input, output, tamper
            {"as":"output","fields":{}}                                    | a pin without any field shows nothing
            {"as":"output","fields":{"off":"state"}}                       | "off" is no telemetry and no property of the model
            {"as":"output","debounce":"5ms","fields":{"on":"state"}}       | "debounce" is not for an output
            {"as":"input","safe":true,"fields":{"on":"state"}}             | "safe" is for an output only
            {"as":"input","edge":"both","fields":{"on":"state"}}           | "edge" is for a counter only
            {"as":"input","fields":{"on":"state"}}                         | this cannot be written, yet the model says so
            {"as":"output","fields":{"on":"count"}}                        | no such fact of a pin that is output
            {"as":"output","fields":{"on":{"from":"state","scale":2}}}     | no such fact of a pin that is output
            {"as":"counter","fields":{"on":"count"}}                       | the schema does not fit
            {"as":"counter","fields":{"on":{"from":"count","scale":0}}}    | "scale" is above 0 and at most 1.0E9
            {"as":"output","bias":"up","fields":{"on":"state"}}            | "bias" is one of as-is, disabled, pull-down, pull-up
            {"as":"output","orders":"1ms","fields":{"on":"state"}}         | "orders" is a duration from 1000ms to 604800000ms, not 1ms
            {"as":"tamper","debounce":"9s","fields":{"on":"tampered"}}     | "debounce" is a duration from 0ms to 1000ms, not 9000ms
            {"as":"output","pull":"up","fields":{"on":"state"}}            | "pull" is not known here
            """)
    void aMappingThatCannotBeIsRefusedAtItsLine(String mapping, String reason) throws Exception {
        Template relay = Templates.shipped().read("relay-output");
        var other = new Template(
                relay.name(),
                relay.title(),
                relay.dataSheet(),
                relay.model(),
                relay.driver(),
                Node.parse("x.json", mapping),
                relay.reporting(),
                relay.simulation());

        assertThatThrownBy(() -> PinMap.of(other))
                .isInstanceOf(TemplateException.class)
                .hasMessageStartingWith("x.json:1: ")
                .hasMessageContaining(reason);
    }
}
