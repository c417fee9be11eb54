// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.mbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.postern.sensor.Measurement;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Templates;
import io.postern.wire.Bytes;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openmuc.jmbus.MBusMessage;

/** Telegrams that meters have sent, read by us and by jMBus; and ours, read by jMBus. */
class TelegramTest {
    private static Stream<String> telegrams() throws IOException {
        return Files.readAllLines(Path.of("src/test/resources/io/postern/sensor/mbus/telegrams.txt")).stream()
                .filter(line -> !line.startsWith("#"));
    }

    private static LinkFrame.Long frame(String hex) {
        byte[] octets = Bytes.hex(hex.replace(" ", "")).toArray();
        List<LinkParser.Heard> heard = new LinkParser().accept(octets, octets.length);
        return (LinkFrame.Long) ((LinkParser.Heard.Frame) heard.getFirst()).frame();
    }

    private static MBusMessage byJmbus(Bytes octets) throws Exception {
        MBusMessage message = MBusMessage.decode(octets.toArray(), octets.length());
        message.getVariableDataResponse().decode();
        return message;
    }

    @ParameterizedTest
    @MethodSource("telegrams")
    void aTelegramSaysToUsWhatItSaysToJmbus(String line) throws Exception {
        LinkFrame.Long frame = frame(line.substring(line.indexOf(' ') + 1));
        Telegram ours = Telegram.decode(frame);
        var theirs = byJmbus(frame.encode()).getVariableDataResponse();

        assertThat(theirs.getSecondaryAddress().getManufacturerId())
                .isEqualTo(ours.meter().orElseThrow().maker());
        assertThat(theirs.getSecondaryAddress().getDeviceId().toString())
                .isEqualTo(ours.meter().orElseThrow().serial());
        assertThat(theirs.moreRecordsFollow()).isEqualTo(ours.more());
        assertThat(theirs.getDataRecords()).hasSameSizeAs(ours.records());
        int compared = 0;
        for (int i = 0; i < ours.records().size(); i++) {
            DataRecord record = ours.records().get(i);
            var their = theirs.getDataRecords().get(i);
            assertThat(their.getStorageNumber()).isEqualTo(record.storage());
            assertThat(their.getTariff()).isEqualTo(record.tariff());
            assertThat((int) their.getSubunit()).isEqualTo(record.unit());
            assertThat(their.getFunctionField().ordinal()).as("function").isEqualTo(ordinal(record.function()));
            compared += same(record, their) ? 1 : 0;
        }
        assertThat(compared).as("records whose number was compared").isPositive();
    }

    private static int ordinal(DataRecord.Function function) {
        return switch (function) {
            case INSTANTANEOUS -> org.openmuc.jmbus.DataRecord.FunctionField.INST_VAL.ordinal();
            case MAXIMUM -> org.openmuc.jmbus.DataRecord.FunctionField.MAX_VAL.ordinal();
            case MINIMUM -> org.openmuc.jmbus.DataRecord.FunctionField.MIN_VAL.ordinal();
            case ERROR -> org.openmuc.jmbus.DataRecord.FunctionField.ERROR_VAL.ordinal();
        };
    }

    private static boolean same(DataRecord record, org.openmuc.jmbus.DataRecord their) {
        Optional<Meaning> meaning = Meaning.of(record.vif());
        if (meaning.isEmpty() || their.getUnit() == null || their.getScaledDataValue() == null) {
            return false;
        }
        BigDecimal inTheirUnit =
                switch (their.getUnit()) {
                    case WATT_HOUR -> BigDecimal.valueOf(3600);
                    case JOULE,
                            CUBIC_METRE,
                            KILOGRAM,
                            WATT,
                            CUBIC_METRE_PER_HOUR,
                            KILOGRAM_PER_HOUR,
                            DEGREE_CELSIUS,
                            KELVIN,
                            BAR,
                            VOLT,
                            AMPERE,
                            SECOND,
                            HERTZ -> BigDecimal.ONE;
                    case MIN -> BigDecimal.valueOf(60);
                    case HOUR -> BigDecimal.valueOf(3600);
                    case DAY -> BigDecimal.valueOf(86400);
                    default -> BigDecimal.ZERO;
                };
        Optional<BigDecimal> number = record.number();
        if (inTheirUnit.signum() == 0 || number.isEmpty()) {
            return false;
        }
        double ours = number.get().multiply(meaning.get().factor()).doubleValue();
        double theirs = their.getScaledDataValue() * inTheirUnit.doubleValue();
        assertThat(ours).as(meaning.get().what()).isCloseTo(theirs, within(Math.abs(theirs) * 1e-6 + 1e-9));
        return true;
    }

    private static MbusMapping multical() throws Exception {
        return MbusMapping.of(Templates.shipped().read("kamstrup-multical-601"));
    }

