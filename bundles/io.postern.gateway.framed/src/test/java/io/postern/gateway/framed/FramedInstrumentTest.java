// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.framed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.postern.gateway.spi.Instrument;
import io.postern.gateway.spi.Line;
import io.postern.lab.sim.CharacterFormat;
import io.postern.lab.sim.PeerStation;
import io.postern.lab.sim.StationChannel;
import io.postern.sensor.Measurement;
import io.postern.sensor.Measurement.Flag;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Measurement.Text;
import io.postern.sensor.Template;
import io.postern.sensor.Templates;
import io.postern.sensor.framed.FramedMapping;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each shipped template as instrument and as driver, on a line whose time is its own. */
class FramedInstrumentTest {
    private static final CharacterFormat FORMAT = CharacterFormat.parse(9600, "8N1");
    private static final LongFunction<Map<String, Measurement>> SAMPLE = _ -> Map.of();

    private static FramedMapping mapping(String template) throws Exception {
        return FramedMapping.of(Templates.shipped().read(template));
    }

    private static PeerStation station(String template, LongFunction<Map<String, Measurement>> values)
            throws Exception {
        return PeerStation.framed(mapping(template), "", Duration.ofMillis(30), 0, values);
    }

    private static FramedInstrument instrument(String template, StationChannel channel) throws Exception {
        return new FramedInstrument(mapping(template), "", channel::nanoTime);
    }

    private static StationChannel channel(String template, UnaryOperator<byte[]> wire) throws Exception {
        return new StationChannel(station(template, SAMPLE), FORMAT, wire);
    }

    private static UnaryOperator<byte[]> asItIs() {
        return octets -> octets;
    }

