// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.sensor.modbus.AnswerParser.State;
import io.postern.wire.Bytes;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RtuAnswerParserTest {
    private static final Request.Read REQUEST = new Request.Read(new Span(Space.HOLDING, 0x006B, 3));
    // the example of Modbus application protocol 1.1b3, 6.3, as an RTU frame of unit 17
    private static final Bytes ANSWER = Bytes.hex(
            "11" // unit
                    + "03" // function
                    + "06" // octets that follow
                    + "022b" // register 107
                    + "0000" // register 108
                    + "0064" // register 109
                    + "c8ba"); // check sum
    private static final State ANSWERED = new State.Answered(data(REQUEST, Bytes.hex("022b00000064")));

    @Test
    void anAnswerIsFound() {
        assertThat(accept(ANSWER)).isEqualTo(ANSWERED);
    }

    @Test
    void anAnswerIsFoundHoweverItIsCut() {
        for (Bytes heard : new Bytes[] {ANSWER, Bytes.concat(Bytes.hex("00ff1103"), ANSWER)}) {
            for (int first = 0; first <= heard.length(); first++) {
                for (int second = first; second <= heard.length(); second++) {
                    assertThat(accept(
                                    heard.slice(0, first),
                                    heard.slice(first, second),
                                    heard.slice(second, heard.length())))
                            .as("cut at %d and %d", first, second)
                            .isEqualTo(ANSWERED);
                }
            }
        }
    }

    @Test
    void aTruncatedAnswerIsNoAnswer() {
        for (int length = 1; length < ANSWER.length(); length++) {
            var parser = parser();
            State now = parser.accept(ANSWER.toArray(), length);
            if (length < 3) {
                assertThat(now).isEqualTo(new State.Listening(length));
                assertThat(parser.end()).isInstanceOf(State.Foreign.class);
            } else {
                assertThat(now).isEqualTo(new State.Accumulating(length, 11));
                assertThat(parser.end()).isEqualTo(new State.Accumulating(length, 11));
            }
        }
    }

    @Test
    void octetsBehindTheAnswerDoNotSpoilIt() {
        assertThat(accept(Bytes.concat(ANSWER, Bytes.hex("00ff55")))).isEqualTo(ANSWERED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00",
                "11",
                "1103",
                "110306",
                "11031103",
                "110306110306",
                "1183",
                "ff00ff00ff00ff00",
                "1103050102"
            })
    void noiseBeforeTheAnswerIsPassedOver(String noise) {
        var parser = parser();
        byte[] octets = Bytes.concat(Bytes.hex(noise), ANSWER).toArray();

        assertThat(parser.accept(octets, octets.length)).isEqualTo(ANSWERED);
    }

    @Test
    void everySingleWrongBitIsSeen() {
        for (int bit = 0; bit < ANSWER.length() * 8; bit++) {
            byte[] octets = ANSWER.toArray();
            octets[bit / 8] ^= (byte) (1 << bit % 8);
            var parser = parser();
            parser.accept(octets, octets.length);

            assertThat(parser.end()).as("bit %d", bit).isNotInstanceOf(State.Answered.class);
        }
    }

    @Test
    void aWrongCheckSumIsNamed() {
        byte[] octets = ANSWER.toArray();
        octets[10] ^= 1;

        State state = parser().accept(octets, octets.length);
        assertThat(state).isInstanceOf(State.Spoiled.class);
        assertThat(((State.Spoiled) state).why()).contains("check sum is wrong");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 99, 255})
    void anExceptionIsToldExactly(int code) {
        assertThat(accept(closed("1183" + "%02x".formatted(code))))
                .isEqualTo(new State.Answered(new Answer.Refused(new ExceptionCode(code))));
    }

    @Test
    void anExceptionWithAWrongCheckSumIsNone() {
        assertThat(accept(Bytes.hex("1183020000"))).isInstanceOf(State.Spoiled.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "120306022b00000064", // another unit
                "110406022b00000064", // another function
                "110304022b0000", // fewer registers
                "110308022b000000640001", // more registers
                "118402", // an exception to another function
                "128302" // an exception of another unit
            })
    void anAnswerToSomethingElseIsNeverTaken(String frame) {
        Bytes foreign = closed(frame);
        var parser = parser();

        assertThat(parser.accept(foreign.toArray(), foreign.length())).isInstanceOf(State.Listening.class);
        assertThat(parser.end()).isInstanceOfSatisfying(State.Foreign.class, state -> assertThat(state.what())
                .contains("where function 3 of unit 17 with 6 was asked"));
        assertThat(parser.accept(ANSWER.toArray(), ANSWER.length())).isEqualTo(ANSWERED);
    }

    @Test
    void dataThatLookLikeAnExceptionAreData() {
        Bytes tricky = closed("110306" + closed("118302") + "00");
        State wanted = new State.Answered(data(REQUEST, tricky.slice(3, 9)));

        assertThat(accept(tricky)).isEqualTo(wanted);
        for (int cut = 1; cut < tricky.length(); cut++) {
            assertThat(accept(tricky.slice(0, cut), tricky.slice(cut, tricky.length())))
                    .as("cut at %d", cut)
                    .isEqualTo(wanted);
        }
    }

    @Test
    void anExceptionBehindNoiseThatLooksLikeTheBeginningIsFoundAtTheEnd() {
        Bytes heard = Bytes.concat(Bytes.hex("110306"), closed("118302"));
        var parser = parser();

        assertThat(parser.accept(heard.toArray(), heard.length())).isInstanceOf(State.Accumulating.class);
        assertThat(parser.end()).isEqualTo(new State.Answered(new Answer.Refused(new ExceptionCode(2))));
    }

    @Test
    void nothingButNoiseIsShown() {
        var parser = parser();
        parser.accept(Bytes.hex("ff00fe").toArray(), 3);

        assertThat(parser.end()).isEqualTo(new State.Foreign("only noise came: 3 octets, ff 00 fe"));
        assertThat(parser().end()).isEqualTo(new State.Listening(0));
    }

    @Test
    void noiseWithoutEndIsCutOff() {
        var parser = parser();
        var noise = new byte[256];
        for (int i = 0; i < 4; i++) {
            assertThat(parser.accept(noise, noise.length)).isInstanceOf(State.Listening.class);
        }

        assertThat(parser.accept(noise, 1)).isEqualTo(new State.Overrun(1024));
    }

    @Test
    void anyNoiseIsSurvivedAndNeverTakenForAnAnswer() {
        var random = new Random(20_260_301);
        for (int round = 0; round < 20_000; round++) {
            var octets = new byte[random.nextInt(64)];
            random.nextBytes(octets);
            var parser = parser();
            parser.accept(octets, octets.length);

            assertThat(parser.end()).isNotInstanceOf(State.Answered.class);
        }
    }

    @Test
    void anEchoIsTakenAwayAlsoWhenItLooksLikeAnAnswer() {
        var request = new Request.Read(new Span(Space.COIL, 0x0300, 20)); // its echo has the shape of its answer
        Bytes echo = closed("1101" + "0300" + "0014");
        Bytes answer = closed("110103" + "ffee0d");
        for (int cut = 0; cut <= echo.length() + answer.length(); cut++) {
            var parser = new RtuAnswerParser(17, request, echo);
            Bytes heard = Bytes.concat(Bytes.hex(""), echo, answer);
            parser.accept(heard.slice(0, cut).toArray(), cut);
            byte[] rest = heard.slice(cut, heard.length()).toArray();

            assertThat(parser.accept(rest, rest.length))
                    .isEqualTo(new State.Answered(data(request, Bytes.hex("ffee0d"))));
        }
    }

    @Test
    void anEchoThatStaysAwayIsNamed() {
        var parser = new RtuAnswerParser(17, REQUEST, Bytes.hex("1103006b00037687"));
        parser.accept(ANSWER.toArray(), ANSWER.length());

        assertThat(parser.end()).isInstanceOfSatisfying(State.Foreign.class, state -> assertThat(state.what())
                .contains("did not say back the request")
                .contains("set echo to false"));
    }

    private static Answer data(Request.Read request, Bytes octets) {
        return new Answer.Data(new Block(request.span(), octets));
    }

    private static Bytes closed(String hex) {
        Bytes body = Bytes.hex(hex);
        return Framing.RTU.frame(body.at(0), 0, body.slice(1, body.length()));
    }

    private static RtuAnswerParser parser() {
        return new RtuAnswerParser(17, REQUEST, Bytes.EMPTY);
    }

    private static State accept(Bytes... chunks) {
        var parser = parser();
        State state = new State.Listening(0);
        for (Bytes chunk : chunks) {
            state = parser.accept(chunk.toArray(), chunk.length());
        }
        return state;
    }
}
