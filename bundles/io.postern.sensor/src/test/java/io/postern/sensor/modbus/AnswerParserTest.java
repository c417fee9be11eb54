// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.sensor.modbus.AnswerParser.State;
import io.postern.wire.Bytes;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the parsers of all framings keep, and what those of ASCII and TCP do on their own. */
class AnswerParserTest {
    private static final int UNIT = 17;
    private static final int NUMBER = 0x1234;
    private static final Request.Read REQUEST = new Request.Read(new Span(Space.HOLDING, 0x6B, 3));
    private static final Bytes PDU = Bytes.hex("0306022b00000064");
    private static final State ANSWERED =
            new State.Answered(new Answer.Data(new Block(REQUEST.span(), Bytes.hex("022b00000064"))));

    @Test
    void framesAreTheOctetsOfTheStandard() {
        assertThat(Framing.RTU.frame(UNIT, 0, PDU)).isEqualTo(Bytes.hex("110306022b00000064c8ba"));
        assertThat(Framing.ASCII.frame(UNIT, 0, PDU).toUtf8()).isEqualTo(":110306022B0000006455\r\n");
        assertThat(Framing.TCP.frame(UNIT, NUMBER, PDU)).isEqualTo(Bytes.hex("123400000009110306022b00000064"));
    }

    @ParameterizedTest
    @EnumSource(Framing.class)
    void anAnswerIsFoundHoweverItIsCutAndWhateverComesBeforeIt(Framing framing) {
        Bytes answer = framing.frame(UNIT, NUMBER, PDU);
        Bytes late = framing.frame(UNIT, NUMBER - 1, Bytes.hex("03020001"));
        for (Bytes heard : List.of(answer, Bytes.concat(late, answer), Bytes.concat(answer, late))) {
            for (int first = 0; first <= heard.length(); first++) {
                for (int second = first; second <= heard.length(); second++) {
                    assertThat(accept(
                                    framing,
                                    heard.slice(0, first),
                                    heard.slice(first, second),
                                    heard.slice(second, heard.length())))
                            .as("%s cut at %d and %d", heard, first, second)
                            .isEqualTo(ANSWERED);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Framing.class)
    void aTruncatedAnswerIsNoAnswer(Framing framing) {
        Bytes answer = framing.frame(UNIT, NUMBER, PDU);
        for (int length = 0; length < answer.length(); length++) {
            AnswerParser parser = parser(framing);
            parser.accept(answer.toArray(), length);

            assertThat(parser.end()).as("%d octets", length).isNotInstanceOf(State.Answered.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Framing.class)
    void anExceptionIsUnderstood(Framing framing) {
        assertThat(accept(framing, framing.frame(UNIT, NUMBER, Bytes.hex("8302"))))
                .isEqualTo(new State.Answered(new Answer.Refused(new ExceptionCode(2))));
    }

    @ParameterizedTest
    @EnumSource(Framing.class)
    void anAnswerToSomethingElseIsNeverTaken(Framing framing) {
        for (Bytes foreign : List.of(
                framing.frame(UNIT + 1, NUMBER, PDU),
                framing.frame(UNIT, NUMBER, Bytes.hex("0406022b00000064")),
                framing.frame(UNIT, NUMBER, Bytes.hex("0304022b0000")),
                framing.frame(UNIT, NUMBER, Bytes.hex("0308022b000000640000")),
                framing.frame(UNIT, NUMBER, Bytes.hex("8402")))) {
            AnswerParser parser = parser(framing);
            parser.accept(foreign.toArray(), foreign.length());

            assertThat(parser.end()).isInstanceOfSatisfying(State.Foreign.class, state -> assertThat(state.what())
                    .contains("answered function")
                    .contains("where function 3 of unit 17"));
        }
    }

    @ParameterizedTest
    @EnumSource(Framing.class)
    void theEchoIsTakenAway(Framing framing) {
        Bytes echo = framing.frame(UNIT, NUMBER, REQUEST.encode());
        AnswerParser parser = framing.parser(UNIT, NUMBER, REQUEST, echo);
        Bytes heard = Bytes.concat(echo, framing.frame(UNIT, NUMBER, PDU));

        assertThat(parser.accept(heard.toArray(), heard.length())).isEqualTo(ANSWERED);
    }

    @ParameterizedTest
    @EnumSource(Framing.class)
    void noiseWithoutEndIsCutOffAndNeverAnAnswer(Framing framing) {
        var random = new Random(20_261_122);
        for (int round = 0; round < 2_000; round++) {
            var octets = new byte[random.nextInt(80)];
            random.nextBytes(octets);
            AnswerParser parser = parser(framing);
            parser.accept(octets, octets.length);
            assertThat(parser.end()).isNotInstanceOf(State.Answered.class);
        }
        AnswerParser parser = parser(framing);
        assertThat(parser.accept(new byte[4_096], 4_096)).isInstanceOf(State.Overrun.class);
    }

    @Test
    void everySingleWrongBitOfAnAsciiFrameIsSeen() {
        Bytes answer = Framing.ASCII.frame(UNIT, 0, PDU);
        for (int bit = 0; bit < answer.length() * 8; bit++) {
            byte[] octets = answer.toArray();
            octets[bit / 8] ^= (byte) (1 << bit % 8);
            AnswerParser parser = parser(Framing.ASCII);
            parser.accept(octets, octets.length);

            boolean lowerCase = octets[bit / 8] == 'b'; // B and b are the same digit
            assertThat(parser.end().equals(ANSWERED)).as("bit %d", bit).isEqualTo(lowerCase);
        }
    }

    @Test
    void theRestOfALateTcpAnswerIsPassedOver() {
        Bytes late = Framing.TCP.frame(UNIT, NUMBER - 1, Bytes.hex("0306" + "0a0b0c0d0e0f"));
        Bytes answer = Framing.TCP.frame(UNIT, NUMBER, PDU);
        for (int gone = 1; gone < late.length(); gone++) {
            assertThat(accept(Framing.TCP, late.slice(gone, late.length()), answer))
                    .as("%d octets dropped", gone)
                    .isEqualTo(ANSWERED);
        }
    }

    @Test
    void aTcpFrameInsideALateOneIsNotTaken() {
        Bytes inner = Framing.TCP.frame(UNIT, NUMBER, Bytes.hex("0306ffffffffffff"));
        Bytes late =
                Framing.TCP.frame(UNIT, NUMBER - 1, Bytes.concat(Bytes.of((byte) 3, (byte) inner.length()), inner));

        assertThat(accept(Framing.TCP, late, Framing.TCP.frame(UNIT, NUMBER, PDU)))
                .isEqualTo(ANSWERED);
    }

    private static AnswerParser parser(Framing framing) {
        return framing.parser(UNIT, NUMBER, REQUEST, Bytes.EMPTY);
    }

    private static State accept(Framing framing, Bytes... chunks) {
        AnswerParser parser = parser(framing);
        State state = new State.Listening(0);
        for (Bytes chunk : chunks) {
            if (!(state instanceof State.Answered)) {
                state = parser.accept(chunk.toArray(), chunk.length());
            }
        }
        return state;
    }
}