    private static double quantity(Map<String, Measurement> values, String field) {
        return ((Quantity) Objects.requireNonNull(values.get(field), field)).value();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 1000})
    void aBalanceIsAskedForItsWeightHoweverTheAnswerIsCut(int chunk) throws Exception {
        StationChannel channel = channel("mettler-new-classic", asItIs()).chunks(chunk);

        assertThat(instrument("mettler-new-classic", channel)
                        .read(channel, Set.of("weight", "stable"))
                        .values())
                .isEqualTo(Map.of("weight", new Quantity(100), "stable", new Flag(true)));
        assertThat(channel.written()).containsExactly("SI\r\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(channel.noted()).containsExactly(Line.Event.FRAME);
    }

    @Test
    void aBalanceSaysWhoItIsAndTakesItsTare() throws Exception {
        StationChannel channel = channel("mettler-new-classic", asItIs());
        FramedInstrument balance = instrument("mettler-new-classic", channel);

        assertThat(balance.identify(channel).facts())
                .isEqualTo(Map.of("product", "MS204S NewClassic 220.0090 g", "serial", "B021002593"));
        assertThat(balance.write(channel, "tare", new Flag(true))).isEqualTo(new Text("T S     100.00 g"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> balance.write(channel, "weight", new Quantity(1)))
                .withMessageContaining("weight");
    }

    @Test
    void anInstrumentThatRefusesHasAnswered() throws Exception {
        StationChannel channel = channel(
                "mettler-new-classic",
                octets -> octets[0] == 'T' ? "T I\r\n".getBytes(StandardCharsets.ISO_8859_1) : octets);

        assertThatExceptionOfType(io.postern.gateway.spi.AnsweredException.class)
                .isThrownBy(() -> instrument("mettler-new-classic", channel).write(channel, "tare", new Flag(true)))
                .withMessageContaining("T I");
        assertThat(channel.noted()).contains(Line.Event.REFUSED);
    }

    @Test
    void nobodyAnsweringIsSaidAndCostsNoMoreThanThePatience() throws Exception {
        StationChannel channel = channel("mettler-new-classic", _ -> new byte[0]);

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> instrument("mettler-new-classic", channel).read(channel, Set.of("weight")))
                .withMessageContaining("no answer");
        assertThat(channel.noted()).containsExactly(Line.Event.TIMEOUT);
        assertThat(Duration.ofNanos(channel.nanoTime())).isBetween(Duration.ofMillis(500), Duration.ofMillis(900));
    }

    @Test
    void aMeterSignsOnStaysAtItsSpeedAndIsReadOut() throws Exception {
        StationChannel channel = channel("iskraemeco-mt174", asItIs()).chunks(16);
        FramedInstrument meter = instrument("iskraemeco-mt174", channel);

        assertThat(meter.read(channel, Set.of("energyImport", "voltage1")).values())
                .isEqualTo(Map.of("energyImport", new Quantity(112.628), "voltage1", new Quantity(232.3)));
        assertThat(channel.written())
                .containsExactly(
                        "/?!\r\n".getBytes(StandardCharsets.ISO_8859_1),
                        "\u0006000\r\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(meter.identify(channel).facts())
                .containsEntry("serial", "29789454")
                .containsEntry("vendor", "ISk");
    }

    @Test
    void everyWrongOctetOfAReadoutIsSeenOrChangesNothing() throws Exception {
        int length = "ISk".length() + 500;
        for (int at = 0; at < length; at += 3) {
            int wrong = at;
            StationChannel channel = channel("iskraemeco-mt174", octets -> {
                byte[] spoiled = octets.clone();
                if (spoiled[0] == 2 && wrong < spoiled.length) {
                    spoiled[wrong] ^= 4;
                }
                return spoiled;
            });
            assertThatExceptionOfType(IOException.class)
                    .as("octet %d", at)
                    .isThrownBy(() -> instrument("iskraemeco-mt174", channel).read(channel, Set.of("voltage1")));
        }
    }

    @Test
    void anAdapterThatEchoesTheQuestionIsNotTheMeter() throws Exception {
        StationChannel channel = channel(
                "iskraemeco-mt174",
                octets -> octets[0] == '/'
                        ? ("/?!\r\n" + new String(octets, StandardCharsets.ISO_8859_1))
                                .getBytes(StandardCharsets.ISO_8859_1)
                        : octets);

        assertThat(instrument("iskraemeco-mt174", channel)
                        .read(channel, Set.of("voltage1"))
                        .values())
                .hasSize(1);
    }

    @Test
    void aReceiverIsListenedToUntilEachSentenceWasSaid() throws Exception {
        StationChannel channel = channel("ublox-neo-m8", asItIs()).chunks(5);

        Map<String, Measurement> values = instrument("ublox-neo-m8", channel)
                .read(channel, Set.of("latitude", "altitude", "satellites"))
                .values();
        assertThat(values).containsOnlyKeys("latitude", "altitude", "satellites");
        assertThat(quantity(values, "latitude")).isCloseTo(47.28523950, within(1e-8));
        assertThat(Duration.ofNanos(channel.nanoTime())).isLessThan(Duration.ofMillis(1_500));
    }

    @Test
    void whatWasSaidWhileNobodyReadIsNeverTakenForNew() throws Exception {
        var station = station("ublox-neo-m8", at -> Map.of("speed", new Quantity(at / 1_000_000_000L)));
        var channel = new StationChannel(station, FORMAT);
        FramedInstrument receiver = instrument("ublox-neo-m8", channel);
        for (int second = 0; second < 30; second += 7) {
            channel.pass(Duration.ofMillis(6_540)); // ends within a sentence, too
            long before = channel.nanoTime() / 1_000_000_000L;
            double speed = quantity(receiver.read(channel, Set.of("speed")).values(), "speed");

            assertThat(speed).isGreaterThanOrEqualTo(before);
        }
    }

    @Test
    void garbledSentencesAreCountedAndNeverAValue() throws Exception {
        var count = new AtomicInteger();
        StationChannel channel = channel("ublox-neo-m8", octets -> {
            byte[] said = octets.clone();
            if (count.getAndIncrement() % 3 != 2) {
                said[said.length / 2] ^= 1;
            }
            return said;
        });

        Map<String, Measurement> values = instrument("ublox-neo-m8", channel)
                .read(channel, Set.of("altitude"))
                .values();
        assertThat(values).isIn(Map.of(), Map.of("altitude", new Quantity(499.6)));
        assertThat(channel.noted()).contains(Line.Event.GARBLED);
    }

    @Test
    void aReceiverThatSaysNothingIsSaid() throws Exception {
        StationChannel channel = channel("ublox-neo-m8", _ -> new byte[0]);

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> instrument("ublox-neo-m8", channel).read(channel, Set.of("speed")))
                .withMessageContaining("listened 3000 ms for rmc");
    }

    @Test
    void thePlanIsWhatTheLineThenTakes() throws Exception {
        for (String template : new String[] {"mettler-new-classic", "iskraemeco-mt174"}) {
            var channel =
                    new StationChannel(PeerStation.framed(mapping(template), "", Duration.ZERO, 0, SAMPLE), FORMAT);
            FramedInstrument instrument = instrument(template, channel);
            Set<String> fields = mapping(template).fields().keySet();
            Duration planned = instrument.plan(channel.timing(), fields).stream()
                    .map(Instrument.Exchange::busTime)
                    .reduce(Duration.ZERO, Duration::plus);
            instrument.read(channel, fields);

            assertThat(channel.nanoTime())
                    .as(template)
                    .isCloseTo(planned.toNanos(), org.assertj.core.data.Percentage.withPercentage(10));
        }
    }

    @Test
    void anAddressThatCouldEndAQuestionIsRefused() throws Exception {
        Template template = Templates.shipped().read("iskraemeco-mt174");

        assertThat(new FramedDriver().instrument(template, "12345678")).isInstanceOf(Instrument.Polled.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FramedDriver().instrument(template, "1!\r\n"))
                .withMessageStartingWith("address: ");
    }
}