    @Test
    void aHeatMeterShowsItsValuesInTheUnitsOfTheModel() throws Exception {
        MbusMapping mapping = multical();
        Telegram telegram = Telegram.decode(mapping.sample().getFirst());

        assertThat(mapping.decode(List.of(telegram), mapping.fields().keySet()))
                .isEqualTo(Map.ofEntries(
                        Map.entry("energy", new Quantity(37351)),
                        Map.entry("volume", new Quantity(561.08)),
                        Map.entry("hours", new Quantity(985)),
                        Map.entry("flowTemperature", new Quantity(101.69)),
                        Map.entry("returnTemperature", new Quantity(46.16)),
                        Map.entry("temperatureDifference", new Quantity(55.53)),
                        Map.entry("power", new Quantity(34.7)),
                        Map.entry("powerMaximum", new Quantity(44.8)),
                        Map.entry("flow", new Quantity(543)),
                        Map.entry("flowMaximum", new Quantity(628)),
                        Map.entry("energyLastPeriod", new Quantity(33361))));
        assertThat(telegram.meter()).hasToString("Optional[06855817-KAM-08-04]");
    }

    @Test
    void whatASimulatedMeterSaysJmbusReadsToo() throws Exception {
        MbusMapping mapping = multical();
        Map<String, Measurement> values = Map.of(
                "energy", new Quantity(123456), "flowTemperature", new Quantity(71.5), "flow", new Quantity(-12));
        LinkFrame.Long said = mapping.encode(7, Optional.of(MeterId.parse("12345678-KAM-08-04")), 3, values)
                .getFirst();

        MBusMessage message = byJmbus(said.encode());
        assertThat(message.getAddressField()).isEqualTo(7);
        var records = message.getVariableDataResponse().getDataRecords();
        assertThat(message.getVariableDataResponse().getSecondaryAddress().getDeviceId())
                .hasToString("12345678");
        assertThat(records.get(1).getScaledDataValue()).isEqualTo(123_456_000.0);
        assertThat(records.get(4).getScaledDataValue()).isCloseTo(71.5, within(1e-9));
        assertThat(mapping.decode(List.of(Telegram.decode(said)), values.keySet()))
                .isEqualTo(values);
    }

    @Test
    void aValueOfNoDigitsIsNone() {
        assertThat(record("0c13" + "eeeeeeee").number()).isEmpty();
        assertThat(record("0b61" + "1800f0").number()).contains(BigDecimal.valueOf(-18));
        assertThat(record("0459" + "00000080").number()).isEmpty();
        assertThat(record("0559" + "0000c07f").number()).isEmpty();
        assertThat(record("0d78" + "03434241").text()).contains("ABC");
    }

    private static DataRecord record(String hex) {
        return DataRecord.decode(Bytes.hex(hex), 0);
    }

    @Test
    void aRecordThatEndsTooEarlyOrNeverIsRefused() {
        for (String hex : List.of("04", "0413", "041301", "84", "8413", "0d13", "0dff", "0dfc01")) {
            assertThatIllegalArgumentException()
                    .as(hex)
                    .isThrownBy(() -> record(hex))
                    .withMessageContaining("record");
        }
        assertThatIllegalArgumentException().isThrownBy(() -> record("84" + "80".repeat(11) + "0013"));
        assertThatIllegalArgumentException().isThrownBy(() -> record("0493" + "80".repeat(11) + "00"));
    }

    @Test
    void anEncryptedTelegramAndAnUnknownKindAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Telegram.decode(new LinkFrame.Long(8, 1, 0x72, Bytes.hex("785634122d2c080401002005" + "0413"))))
                .withMessageContaining("encrypted");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Telegram.decode(new LinkFrame.Long(8, 1, 0x76, Bytes.EMPTY)))
                .withMessageContaining("76");
    }

    @Test
    void truncatedAndRandomTelegramsGiveRecordsOrAReason() throws Exception {
        MbusMapping mapping = multical();
        Bytes data = mapping.sample().getFirst().data();
        RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
        for (int round = 0; round < 5_000; round++) {
            byte[] octets = data.slice(0, random.nextInt(data.length())).toArray();
            for (int i = 0; i < octets.length && random.nextInt(4) > 0; i++) {
                octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
            }
            try {
                Telegram telegram = Telegram.decode(new LinkFrame.Long(8, 1, 0x72, Bytes.of(octets)));
                mapping.decode(List.of(telegram), Set.of());
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageMatching("(?s).+");
            }
        }
    }

    @Test
    void metersAreSelectedByWhatIsPrintedOnThem() {
        MeterId meter = MeterId.parse("06855817-KAM-08-04");

        assertThat(meter.octets()).isEqualTo(Bytes.hex("175885062d2c0804"));
        assertThat(MeterId.parse("06855817").selects(meter)).isTrue();
        assertThat(MeterId.parse("0685FFFF-*-08-*").selects(meter)).isTrue();
        assertThat(MeterId.parse("0685FFFF-SEN-08-*").selects(meter)).isFalse();
        assertThat(MeterId.parse("06855818").selects(meter)).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> MeterId.parse("6855817"));
    }
}
