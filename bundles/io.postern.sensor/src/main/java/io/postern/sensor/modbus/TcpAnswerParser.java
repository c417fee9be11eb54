// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import io.postern.wire.Bytes;
import java.util.Optional;

/**
 * Answers by their number: what answers an earlier question is passed over as a whole. The beginning of what is heard may
 * be the rest of such an answer; then the first octets that can be a head are taken for one.
 */
final class TcpAnswerParser extends AnswerParser {
    private static final int MOST_HEARD = 2_048; // spec: Modbus messaging on TCP/IP 1.0b, 4.2: a frame has at most 260
    private static final int HEAD = 6; // number, protocol, length
    private static final int SHORTEST = 3; // unit, function, exception code
    private static final int LONGEST = 254; // unit and 253 octets

    private final int number;

    TcpAnswerParser(int unit, int number, Request request, Bytes echo) {
        super(unit, request, echo, MOST_HEARD);
        this.number = number;
    }

    @Override
    State candidate(int at) {
        if (!isHead(at) || word(at) != number) {
            return none(at);
        }
        int body = at + HEAD;
        int end = body + word(at + 4);
        if (length <= body) {
            return new State.Accumulating(length - at, end - at);
        }
        int pdu = unsigned(body) == unit ? request.answerLength(heard, body + 1, Math.min(length, end)) : Request.NEVER;
        if (pdu == Request.NEVER || pdu > end - body - 1) {
            return none(at);
        }
        if (length < end) {
            return new State.Accumulating(length - at, end - at);
        }
        return answered(at, heard(body + 1, end));
    }

    /** Behind the whole frame, if it is one; it may not be there yet. */
    @Override
    int next(int at) {
        return isHead(at) ? at + HEAD + word(at + 4) : at + 1;
    }

    private boolean isHead(int at) {
        return length - at >= HEAD && word(at + 2) == 0 && word(at + 4) >= SHORTEST && word(at + 4) <= LONGEST;
    }

    private int word(int at) {
        return unsigned(at) << 8 | unsigned(at + 1);
    }

    @Override
    Optional<String> foreignFrame(int start) {
        for (int at = start; at < length; at = next(at)) {
            if (isHead(at) && at + HEAD + 2 <= length) {
                String whose = word(at) == number ? "" : "late, to an earlier question: ";
                return Optional.of(whose + "unit " + unsigned(at + HEAD) + " answered function "
                        + (unsigned(at + HEAD + 1) & ~Request.EXCEPTION) + ", " + asked());
            }
        }
        return Optional.empty();
    }
}
