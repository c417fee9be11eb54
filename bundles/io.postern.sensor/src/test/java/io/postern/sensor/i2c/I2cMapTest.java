// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.i2c;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.sensor.Measurement;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Node;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.Templates;
import io.postern.wire.Bytes;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class I2cMapTest {
    private static I2cMap shipped(String name) throws Exception {
        return I2cMap.of(Templates.shipped().read(name));
    }

    private static I2cMap tmp102(String mapping) throws Exception {
        Template template = Templates.shipped().read("ti-tmp102");
        return I2cMap.of(new Template(
                template.name(),
                template.title(),
                template.dataSheet(),
                template.model(),
                template.driver(),
                Node.parse("x.json", mapping),
                template.reporting(),
                template.simulation()));
    }

    private static byte[] answer(I2cMap map, String block, Map<String, Double> values) {
        return Objects.requireNonNull(map.encode(values).get(block));
    }

    private static double quantity(Map<String, Measurement> values, String field) {
        return values.get(field) instanceof Quantity(double value) ? value : Double.NaN;
    }

    @Test
    void theCheckOctetIsSensirions() throws Exception {
        var crc = new Crc8(0x31, 0xFF, 2);

        assertThat(Bytes.of(crc.frame(Bytes.hex("beef").toArray()))).isEqualTo(Bytes.hex("beef92"));
        assertThat(Bytes.of(crc.strip(Bytes.hex("beef92").toArray()))).isEqualTo(Bytes.hex("beef"));
        assertThatThrownBy(() -> crc.strip(Bytes.hex("beee92").toArray()))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("check octet 1 is 0x92, the octets before it make 0x");
    }

    @ParameterizedTest
    @CsvSource({
        "7ff0, 127.9375",
        "6400, 100",
        "4b00, 75",
        "1900, 25",
        "0040, 0.25",
        "0000, 0",
        "ffc0, -0.25",
        "e700, -25",
        "c900, -55"
    })
    void aTmp102ShowsWhatItsDataSheetSays(String register, double celsius) throws Exception {
        I2cMap map = shipped("ti-tmp102");

        assertThat(map.decode(Map.of("temperature", Bytes.hex(register).toArray())))
                .containsEntry("temperature", new Quantity(celsius));
        assertThat(Bytes.of(answer(map, "temperature", Map.of("temperature", celsius))))
                .isEqualTo(Bytes.hex(register));
    }

    @Test
    void aChipInAnotherModeIsRefusedInWords() throws Exception {
        assertThatThrownBy(() -> shipped("ti-tmp102").decode(Map.of("temperature", new byte[] {0x19, 0x01})))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("extended mode of 13 bits");
    }

    @Test
    void anSht3xGoesBothWaysWithinItsResolution() throws Exception {
        I2cMap map = shipped("sensirion-sht3x");
        Block block = Objects.requireNonNull(map.blocks().get("measure"));
        for (double celsius = -45; celsius <= 130; celsius += 0.37) {
            byte[] framed = block.framed(answer(map, "measure", Map.of("temperature", celsius, "humidity", 41.5)));
            assertThat(framed).hasSize(6);
            Map<String, Measurement> values = map.decode(Map.of("measure", block.data(framed)));
            assertThat(quantity(values, "temperature")).isCloseTo(celsius, Offset.offset(0.002));
            assertThat(quantity(values, "humidity")).isCloseTo(41.5, Offset.offset(0.001));
        }
    }

    @Test
    void everyFlippedBitOfACheckedAnswerIsNoticed() throws Exception {
        I2cMap map = shipped("sensirion-sht3x");
        Block block = Objects.requireNonNull(map.blocks().get("measure"));
        byte[] right = block.framed(answer(map, "measure", Map.of("temperature", 21.0, "humidity", 45.0)));
        for (int bit = 0; bit < right.length * 8; bit++) {
            byte[] wrong = right.clone();
            wrong[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> block.data(wrong)).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> block.data(new byte[5])).hasMessage("the answer has 5 octets, not 6");
    }

    @Test
    void coefficientsComeFromTheChipWhereTheMappingSaysSo() throws Exception {
        I2cMap map = tmp102("""
                {"blocks":{"calibration":{"write":"88","read":4,"once":true},"raw":{"write":"FA","read":3}},
                 "fields":{"temperature":{"at":"raw:0:u24","shift":4,"none":524288,"polynomial":[
                   {"at":"calibration:0:i16","order":"little"}, {"at":"calibration:2:u16","order":"little","scale":0.5}, 0.25]}}}""");
        var answers = Map.of(
                "calibration",
                Bytes.hex("feff0400").toArray(),
                "raw",
                Bytes.hex("0000a0").toArray());

        assertThat(map.decode(answers)).containsEntry("temperature", new Quantity(-2 + 0.5 * 4 * 10 + 0.25 * 100));
        assertThat(map.decode(Map.of(
                        "calibration",
                        Bytes.hex("feff0400").toArray(),
                        "raw",
                        Bytes.hex("800000").toArray())))
                .as("what the chip says when it has skipped the measurement")
                .isEmpty();
    }

    @Test
    void aValueThatDoesNotFitTheChipIsTheCallersMistake() throws Exception {
        I2cMap map = shipped("ti-tmp102");

        assertThatThrownBy(() -> map.encode(Map.of("temperature", 128.0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not fit");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"blocks":{"a":{}},"fields":{}}                                                          | a block writes, reads, or both
            {"blocks":{"a":{"write":"0","read":2}},"fields":{}}                                      | "write" is 1 to 16 octets
            {"blocks":{"a":{"read":65}},"fields":{}}                                                 | "read" is a whole number from 1 to 64
            {"blocks":{"a":{"read":2,"wait":"2s"}},"fields":{}}                                      | "wait" is a duration from 0ms to 1000ms
            {"blocks":{"a":{"read":3,"crc":{"polynomial":"0x31","initial":255,"every":2}}},"fields":{}} | "read" is a multiple of "every"
            {"blocks":{"a":{"read":2}},"fields":{}}                                                  | a chip without any field shows nothing
            {"blocks":{"a":{"read":2}},"fields":{"temperature":"b:0:u16"}}                           | there is no block "b"; there are a
            {"blocks":{"a":{"read":2}},"fields":{"temperature":"a:1:u16"}}                           | octets 1 to 2 lie beyond the 2
            {"blocks":{"a":{"read":2}},"fields":{"temperature":"a:0:f32"}}                           | "at" is block:octet:type
            {"blocks":{"a":{"read":2}},"fields":{"heat":"a:0:u16"}}                                  | "heat" is no telemetry
            {"blocks":{"a":{"read":2,"once":true}},"fields":{"temperature":"a:0:u16"}}               | is read once
            {"blocks":{"a":{"read":2}},"fields":{"temperature":{"at":"a:0:u8","shift":8}}}           | "shift" leaves nothing
            {"blocks":{"a":{"read":2}},"fields":{"temperature":{"at":"a:0:u8","mask":"0xG"}}}        | "mask" is a whole number
            {"blocks":{"a":{"read":2}},"fields":{"temperature":{"at":"a:0:u8","scale":2,"polynomial":[1]}}} | give one or the other
            {"blocks":{"a":{"read":2}},"fields":{"temperature":{"at":"a:0:u8","polynomial":[1,2,3,4,5,6]}}} | 1 to 5 terms
            """)
    void aMappingThatCannotBeIsRefusedAtItsLine(String mapping, String reason) {
        assertThatThrownBy(() -> tmp102(mapping))
                .isInstanceOf(TemplateException.class)
                .hasMessageStartingWith("x.json:1: ")
                .hasMessageContaining(reason);
    }
}
