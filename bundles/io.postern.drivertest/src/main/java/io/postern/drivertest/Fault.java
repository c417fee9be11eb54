// SPDX-License-Identifier: Apache-2.0
package io.postern.drivertest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * What a line makes of an answer.
 *
 * @param what as the failing test calls it
 */
record Fault(String what, Change change) {
    /** @return what arrives, chunk by chunk */
    interface Change {
        List<byte[]> apply(SimulatedInstrument instrument, byte[] question, byte[] answer);
    }

    static final Fault NONE = new Fault("nothing", (_, _, answer) -> answer.length == 0 ? List.of() : List.of(answer));

    static final Fault MUTE = new Fault("no answer", (_, _, _) -> List.of());

    private static final int GARBAGE = 300; // longer than any frame of Modbus, M-Bus or most others

    static Fault chunks(int size) {
        return new Fault("an answer in chunks of " + size, (_, _, answer) -> {
            List<byte[]> chunks = new ArrayList<>();
            for (int at = 0; at < answer.length; at += size) {
                chunks.add(Arrays.copyOfRange(answer, at, Math.min(answer.length, at + size)));
            }
            return chunks;
        });
    }

    /** Only the first {@code length} octets arrive; all but the last when the answer is shorter. */
    static Fault cut(int length) {
        return new Fault("an answer cut after " + length, (_, _, answer) -> {
            int kept = Math.min(length, answer.length - 1);
            return kept < 1 ? List.of() : List.of(Arrays.copyOf(answer, kept));
        });
    }

    static Fault flipped(int bit) {
        return new Fault("bit " + bit + " flipped", (_, _, answer) -> {
            if (answer.length == 0) {
                return List.of();
            }
            byte[] changed = answer.clone();
            changed[bit / 8 % answer.length] ^= (byte) (1 << bit % 8);
            return List.of(changed);
        });
    }

    static Fault garbage(long seed) {
        return new Fault("garbage of seed " + seed, (_, _, _) -> List.of(garbage(seed, GARBAGE)));
    }

    static Fault noiseBefore(long seed) {
        return new Fault(
                "noise of seed " + seed + " before the answer", (_, _, answer) -> List.of(garbage(seed, 3), answer));
    }

    static final Fault TWICE = new Fault("the answer twice, glued", (_, _, answer) -> List.of(joined(answer, answer)));

    static final Fault REFUSED = new Fault(
            "a refusal",
            (instrument, question, _) -> List.of(instrument.refusal(question).orElseThrow()));

    static final Fault NEIGHBOUR = new Fault(
            "a neighbour's answer",
            (instrument, question, _) -> List.of(instrument.neighbour(question).orElseThrow()));

    private static byte[] garbage(long seed, int length) {
        var octets = new byte[length];
        new Random(seed).nextBytes(octets);
        return octets;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
