// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.wire.Bytes;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** The octets are the examples of Modbus application protocol 1.1b3, 6. */
class RequestTest {
    record Example(String function, Request request, String asked, Answer answer, String answered) {
        @Override
        public String toString() {
            return function;
        }
    }

    static final List<Example> EXAMPLES = List.of(
            new Example(
                    "read coils",
                    read(Space.COIL, 19, 19),
                    "0100130013",
                    data(Space.COIL, 19, 19, "cd6b05"),
                    "0103cd6b05"),
            new Example(
                    "read discrete inputs",
                    read(Space.DISCRETE, 196, 22),
                    "0200c40016",
                    data(Space.DISCRETE, 196, 22, "acdb35"),
                    "0203acdb35"),
            new Example(
                    "read holding registers",
                    read(Space.HOLDING, 107, 3),
                    "03006b0003",
                    data(Space.HOLDING, 107, 3, "022b00000064"),
                    "0306022b00000064"),
            new Example(
                    "read input registers",
                    read(Space.INPUT, 8, 1),
                    "0400080001",
                    data(Space.INPUT, 8, 1, "000a"),
                    "0402000a"),
            new Example(
                    "write single coil",
                    new Request.WriteOne(block(Space.COIL, 172, 1, "01")),
                    "0500acff00",
                    new Answer.Written(),
                    "0500acff00"),
            new Example(
                    "write single register",
                    new Request.WriteOne(block(Space.HOLDING, 1, 1, "0003")),
                    "0600010003",
                    new Answer.Written(),
                    "0600010003"),
            new Example(
                    "write multiple coils",
                    new Request.WriteMany(block(Space.COIL, 19, 10, "cd01")),
                    "0f0013000a02cd01",
                    new Answer.Written(),
                    "0f0013000a"),
            new Example(
                    "write multiple registers",
                    new Request.WriteMany(block(Space.HOLDING, 1, 2, "000a0102")),
                    "100001000204000a0102",
                    new Answer.Written(),
                    "1000010002"),
            new Example(
                    "read/write multiple registers",
                    new Request.ReadWrite(new Span(Space.HOLDING, 3, 6), block(Space.HOLDING, 14, 3, "00ff00ff00ff")),
                    "1700030006000e00030600ff00ff00ff",
                    data(Space.HOLDING, 3, 6, "00fe0acd00010003000d00ff"),
                    "170c00fe0acd00010003000d00ff"),
            new Example(
                    "read device identification",
                    new Request.Identify(1, 0),
                    "2b0e0100",
                    new Answer.Identification(
                            1, OptionalInt.of(2), new TreeMap<>(Map.of(0, Bytes.utf8("Company"), 1, Bytes.utf8("Xy")))),
                    "2b0e0101ff02020007436f6d70616e7901025879"));

    @ParameterizedTest
    @FieldSource("EXAMPLES")
    void requestsAndAnswersAreTheOctetsOfTheStandard(Example example) {
        Request request = example.request();

        assertThat(request.encode()).isEqualTo(Bytes.hex(example.asked()));
        assertThat(Request.decode(request.encode())).contains(request);
        assertThat(request.answer(Bytes.hex(example.answered()))).contains(example.answer());
        assertThat(example.answer().encode(request)).isEqualTo(Bytes.hex(example.answered()));
    }

    @ParameterizedTest
    @FieldSource("EXAMPLES")
    void anAnswerThatIsCutOrHasMoreIsNone(Example example) {
        Bytes whole = Bytes.hex(example.answered());
        for (int length = 0; length < whole.length(); length++) {
            assertThat(example.request().answer(whole.slice(0, length)))
                    .as("%d octets", length)
                    .isEmpty();
        }
        assertThat(example.request().answer(Bytes.concat(whole, Bytes.hex("00"))))
                .isEmpty();
    }

    @ParameterizedTest
    @FieldSource("EXAMPLES")
    void anExceptionIsUnderstoodForEveryFunction(Example example) {
        var refused = new Answer.Refused(new ExceptionCode(4));
        Bytes octets = Bytes.of((byte) (example.request().function() | 0x80), (byte) 4);

        assertThat(example.request().answer(octets)).contains(refused);
        assertThat(refused.encode(example.request())).isEqualTo(octets);
    }

    @ParameterizedTest
    @FieldSource("EXAMPLES")
    void theAnswerToAnotherFunctionIsNone(Example example) {
        Stream<Example> others = EXAMPLES.stream().filter(other -> other != example);

        assertThat(others.filter(other ->
                        example.request().answer(Bytes.hex(other.answered())).isPresent()))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0500ac1234", // neither on nor off
        "0f0013000a01cd", // fewer octets than bits
        "10000100020400", // cut
        "0300000000", // nothing
        "030000007e", // more than an answer holds
        "03ffff0002", // beyond the last address
        "2b0d0100", // another interface
        "2b0e0400", // a single object
        "07", // a function we do not ask for
        "''"
    })
    void whatIsNoRequestIsNone(String octets) {
        assertThat(Request.decode(Bytes.hex(octets))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"HOLDING,0,1", "HOLDING,65535,1", "HOLDING,7,2", "COIL,0,1", "COIL,65535,1", "COIL,3,16", "INPUT,0,125"
    })
    void theOtherLengthIsAlwaysAnother(Space space, int address, int count) {
        var request = new Request.Read(new Span(space, address, count));

        assertThat(request.withAnotherLength().answerOctets()).isNotEqualTo(request.answerOctets());
    }

    @Test
    void whatDoesNotFitIntoOneFrameIsRefused() {
        assertThatThrownBy(() -> read(Space.HOLDING, 0, 126))
                .hasMessage("a request reads 1 to 125 of holding, not 126");
        assertThatThrownBy(() -> read(Space.COIL, 0, 2001)).hasMessage("a request reads 1 to 2000 of coil, not 2001");
        assertThatThrownBy(() -> read(Space.INPUT, 65535, 2))
                .hasMessage("addresses are 0 to 65535, not 65535 to 65536");
        assertThatThrownBy(() -> new Request.WriteMany(Block.zero(new Span(Space.HOLDING, 0, 124))))
                .hasMessage("a request writes 1 to 123 of holding, not 124");
        assertThatThrownBy(() -> new Request.WriteOne(Block.zero(new Span(Space.INPUT, 0, 1))))
                .hasMessage("input can only be read");
    }

    private static Request.Read read(Space space, int address, int count) {
        return new Request.Read(new Span(space, address, count));
    }

    private static Block block(Space space, int address, int count, String data) {
        return new Block(new Span(space, address, count), Bytes.hex(data));
    }

    private static Answer data(Space space, int address, int count, String data) {
        return new Answer.Data(block(space, address, count, data));
    }
}
