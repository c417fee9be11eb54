// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim;

import io.postern.lab.sim.Station.Speech;
import io.postern.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** What becomes of a frame on its way from a faulty instrument, whatever it says in it. Used by one thread at a time. */
public final class FaultyFrames {
    private static final int MOST_GARBAGE = 40; // about two answers of some registers

    private final RandomGenerator random;
    private Bytes last = Bytes.EMPTY;

    public FaultyFrames(RandomGenerator random) {
        this.random = random;
    }

    /**
     * What goes on the wire for {@code frame}, which would be right, from {@code begin} on.
     *
     * @param faults those that are not about frames change nothing
     * @param spoiled gives the frame a wrong check sum
     */
    public List<Speech> speak(long begin, Bytes frame, List<Fault> faults, UnaryOperator<Bytes> spoiled) {
        Bytes before = last;
        last = frame;
        Bytes said = frame;
        long at = begin;
        long apart = 0;
        for (Fault fault : faults) {
            switch (fault) {
                case Fault.WrongCheckSum() -> said = spoiled.apply(said);
                case Fault.Garbage() -> said = garbage();
                case Fault.Cut() -> said = said.slice(0, said.length() / 2);
                case Fault.Glued() -> said = Bytes.concat(said, before);
                case Fault.Late(var by) -> at += by.toNanos();
                case Fault.Gaps(var gap) -> apart = gap.toNanos();
                default -> {}
            }
        }
        return apart == 0 ? List.of(new Speech(at, said.toArray())) : oneByOne(at, said, apart);
    }

    private static List<Speech> oneByOne(long at, Bytes frame, long apart) {
        List<Speech> speeches = new ArrayList<>();
        for (int i = 0; i < frame.length(); i++) {
            speeches.add(new Speech(at + i * apart, new byte[] {(byte) frame.at(i)}));
        }
        return speeches;
    }

    private Bytes garbage() {
        var octets = new byte[random.nextInt(1, MOST_GARBAGE)];
        random.nextBytes(octets);
        return Bytes.of(octets);
    }
}
