// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import io.postern.wire.Bytes;
import java.util.Arrays;
import java.util.Optional;

/** Answers between a colon and the end of a line. */
final class AsciiAnswerParser extends AnswerParser {
    private static final int MOST_HEARD = 2_048; // spec: Modbus over serial line 1.02, 2.5.2.1: a frame has at most 513

    AsciiAnswerParser(int unit, Request request, Bytes echo) {
        super(unit, request, echo, MOST_HEARD);
    }

    @Override
    State candidate(int at) {
        byte[] octets = digits(at);
        if (octets.length < 1 || (octets[0] & 0xFF) != unit) {
            return none(at);
        }
        int pdu = request.answerLength(octets, 1, octets.length);
        if (pdu <= 0) {
            return none(at);
        }
        int want = 1 + 2 * (1 + pdu + 1) + 2;
        int end = at + want;
        if (octets.length < 1 + pdu + 1) {
            // another character than a digit ends the frame too early
            return at + 1 + 2 * octets.length + 1 < length ? none(at) : new State.Accumulating(length - at, want);
        }
        if (length < end) {
            return new State.Accumulating(length - at, want);
        }
        Bytes body = Bytes.of(Arrays.copyOf(octets, 1 + pdu));
        boolean holds = heard[end - 2] == '\r' && heard[end - 1] == '\n' && Framing.lrc(body) == octets[1 + pdu];
        return holds ? answered(at, body.slice(1, 1 + pdu)) : new State.Spoiled(SPOILED);
    }

    /** The octets whose digits stand behind the colon at {@code at}, as far as they are digits. */
    private byte[] digits(int at) {
        if (heard[at] != ':') {
            return new byte[0];
        }
        var octets = new byte[(length - at - 1) / 2];
        int count = 0;
        for (int i = at + 1; i + 1 < length; i += 2) {
            int high = Character.digit(heard[i], 16);
            int low = Character.digit(heard[i + 1], 16);
            if (high < 0 || low < 0) {
                break;
            }
            octets[count++] = (byte) (high << 4 | low);
        }
        return Arrays.copyOf(octets, count);
    }

    @Override
    Optional<String> foreignFrame(int start) {
        for (int at = start; at < length; at++) {
            byte[] octets = digits(at);
            boolean whole = octets.length >= 4
                    && Framing.lrc(Bytes.of(Arrays.copyOf(octets, octets.length - 1))) == octets[octets.length - 1];
            if (whole) {
                return Optional.of("unit " + (octets[0] & 0xFF) + " answered function "
                        + (octets[1] & ~Request.EXCEPTION & 0xFF) + ", " + asked());
            }
        }
        return Optional.empty();
    }
}
