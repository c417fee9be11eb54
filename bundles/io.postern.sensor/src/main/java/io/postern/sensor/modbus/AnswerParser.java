// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import io.postern.wire.Bytes;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Finds the answer to one request in what is heard on the line, however it is cut and whatever comes before it. Only a
 * frame of the asked unit, with the asked function, the expected number of octets and the right check sum or number is the
 * answer. Everything else is noise, to be named when nothing better comes.
 *
 * <p>A frame that has begun goes before one that lies inside it, so data that look like a frame are not mistaken for one.
 * Only the {@link #end} of all hope lets the inner one count: then the beginning was noise.
 */
public abstract sealed class AnswerParser permits RtuAnswerParser, AsciiAnswerParser, TcpAnswerParser {
    /** What has been heard so far. */
    public sealed interface State {
        /** Nothing that could be the answer, in {@code heard} octets behind the echo. */
        record Listening(int heard) implements State {}

        /** The answer has begun: {@code have} of its {@code want} characters are there. */
        record Accumulating(int have, int want) implements State {}

        /** A whole answer's octets are there and do not hold. */
        record Spoiled(String why) implements State {}

        record Answered(Answer answer) implements State {}

        /** Only noise came, or what another unit or another request is due. */
        record Foreign(String what) implements State {}

        /** More was heard than any answer with its echo can be long. */
        record Overrun(int most) implements State {}
    }

    static final String SPOILED =
            "the answer's check sum is wrong; is the bus terminated, are two units on one address?";
    private static final int MOST_SHOWN = 16;

    final int unit;
    final Request request;
    final byte[] heard;
    int length;
    private final Bytes echo;

    /** @param most how many octets may be heard: two frames, and as much again for noise */
    AnswerParser(int unit, Request request, Bytes echo, int most) {
        this.unit = unit;
        this.request = request;
        this.echo = echo;
        this.heard = new byte[most];
    }

    /** @param count how many of {@code octets} were heard */
    public final State accept(byte[] octets, int count) {
        if (count > heard.length - length) {
            return new State.Overrun(heard.length);
        }
        System.arraycopy(octets, 0, heard, length, count);
        length += count;
        return search(false);
    }

    /** What it was, now that nothing more will come. */
    public final State end() {
        State found = search(true);
        return found instanceof State.Listening(int rest) && rest > 0 ? new State.Foreign(noise()) : found;
    }

    private String noise() {
        int start = afterEcho();
        if (start < 0) {
            return "the line did not say back the request but " + shown() + "; set echo to false if it never does";
        }
        return foreignFrame(start).orElseGet(() -> "only noise came: " + shown());
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
        for (int at = start; at < length; at = next(at)) {
            State candidate = candidate(at);
            switch (candidate) {
                case State.Answered _ -> {
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
    abstract State candidate(int at);

    /** Where the next frame may begin, when the one at {@code at} is not the answer. */
    int next(int at) {
        return at + 1;
    }

    /** The first whole frame from {@code start} on that is somebody's answer, but not the one asked for. */
    abstract Optional<String> foreignFrame(int start);

    final String asked() {
        return "where function " + request.function() + " of unit " + unit + " with " + (request.answerOctets() - 2)
                + " was asked";
    }

    final State none(int at) {
        return new State.Listening(length - at);
    }

    /** The answer that a whole frame holds; it is none when it only begins like one. */
    final State answered(int at, Bytes pdu) {
        return request.answer(pdu).<State>map(State.Answered::new).orElseGet(() -> none(at));
    }

    final Bytes heard(int from, int to) {
        return Bytes.of(Arrays.copyOfRange(heard, from, to));
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

    final int unsigned(int at) {
        return heard[at] & 0xFF;
    }
}
