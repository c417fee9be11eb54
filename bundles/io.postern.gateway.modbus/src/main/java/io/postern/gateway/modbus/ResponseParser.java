// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.sensor.modbus.Crc16;
import io.postern.sensor.modbus.ExceptionCode;
import io.postern.wire.Bytes;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Finds the answer to one request in what is heard on the line, however it is cut and whatever comes before it. Only a
 * frame of the asked unit, with the asked function, the expected number of octets and the right check sum is the answer;
 * an exception is one of that unit and function with its check sum right. Everything else is noise, to be named when
 * nothing better comes.
 *
 * <p>A frame that has begun goes before one that lies inside it, so data that look like a frame are not mistaken for one.
 * Only the {@link #end} of all hope lets the inner one count: then the beginning was noise.
 */
final class ResponseParser {
    /** What has been heard so far. */
    sealed interface State {
        /** Nothing that could be the answer, in {@code heard} octets behind the echo. */
        record Listening(int heard) implements State {}

        /** The answer has begun: {@code have} of its {@code want} octets are there. */
        record Accumulating(int have, int want) implements State {}

        /** A whole answer's octets are there and do not hold. */
        record Spoiled(String why) implements State {}

        record Answered(Frame frame) implements State {}

        record Refused(ExceptionCode code) implements State {}

        /** Only noise came, or what another unit or another request is due. */
        record Foreign(String what) implements State {}

        /** More was heard than any answer with its echo can be long. */
        record Overrun(int most) implements State {}
    }

    // spec: Modbus over serial line 1.02, 2.5.1: a frame has at most 256 octets; one for the echo, one for the answer,
    // and as much again for noise
    private static final int MOST_HEARD = 1_024;
    private static final int SHORTEST = 5; // unit, function, one octet, check sum
    private static final int EXCEPTION = 0x80;
    private static final int MOST_SHOWN = 16;

    private final int unit;
    private final ReadRequest request;
    private final Bytes echo;
    private final byte[] heard = new byte[MOST_HEARD];
    private int length;

    /** @param echo what the line says back of the request before the answer; empty when the line does not echo */
    ResponseParser(int unit, ReadRequest request, Bytes echo) {
        this.unit = unit;
        this.request = request;
        this.echo = echo;
    }

    State accept(byte[] octets, int count) {
        if (count > heard.length - length) {
            return new State.Overrun(MOST_HEARD);
        }
        System.arraycopy(octets, 0, heard, length, count);
        length += count;
        return search(false);
    }

    /** What it was, now that nothing more will come. */
    State end() {
        State found = search(true);
        return found instanceof State.Listening(int rest) && rest > 0 ? new State.Foreign(noise()) : found;
    }

    private String noise() {
        if (afterEcho() < 0) {
            return "the line did not say back the request but " + shown() + "; set echo to false if it never does";
        }
        return foreignFrame().orElseGet(() -> "only noise came: " + shown());
    }

    private String shown() {
        String hex = HexFormat.ofDelimiter(" ").formatHex(heard, 0, Math.min(length, MOST_SHOWN));
        return length + " octets, " + (length > MOST_SHOWN ? hex + " ..." : hex);
    }

    private State search(boolean atEnd) {
        int start = afterEcho();
        if (start < 0) {
            return new State.Listening(length);
        }
        State best = new State.Listening(length - start);
        for (int at = start; at < length; at++) {
            State candidate = candidate(at);
            switch (candidate) {
                case State.Answered _, State.Refused _ -> {
                    return candidate;
                }
                case State.Accumulating _ -> {
                    if (!atEnd) {
                        return candidate;
                    }
                    best = better(best, candidate);
                }
                case State.Spoiled _ -> best = better(best, candidate);
                case State.Listening _, State.Foreign _, State.Overrun _ -> {}
            }
        }
        return best;
    }

    private static State better(State best, State candidate) {
        return best instanceof State.Listening ? candidate : best;
    }

    /** What the octets from {@code at} on are, taken as a frame. */
    private State candidate(int at) {
        int left = length - at;
        State none = new State.Listening(left);
        if (left < 3 || unsigned(at) != unit) {
            return none;
        }
        int function = unsigned(at + 1);
        int octets = unsigned(at + 2);
        int want;
        if (function == request.space().function() && octets == request.answerOctets()) {
            want = SHORTEST + octets;
        } else if (function == (request.space().function() | EXCEPTION)) {
            want = SHORTEST;
        } else {
            return none;
        }
        if (left < want) {
            return new State.Accumulating(left, want);
        }
        if (!Crc16.closes(heard, at, want)) {
            return new State.Spoiled(
                    "the answer's check sum is wrong; is the bus terminated, are two units on one address?");
        }
        return want == SHORTEST && function >= EXCEPTION
                ? new State.Refused(new ExceptionCode(octets))
                : new State.Answered(new Frame(request, Bytes.of(Arrays.copyOfRange(heard, at + 3, at + 3 + octets))));
    }

    /** The first whole frame there is that is somebody's answer, but not the one asked for. */
    private Optional<String> foreignFrame() {
        for (int at = Math.max(0, afterEcho()); at + SHORTEST <= length; at++) {
            int function = unsigned(at + 1);
            int octets = unsigned(at + 2);
            int want = function >= EXCEPTION ? SHORTEST : SHORTEST + octets;
            if (at + want <= length && Crc16.closes(heard, at, want)) {
                return Optional.of("unit " + unsigned(at) + " answered function " + (function & ~EXCEPTION) + " with "
                        + (want - SHORTEST) + " octets, where function "
                        + request.space().function() + " of unit " + unit + " with " + request.answerOctets()
                        + " was asked");
            }
        }
        return Optional.empty();
    }

    /** Where the answer can begin: behind the echo, wherever that is; negative while the echo is not whole. */
    private int afterEcho() {
        if (echo.isEmpty()) {
            return 0;
        }
        byte[] wanted = echo.toArray();
        for (int at = 0; at + wanted.length <= length; at++) {
            if (Arrays.equals(heard, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at + wanted.length;
            }
        }
        return -1;
    }

    private int unsigned(int at) {
        return heard[at] & 0xFF;
    }
}
