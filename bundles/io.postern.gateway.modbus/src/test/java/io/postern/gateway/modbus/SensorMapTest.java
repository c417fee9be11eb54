// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.Reading;
import io.postern.sensor.Measurement;
import io.postern.sensor.Measurement.Count;
import io.postern.sensor.Measurement.Flag;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.modbus.Block;
import io.postern.sensor.modbus.Request;
import io.postern.sensor.modbus.Space;
import io.postern.sensor.modbus.Span;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SensorMapTest {
    private static final DeviceId LEAF = DeviceId.of("meter-1");
    private static final Instant TAKEN = Instant.parse("2026-03-01T08:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "u16, ffff, 65535",
        "i16, ffff, -1",
        "i16, 8000, -32768",
        "u32, ffffffff, 4294967295",
        "u32, 00010000, 65536",
        "i32, ffffffff, -1",
        "i32, 80000000, -2147483648"
    })
    void aWholeNumberWithoutScaleStaysWhole(String type, String registers, long value) {
        assertThat(decode("x=holding:5:" + type, registers)).isEqualTo(new Count(value));
    }

    @ParameterizedTest
    @CsvSource({
        "u16:0.1, 08fd, 230.1",
        "i16:0.01, ff38, -2.0",
        "u32:0.001, 00000001, 0.001",
        "i32:1000, 00000002, 2000",
        "u16:1E-3, 03e8, 1",
        "f32, 42480000, 50",
        "f32, 3dcccccd, 0.1",
        "f32:10, bf800000, -10"
    })
    void aScaledOrRealNumberIsAQuantityWithoutRoundingNoise(String type, String registers, double value) {
        assertThat(decode("x=input:5:" + type, registers)).isEqualTo(new Quantity(value));
    }

    @Test
    void aRealThatIsNoNumberIsLeftOut() {
        SensorMap map = SensorMap.parse(List.of("a=holding:0:f32", "b=holding:2:f32", "c=holding:4:u16"));
        var frame = new Block(map.requests().getFirst().span(), Bytes.hex("7fc00000" + "7f800000" + "0007"));

        assertThat(map.decode(LEAF, TAKEN, List.of(frame)).map(Reading::values))
                .contains(new java.util.LinkedHashMap<>(Map.of("c", new Count(7))));
        SensorMap only = SensorMap.parse(List.of("a=holding:0:f32"));
        assertThat(only.decode(
                        LEAF,
                        TAKEN,
                        List.of(new Block(only.requests().getFirst().span(), Bytes.hex("7fc00000")))))
                .isEmpty();
    }

    @Test
    void bitsAreCountedFromTheLowestOfTheFirstOctet() {
        SensorMap map = SensorMap.parse(List.of("first=coil:20:bool", "second=coil:21:bool", "ninth=coil:28:bool"));
        List<Request.Read> requests = map.requests();
        assertThat(requests)
                .containsExactly(
                        new Request.Read(new Span(Space.COIL, 20, 2)), new Request.Read(new Span(Space.COIL, 28, 1)));

        List<Block> frames = List.of(
                new Block(requests.get(0).span(), Bytes.hex("02")),
                new Block(requests.get(1).span(), Bytes.hex("01")));
        assertThat(map.decode(LEAF, TAKEN, frames).orElseThrow().values())
                .containsExactly(
                        Map.entry("first", new Flag(false)),
                        Map.entry("second", new Flag(true)),
                        Map.entry("ninth", new Flag(true)));
        var nine = new Block(new Span(Space.COIL, 20, 9), Bytes.hex("0001"));
        assertThat(nine.bit(28)).isTrue();
        assertThat(nine.bit(27)).isFalse();
    }

    @Test
    void theReadingKeepsTheOrderOfTheConfiguration() {
        SensorMap map = SensorMap.parse(List.of("z=holding:3:u16", "a=holding:0:u32", "m=holding:2:u16"));
        assertThat(map.requests()).containsExactly(new Request.Read(new Span(Space.HOLDING, 0, 4)));

        var frame = new Block(map.requests().getFirst().span(), Bytes.hex("0000000100020003"));
        Reading reading = map.decode(LEAF, TAKEN, List.of(frame)).orElseThrow();
        assertThat(reading.leaf()).isEqualTo(LEAF);
        assertThat(reading.taken()).isEqualTo(TAKEN);
        assertThat(reading.values())
                .containsExactly(
                        Map.entry("z", new Count(3)), Map.entry("a", new Count(1)), Map.entry("m", new Count(2)));
    }

    @Test
    void neighboursShareARequestAndStrangersDoNot() {
        assertThat(SensorMap.parse(
                                List.of("a=holding:0:u16", "b=holding:1:f32", "gap=holding:4:u16", "other=input:3:u16"))
                        .requests())
                .containsExactly(
                        new Request.Read(new Span(Space.HOLDING, 0, 3)),
                        new Request.Read(new Span(Space.HOLDING, 4, 1)),
                        new Request.Read(new Span(Space.INPUT, 3, 1)));
    }

    @Test
    void aRequestNeverGrowsBeyondWhatOneAnswerHolds() {
        List<String> lines = java.util.stream.IntStream.range(0, 130)
                .mapToObj(i -> "r" + i + "=holding:" + i + ":u16")
                .toList();

        assertThat(SensorMap.parse(lines).requests())
                .containsExactly(
                        new Request.Read(new Span(Space.HOLDING, 0, 125)),
                        new Request.Read(new Span(Space.HOLDING, 125, 5)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "voltage | the form is name=space:address:type[:scale]",
                "voltage=holding:0 | the form is name=space:address:type[:scale]",
                "1st=holding:0:u16 | the form is name=space:address:type[:scale]",
                "v=holding:-1:u16 | the form is name=space:address:type[:scale]",
                "v=register:0:u16 | the space is coil, discrete, holding or input",
                "v=holding:0:u64 | the type is bool, u16, i16, u32, i32 or f32",
                "v=holding:0:bool | a holding cannot be read as bool",
                "v=coil:0:u16 | a coil cannot be read as u16",
                "v=coil:0:bool:2 | a bool has no scale",
                "v=holding:0:u16:1e | the scale is a number",
                "v=holding:65535:u32 | addresses are 0 to 65535",
                "v=holding:70000:u16 | addresses are 0 to 65535"
            })
    void aWrongLineIsNamedWithWhatIsWrong(String line, String why) {
        assertThatThrownBy(() -> SensorMap.parse(List.of("good=holding:0:u16", line)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("registers: \"" + line + "\"")
                .hasMessageContaining(why);
    }

    @Test
    void noLineOrANameTwiceIsRefused() {
        assertThatThrownBy(() -> SensorMap.parse(List.of())).hasMessageContaining("registers: 1 to 250 lines");
        assertThatThrownBy(() -> SensorMap.parse(List.of("a=holding:0:u16", "a=holding:1:u16")))
                .hasMessage("registers: the name a stands there twice");
        assertThatThrownBy(() -> SensorMap.parse(Collections.nCopies(251, "a=holding:0:u16")))
                .hasMessageContaining("not 251");
    }

    private static Measurement decode(String line, String registers) {
        SensorMap map = SensorMap.parse(List.of(line));
        var frame = new Block(map.requests().getFirst().span(), Bytes.hex(registers));
        return map.decode(LEAF, TAKEN, List.of(frame))
                .orElseThrow()
                .values()
                .firstEntry()
                .getValue();
    }
}
