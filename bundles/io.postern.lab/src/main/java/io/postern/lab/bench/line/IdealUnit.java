// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.line;

import io.postern.lab.sim.CharacterFormat;
import io.postern.lab.sim.Station;
import io.postern.sensor.modbus.Crc16;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A Modbus RTU unit that loses no time: it answers every question for registers as soon as the standard allows, 3.5
 * characters after it. So what is missing to the wire's limit is lost by who asks. Counts its answers.
 */
final class IdealUnit implements Station {
    private static final int QUESTION = 8;
    private static final int READ_HOLDING = 3;
    private static final int READ_INPUT = 4;
    private static final int MOST_INTERVALS = 1 << 16; // six minutes at 115200 baud

    private final long silence;
    private final long gap;
    private final byte[] heard = new byte[QUESTION];
    private int have;
    private long lastAt;
    private Optional<Speech> answer = Optional.empty();
    private volatile long answered;
    private final long[] intervals = new long[MOST_INTERVALS]; // guarded by itself
    private int known;
    private long lastAnswer;

    IdealUnit(CharacterFormat format) {
        silence = format.silence().toNanos();
        gap = 10 * format.characterNanos(); // a busy machine parts the octets of a question
    }

    long answered() {
        return answered;
    }

    /** Forgets the intervals so far. */
    void begin() {
        synchronized (intervals) {
            known = 0;
        }
    }

    /** From one answer to the next, in nanoseconds, the median since {@link #begin}. */
    double medianInterval() {
        synchronized (intervals) {
            long[] sorted = Arrays.copyOf(intervals, known);
            Arrays.sort(sorted);
            return known == 0 ? Double.POSITIVE_INFINITY : sorted[known / 2];
        }
    }

    @Override
    public void heard(byte octet, long at) {
        if (at - lastAt > gap) {
            have = 0;
        }
        lastAt = at;
        if (have == QUESTION) { // of a frame that was none
            System.arraycopy(heard, 1, heard, 0, QUESTION - 1);
            have--;
        }
        heard[have++] = octet;
        if (have == QUESTION && Crc16.closes(heard, 0, QUESTION)) {
            have = 0;
            answer(at);
        }
    }

    private void answer(long at) {
        int function = heard[1];
        int count = heard[5] & 0xFF;
        if (function != READ_HOLDING && function != READ_INPUT) {
            return;
        }
        var octets = new byte[5 + 2 * count];
        octets[0] = heard[0];
        octets[1] = heard[1];
        octets[2] = (byte) (2 * count);
        for (int i = 0; i < count; i++) {
            octets[4 + 2 * i] = (byte) (i + 1);
        }
        int crc = Crc16.of(octets, 0, octets.length - 2);
        octets[octets.length - 2] = (byte) crc;
        octets[octets.length - 1] = (byte) (crc >> 8);
        answer = Optional.of(new Speech(at + silence, octets));
    }

    @Override
    public Optional<Speech> speak(long now) {
        if (answer.isEmpty() || answer.get().at() - now > 0) {
            return Optional.empty();
        }
        Optional<Speech> due = answer;
        answer = Optional.empty();
        answered++; // by the bus's thread alone
        synchronized (intervals) {
            if (known < MOST_INTERVALS) {
                intervals[known++] = due.get().at() - lastAnswer;
            }
        }
        lastAnswer = due.get().at();
        return due;
    }

    @Override
    public OptionalLong due() {
        return answer.map(speech -> OptionalLong.of(speech.at())).orElse(OptionalLong.empty());
    }
}
