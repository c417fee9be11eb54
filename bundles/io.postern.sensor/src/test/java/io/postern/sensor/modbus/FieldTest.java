// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.sensor.Measurement;
import io.postern.sensor.Measurement.Count;
import io.postern.sensor.Measurement.Flag;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Measurement.Text;
import io.postern.sensor.TemplateException;
import io.postern.wire.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldTest {
    @ParameterizedTest
    @CsvSource({
        "u16, ffff, 65535",
        "i16, ffff, -1",
        "i16, 8000, -32768",
        "u32, ffffffff, 4294967295",
        "u32, 00010000, 65536",
        "i32, ffffffff, -1",
        "i32, 80000000, -2147483648",
        "u64, 0000000100000000, 4294967296",
        "u64, 7fffffffffffffff, 9223372036854775807",
        "i64, ffffffffffffffff, -1",
        "i64, 8000000000000000, -9223372036854775808",
        "bcd16, 0042, 42",
        "bcd16, 9999, 9999",
        "bcd32, 00123456, 123456",
        "bcd64, 0000000123456789, 123456789"
    })
    void aWholeNumberIsACountBothWays(String type, String registers, long value) throws Exception {
        assertBothWays("\"input:5:" + type + "\"", "long", registers, new Count(value));
    }

    @ParameterizedTest
    @CsvSource({
        "u16, 0.1, 08fd, 230.1",
        "i16, 0.01, ff38, -2.0",
        "u32, 0.001, 00000001, 0.001",
        "i32, 1000, 00000002, 2000",
        "u16, 1E-3, 03e8, 1",
        "f32, 1, 42480000, 50",
        "f32, 1, 3dcccccd, 0.1",
        "f32, 10, bf800000, -10",
        "f64, 1, 3fb999999999999a, 0.1",
        "f64, 1, c0590fef9db22d0e, -100.249"
    })
    void aScaledOrRealNumberIsAQuantityWithoutRoundingNoise(String type, String scale, String registers, double value)
            throws Exception {
        assertBothWays(
                "{\"at\":\"holding:5:" + type + "\",\"scale\":" + scale + "}",
                "double",
                registers,
                new Quantity(value));
    }

    @ParameterizedTest
    @CsvSource({
        "u32, abcd, 0a0b0c0d",
        "u32, cdab, 0c0d0a0b",
        "u32, badc, 0b0a0d0c",
        "u32, dcba, 0d0c0b0a",
        "u64, abcd, 000000000a0b0c0d",
        "u64, cdab, 0c0d0a0b00000000",
        "u64, badc, 000000000b0a0d0c",
        "u64, dcba, 0d0c0b0a00000000"
    })
    void everyOrderOfOctetsIsUnderstood(String type, String order, String registers) throws Exception {
        assertBothWays(
                "{\"at\":\"holding:5:" + type + "\",\"order\":\"" + order + "\"}",
                "long",
                registers,
                new Count(0x0a0b0c0d));
    }

    @Test
    void theOrderOfTheWholeMappingIsForNumbersOfSeveralRegisters() throws Exception {
        RegisterMap map = Maps.map("""
                {"order":"dcba","fields":{"a":"input:0:f32","b":"input:2:u16","c":"input:3:text:2",
                 "d":{"at":"input:5:u16","order":"badc"}}}""", "a double, b long, c string, d long");
        var block = new Block(new Span(Space.INPUT, 0, 6), Bytes.hex("00004842" + "0102" + "61620000" + "0102"));

        assertThat(map.fields().values().stream()
                        .map(field -> field.decode(block).orElseThrow()))
                .containsExactly(new Quantity(50), new Count(0x0102), new Text("ab"), new Count(0x0201));
    }

    @Test
    void bitsOfARegisterAreFlagsNumbersAndNames() throws Exception {
        RegisterMap map = Maps.map("""
                {"fields":{"on":{"at":"holding:5:u16","bit":0},"stage":{"at":"holding:5:u16","bits":"4-6"},
                 "mode":{"at":"holding:5:u16","bits":"14-15","values":{"0":"off","2":"heat"}}}}""", "on boolean, stage integer, mode string");
        var block = new Block(new Span(Space.HOLDING, 5, 1), Bytes.hex("8051"));

        assertThat(decode(map, "on", block)).isEqualTo(new Flag(true));
        assertThat(decode(map, "stage", block)).isEqualTo(new Count(5));
        assertThat(decode(map, "mode", block)).isEqualTo(new Text("heat"));
        Block changed = field(map, "stage").encode(new Count(2), block);
        assertThat(changed.data()).isEqualTo(Bytes.hex("8021"));
        assertThat(field(map, "mode").encode(new Text("off"), changed).data()).isEqualTo(Bytes.hex("0021"));
        assertThatThrownBy(() -> field(map, "stage").encode(new Count(8))).hasMessage("stage: 8 does not fit 3 bits");
    }

    @Test
    void aNumberWithANameIsThatNameAndOneWithoutIsShownAsItIs() throws Exception {
        Field mode = Maps.field("{\"at\":\"holding:1:u16\",\"values\":{\"0\":\"idle\",\"1\":\"running\"}}", "string");

        assertThat(mode.decode(block(mode, "0001"))).contains(new Text("running"));
        assertThat(mode.decode(block(mode, "0007"))).contains(new Text("7"));
        assertThat(mode.encode(new Text("running")).data()).isEqualTo(Bytes.hex("0001"));
        assertThatThrownBy(() -> mode.encode(new Text("fast"))).hasMessageContaining("x: \"fast\" is none of");
    }

    @Test
    void textEndsBeforeItsFilling() throws Exception {
        Field text = Maps.field("\"holding:40:text:3\"", "string");

        assertThat(text.decode(block(text, "41423120" + "0000"))).contains(new Text("AB1"));
        assertThat(text.decode(block(text, "414200000000"))).contains(new Text("AB"));
        assertThat(text.decode(block(text, "000000000000"))).isEmpty();
        assertThat(text.decode(block(text, "41c3a4000000"))).isEmpty();
        assertThat(text.encode(new Text("AB1")).data()).isEqualTo(Bytes.hex("414231000000"));
        assertThatThrownBy(() -> text.encode(new Text("1234567"))).hasMessageContaining("at most 6 characters");
    }

    @ParameterizedTest
    @CsvSource({
        "'\"input:0:f32\"', double, 7fc00000", // NaN
        "'\"input:0:f32\"', double, 7f800000", // infinity
        "'\"input:0:f64\"', double, fff0000000000000",
        "'\"input:0:bcd16\"', long, 12a4",
        "'\"input:0:u64\"', long, 8000000000000000", // beyond what the model's long holds
        "'{\"at\":\"input:0:i16\",\"none\":-32768}', long, 8000",
        "'{\"at\":\"input:0:u32\",\"scale\":0.1,\"none\":[4294967295,2147483647]}', double, 7fffffff"
    })
    void whatIsNoValueIsLeftOut(String json, String schema, String registers) throws Exception {
        Field field = Maps.field(json, schema);

        assertThat(field.decode(block(field, registers))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "u16, 65536, 65536 does not fit u16",
        "i16, -32769, -32769 does not fit i16",
        "bcd16, 10000, 10000 does not fit bcd16",
        "bcd16, -1, -1 does not fit bcd16"
    })
    void aNumberThatDoesNotFitIsNotWritten(String type, long value, String why) throws Exception {
        Field field = Maps.field("\"holding:0:" + type + "\"", "long");

        assertThatThrownBy(() -> field.encode(new Count(value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("x: " + why);
    }

    @Test
    void aQuantityIsWrittenAsTheNearestTheRegisterCanHold() throws Exception {
        Field field = Maps.field("{\"at\":\"holding:0:u16\",\"scale\":0.1}", "double");

        assertThat(field.encode(new Quantity(21.4000001)).data()).isEqualTo(Bytes.hex("00d6"));
        assertThat(field.encode(new Quantity(21.449)).data()).isEqualTo(Bytes.hex("00d6"));
        assertThatThrownBy(() -> field.encode(new Quantity(1e300))).hasMessageContaining("does not fit u16");
        assertThatThrownBy(() -> field.encode(new Flag(true))).hasMessageContaining("a number is wanted");
    }

    @Test
    void coilsAreCountedFromTheLowestBitOfTheFirstOctet() throws Exception {
        Field coil = Maps.field("\"coil:28:bool\"", "boolean");
        var nine = new Block(new Span(Space.COIL, 20, 9), Bytes.hex("0001"));

        assertThat(coil.decode(nine)).contains(new Flag(true));
        assertThat(nine.bit(27)).isFalse();
        assertThat(nine.part(new Span(Space.COIL, 27, 2)).data()).isEqualTo(Bytes.hex("02"));
        assertThat(coil.encode(new Flag(true)).data()).isEqualTo(Bytes.hex("01"));
    }

    private static void assertBothWays(String json, String schema, String registers, Measurement value)
            throws TemplateException {
        Field field = Maps.field(json, schema);

        assertThat(field.decode(block(field, registers))).contains(value);
        assertThat(field.encode(value).data()).isEqualTo(Bytes.hex(registers));
    }

    private static Block block(Field field, String registers) {
        return new Block(field.span(), Bytes.hex(registers));
    }

    private static Measurement decode(RegisterMap map, String name, Block block) {
        return field(map, name).decode(block).orElseThrow();
    }

    private static Field field(RegisterMap map, String name) {
        return java.util.Objects.requireNonNull(map.fields().get(name));
    }
}
