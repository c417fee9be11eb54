// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.framed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.postern.sensor.Measurement;
import io.postern.sensor.Measurement.Count;
import io.postern.sensor.Measurement.Flag;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Measurement.Text;
import io.postern.sensor.Templates;
import io.postern.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The values of real sentences, telegrams and answers, and the way back. */
class ShippedFramedTemplatesTest {
    private static FramedMapping mapping(String template) throws Exception {
        return FramedMapping.of(Templates.shipped().read(template));
    }

    private static Map<String, Measurement> decode(FramedMapping mapping, String kind, String content) {
        Bytes octets = FramedMapping.octets(content);
        assertThat(mapping.kind(kind).matches(octets)).isTrue();
        return mapping.decode(mapping.kind(kind), octets);
    }

    @Test
    void aReceiverSaysWhereItIs() throws Exception {
        FramedMapping mapping = mapping("ublox-neo-m8");
        Map<String, Measurement> values =
                decode(mapping, "rmc", "GNRMC,220516.00,A,5133.82000,S,00042.24000,W,173.8,231.8,130694,,,D");

        assertThat(((Quantity) Objects.requireNonNull(values.get("latitude"))).value())
                .isCloseTo(-51.563_666_667, within(1e-9));
        assertThat(((Quantity) Objects.requireNonNull(values.get("longitude"))).value())
                .isCloseTo(-0.704, within(1e-9));
        assertThat(values.get("speed")).isEqualTo(new Quantity(173.8));
        assertThat(values.get("course")).isEqualTo(new Quantity(231.8));
        assertThat(decode(mapping, "gga", "GPGGA,092725.00,4717.11399,N,00833.91590,E,1,08,1.01,499.6,M,48.0,M,,"))
                .isEqualTo(Map.of(
                        "altitude", new Quantity(499.6), "satellites", new Count(8), "dilution", new Quantity(1.01)));
    }

    @Test
    void aReceiverWithoutAFixHasNoValues() throws Exception {
        FramedMapping mapping = mapping("ublox-neo-m8");

        assertThat(decode(mapping, "rmc", "GPRMC,,V,,,,,,,,,,N")).isEmpty();
        assertThat(decode(mapping, "gga", "GPGGA,,,,,,0,00,99.99,,,,,,")).isEmpty();
        assertThat(mapping.kind("rmc").matches(FramedMapping.octets("GPVTG,,,,,,,,,N")))
                .isFalse();
    }

    @Test
    void aMeterShowsItsRegistersAndWhoItIs() throws Exception {
        FramedMapping mapping = mapping("iskraemeco-mt174");
        FrameKind readout = mapping.kind("readout");
        Map<String, Measurement> values = mapping.decode(readout, readout.sample());

        assertThat(values)
                .containsEntry("energyImport", new Quantity(112.628))
                .containsEntry("energyExport", new Quantity(74.224))
                .containsEntry("voltage2", new Quantity(233.7))
                .containsEntry("faults", new Text("0000000"))
                .hasSize(11);
        assertThat(mapping.identify(readout, readout.sample())).containsEntry("serial", new Text("29789454"));
        assertThat(mapping.identify(
                        mapping.kind("signOn"), mapping.kind("signOn").sample()))
                .containsEntry("vendor", new Text("ISk"))
                .containsEntry("product", new Text("MT174-0001"));
        assertThat(mapping.kindsOf(List.of("voltage1")).stream().map(FrameKind::name))
                .containsExactly("signOn", "readout");
    }

    @Test
    void aValueOfAPastMonthOrInAnotherUnitIsNotTheOneAskedFor() throws Exception {
        var now = new Locator.Key("1.8.0", 0, "kWh");

        assertThat(now.find(FramedMapping.octets("1-0:1.8.0*01(1*kWh)\r\n1-0:11.8.0*255(2*kWh)\r\n")))
                .isEmpty();
        assertThat(now.find(FramedMapping.octets("1-0:1.8.0*01(1*kWh)\r\n1.8.0(2*kWh)\r\n")))
                .contains(new FieldPattern.Span(27, 28));
        org.assertj.core.api.Assertions.assertThatIllegalArgumentException()
                .isThrownBy(() -> now.find(FramedMapping.octets("1-0:1.8.0(1*MWh)")))
                .withMessageContaining("MWh");
    }

    @Test
    void aBalanceShowsItsWeightAndWhetherItRests() throws Exception {
        FramedMapping mapping = mapping("mettler-new-classic");

        assertThat(decode(mapping, "weight", "S D      -0.50 g"))
                .isEqualTo(Map.of("weight", new Quantity(-0.5), "stable", new Flag(false)));
        assertThat(decode(mapping, "weight", "S +")).isEmpty();
        assertThat(decode(mapping, "weight", "S I")).isEmpty();
    }

    @Test
    void whatASimulatorBuildsReadsTheSame() throws Exception {
        FramedMapping receiver = mapping("ublox-neo-m8");
        var there = Map.<String, Measurement>of(
                "latitude", new Quantity(-33.5), "longitude", new Quantity(151.25), "speed", new Quantity(12.5));
        Bytes sentence = receiver.encode(receiver.kind("rmc"), there);
        var heard = new FrameParser(receiver.kind("rmc").format()).accept(sentence.toArray(), sentence.length());

        assertThat(heard).hasSize(1);
        assertThat(receiver.decode(receiver.kind("rmc"), ((FrameParser.Heard.Frame) heard.getFirst()).content()))
                .containsAllEntriesOf(there);

        FramedMapping balance = mapping("mettler-new-classic");
        assertThat(new FramedPeer(balance, "")
                        .hear(
                                "SI\r\n".getBytes(StandardCharsets.US_ASCII),
                                4,
                                Map.of("weight", new Quantity(-7.25), "stable", new Flag(false)))
                        .answers())
                .containsExactly(FramedMapping.octets("S D      -7.25 g\r\n"));
    }

    @Test
    void aPeerAnswersAHandshakeInItsOrderOnly() throws Exception {
        FramedMapping meter = mapping("iskraemeco-mt174");
        byte[] signOn = "/?!\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] acknowledge = {6, '0', '0', '0', '\r', '\n'};
        var peer = new FramedPeer(meter, "");

        assertThat(peer.hear(acknowledge, acknowledge.length, Map.of()).answers())
                .isEmpty();
        assertThat(peer.hear(signOn, signOn.length, Map.of()).answers())
                .containsExactly(FramedMapping.octets("/ISk5MT174-0001\r\n"));
        var readout = peer.hear(acknowledge, acknowledge.length, Map.of("voltage1", new Quantity(231.4)));
        assertThat(readout.answers()).singleElement().satisfies(frame -> assertThat(Locator.text(frame))
                .contains("1-0:32.7.0*255(231.4*V)"));
    }
}
