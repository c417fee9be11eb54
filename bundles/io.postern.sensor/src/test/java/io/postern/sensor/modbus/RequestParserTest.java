// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.sensor.modbus.RequestParser.Heard;
import io.postern.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A unit's end of the line. */
class RequestParserTest {
    private static final Bytes READ = Bytes.hex("0300000002");
    private static final Bytes WRITE = Bytes.hex("1000010002040001ffff");

    @ParameterizedTest
    @EnumSource
    void requestsWithoutASilenceBetweenAreHeardBoth(Framing framing) {
        Bytes both = Bytes.concat(framing.frame(7, 0, READ), framing.frame(247, 0, WRITE));

        assertThat(heard(framing.requests(), both)).containsExactly(new Heard(7, 0, READ), new Heard(247, 0, WRITE));
    }

    @ParameterizedTest
    @EnumSource
    void oneThatIsCutAnywhereIsNone(Framing framing) {
        Bytes frame = framing.frame(7, 0, WRITE);
        for (int length = 0; length < frame.length(); length++) {
            RequestParser parser = framing.requests();

            assertThat(heard(parser, frame.slice(0, length))).isEmpty();
            assertThat(parser.silence()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RTU", "ASCII"})
    void anyOctetThatIsWrongMakesItNone(Framing framing) {
        byte[] frame = framing.frame(7, 0, READ).toArray();
        for (int at = 0; at < frame.length; at++) {
            byte[] wrong = frame.clone();
            wrong[at] ^= 1;
            RequestParser parser = framing.requests();
            List<Heard> heard = heard(parser, Bytes.of(wrong));
            heard.addAll(parser.silence());

            assertThat(heard).as("octet " + at).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RTU", "ASCII"})
    void afterGarbageOfAnyLengthAndASilenceTheNextIsHeard(Framing framing) {
        RequestParser parser = framing.requests();
        for (int length = 1; length < 600; length += 37) {
            assertThat(heard(parser, Bytes.of(new byte[length]))).isEmpty();
            assertThat(parser.silence()).isEmpty();
            assertThat(heard(parser, framing.frame(7, 0, READ))).containsExactly(new Heard(7, 0, READ));
        }
    }

    @Test
    void aFunctionNobodyKnowsEndsWithTheSilence() {
        RequestParser parser = Framing.RTU.requests();

        assertThat(heard(parser, Framing.RTU.frame(7, 0, Bytes.hex("41")))).isEmpty();
        assertThat(parser.silence()).containsExactly(new Heard(7, 0, Bytes.hex("41")));
    }

    @Test
    void onTcpTheNumberIsHeardToo() {
        assertThat(heard(Framing.TCP.requests(), Framing.TCP.frame(255, 0xABCD, READ)))
                .containsExactly(new Heard(255, 0xABCD, READ));
    }

    @ParameterizedTest
    @ValueSource(strings = {"000100010006", "000100000001", "0001000000ff"})
    void onTcpNothingIsHeardBehindAHeadThatIsNone(String head) {
        RequestParser parser = Framing.TCP.requests();

        assertThat(heard(parser, Bytes.concat(Bytes.hex(head), Framing.TCP.frame(7, 0, READ))))
                .isEmpty();
    }

    private static List<Heard> heard(RequestParser parser, Bytes octets) {
        List<Heard> heard = new ArrayList<>();
        for (byte octet : octets.toArray()) {
            heard.addAll(parser.accept(octet));
        }
        return heard;
    }
}
