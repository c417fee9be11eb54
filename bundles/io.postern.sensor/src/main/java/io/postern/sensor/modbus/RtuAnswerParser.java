// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import io.postern.wire.Bytes;
import java.util.Optional;

/** Answers by their check sum. Where a frame begins nothing says; so each octet may be the first. */
final class RtuAnswerParser extends AnswerParser {
    private static final int MOST_HEARD = 1_024; // spec: Modbus over serial line 1.02, 2.5.1: a frame has at most 256
    private static final int SHORTEST = 5; // unit, function, one octet, check sum

    RtuAnswerParser(int unit, Request request, Bytes echo) {
        super(unit, request, echo, MOST_HEARD);
    }

    @Override
    State candidate(int at) {
        if (unsigned(at) != unit) {
            return none(at);
        }
        int pdu = request.answerLength(heard, at + 1, length);
        if (pdu <= 0) {
            return none(at);
        }
        int want = 1 + pdu + 2;
        if (length - at < want) {
            return new State.Accumulating(length - at, want);
        }
        return Crc16.closes(heard, at, want) ? answered(at, heard(at + 1, at + 1 + pdu)) : new State.Spoiled(SPOILED);
    }

    @Override
    Optional<String> foreignFrame(int start) {
        for (int at = start; at + SHORTEST <= length; at++) {
            int function = unsigned(at + 1);
            int octets = unsigned(at + 2);
            int want = function >= Request.EXCEPTION ? SHORTEST : SHORTEST + octets;
            if (at + want <= length && Crc16.closes(heard, at, want)) {
                return Optional.of("unit " + unsigned(at) + " answered function " + (function & ~Request.EXCEPTION)
                        + " with " + (want - SHORTEST) + " octets, " + asked());
            }
        }
        return Optional.empty();
    }
}
