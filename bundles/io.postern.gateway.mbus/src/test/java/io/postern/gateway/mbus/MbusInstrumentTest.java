// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.postern.gateway.spi.AnsweredException;
import io.postern.gateway.spi.Instrument;
import io.postern.gateway.spi.Line;
import io.postern.lab.sim.CharacterFormat;
import io.postern.lab.sim.PeerStation;
import io.postern.lab.sim.StationChannel;
import io.postern.sensor.Measurement;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Templates;
import io.postern.sensor.mbus.LinkFrame;
import io.postern.sensor.mbus.MbusMapping;
import io.postern.wire.Bytes;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A simulated heat meter at 2400 baud, on a line whose time is its own. */
class MbusInstrumentTest {
    private static final CharacterFormat FORMAT = CharacterFormat.parse(2400, "8E1");
    private static final int ADDRESS = 5;

    private MbusMapping mapping;
    private int energy;

    @BeforeEach
    void template() throws Exception {
        mapping = MbusMapping.of(Templates.shipped().read("kamstrup-multical-601"));
    }

    private StationChannel channel(UnaryOperator<byte[]> wire) {
        var station = PeerStation.mbus(
                mapping,
                ADDRESS,
                Optional.empty(),
                Duration.ofMillis(20),
                _ -> Map.of("energy", new Quantity(++energy)));
        return new StationChannel(station, FORMAT, wire);
    }

    private MbusInstrument meter(String address, StationChannel channel) {
        return new MbusInstrument(mapping, MbusAddress.parse(address), channel::nanoTime);
    }

    private static double energy(Map<String, Measurement> values) {
        return ((Quantity) Objects.requireNonNull(values.get("energy"))).value();
    }

    @ParameterizedTest
    @ValueSource(strings = {"primary:5", "primary:254", "secondary:06855817", "secondary:068558FF-KAM-*-04"})
    void aMeterIsReadHoweverItIsSpokenToAndSaysWhoItIs(String address) throws Exception {
        for (int chunk : new int[] {1, 3, 1000}) {
            StationChannel channel = channel(octets -> octets).chunks(chunk);
            MbusInstrument meter = meter(address, channel);

            assertThat(meter.read(channel, Set.of("flow", "returnTemperature")).values())
                    .isEqualTo(Map.of("flow", new Quantity(543), "returnTemperature", new Quantity(46.16)));
            assertThat(meter.identify(channel).facts())
                    .isEqualTo(Map.of("vendor", "KAM", "product", "heat", "revision", "8", "serial", "06855817"));
        }
    }

    @Test
    void eachReadingIsANewOneAlsoWhenAnAnswerWasLost() throws Exception {
        var answers = new AtomicInteger();
        StationChannel channel =
                channel(octets -> octets.length > 1 && answers.getAndIncrement() % 3 == 1 ? new byte[0] : octets);
        MbusInstrument meter = meter("primary:5", channel);
        double last = 0;
        int lost = 0;
        for (int i = 0; i < 12; i++) {
            int before = energy;
            try {
                double now = energy(meter.read(channel, Set.of("energy")).values());
                assertThat(now).isGreaterThan(before).isGreaterThan(last);
                last = now;
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("meter 5: no answer");
                lost++;
            }
        }
        assertThat(lost).isEqualTo(4);
    }

    @Test
    void everyWrongOctetIsSeen() {
        int length = mapping.sample().getFirst().encode().length();
        for (int at = 0; at < length; at += 5) {
            int wrong = at;
            StationChannel channel = channel(octets -> {
                byte[] spoiled = octets.clone();
                if (spoiled.length > 1) {
                    spoiled[wrong] ^= 0x20;
                }
                return spoiled;
            });
            assertThatExceptionOfType(IOException.class).as("octet %d", at).isThrownBy(() -> meter("primary:5", channel)
                    .read(channel, Set.of("energy")));
            assertThat(channel.noted()).contains(Line.Event.GARBLED);
        }
    }

    @Test
    void aCutAnswerAndNoiseAreNoReading() {
        for (UnaryOperator<byte[]> wire : java.util.List.<UnaryOperator<byte[]>>of(
                octets -> Arrays.copyOf(octets, octets.length / 2),
                _ -> Bytes.hex("ff00ff00ff").toArray(),
                _ -> new byte[0])) {
            StationChannel channel = channel(wire);

            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> meter("primary:5", channel).read(channel, Set.of("energy")));
            assertThat(Duration.ofNanos(channel.nanoTime())).isLessThan(Duration.ofSeconds(3));
        }
    }

    @Test
    void anotherMeterThanTheSelectedOneIsNeverRead() {
        StationChannel channel = channel(octets -> {
            byte[] said = octets.clone();
            if (said.length > 1) { // the same with another number, its sum right
                said[7] += 1;
                said[said.length - 2] += 1;
            }
            return said;
        });

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> meter("secondary:06855817", channel).read(channel, Set.of("energy")))
                .withMessageContaining("another meter answered: 06855818-KAM-08-04");
    }

    @Test
    void aMeterThatReportsAnErrorHasAnswered() {
        StationChannel channel = channel(octets -> {
            byte[] said = octets.clone();
            if (said.length > 1) {
                said[16] |= 2;
                said[said.length - 2] += 2;
            }
            return said;
        });

        assertThatExceptionOfType(AnsweredException.class)
                .isThrownBy(() -> meter("primary:5", channel).read(channel, Set.of("energy")));
        assertThat(channel.noted()).endsWith(Line.Event.REFUSED);
    }

    @Test
    void thePlanIsWhatTheLineThenTakes() throws Exception {
        for (String address : new String[] {"primary:5", "secondary:06855817"}) {
            var channel = new StationChannel(
                    PeerStation.mbus(mapping, ADDRESS, Optional.empty(), Duration.ZERO, _ -> Map.of()), FORMAT);
            MbusInstrument meter = meter(address, channel);
            Duration planned = meter.plan(channel.timing(), Set.of("energy")).stream()
                    .map(Instrument.Exchange::busTime)
                    .reduce(Duration.ZERO, Duration::plus);
            meter.read(channel, Set.of("energy"));

            assertThat(channel.nanoTime()).isCloseTo(planned.toNanos(), Percentage.withPercentage(10));
        }
    }

    @Test
    void theFramesOfAReadingAreThoseOfTheStandard() throws Exception {
        StationChannel channel = channel(octets -> octets);
        meter("primary:5", channel).read(channel, Set.of("energy"));

        assertThat(channel.written())
                .containsExactly(
                        new LinkFrame.Short(0x40, 5).encode().toArray(),
                        new LinkFrame.Short(0x7B, 5).encode().toArray());
    }

    @Test
    void metersAreNotWrittenTo() {
        StationChannel channel = channel(octets -> octets);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> meter("primary:5", channel).write(channel, "energy", new Quantity(0)));
        assertThat(channel.written()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "primary:251", "primary:999", "secondary:1", "secondary:06855817-KAMX-08-04"})
    void anAddressThatIsNoneIsRefused(String address) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MbusAddress.parse(address))
                .withMessageStartingWith("address: ");
    }
}
