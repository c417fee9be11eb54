// SPDX-License-Identifier: Apache-2.0
package io.postern.drivertest;

import io.postern.gateway.spi.Line;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * A line with one instrument and a clock of its own: waiting takes no time, and what the line was occupied by can be read
 * afterwards. For the one thread that tests.
 */
public final class SimulatedLine implements Line.Channel {
    /** How long the instrument thinks. */
    static final Duration TURNAROUND = Duration.ofMillis(4);

    private static final int HANDFUL = 8; // half of what the receiver of a common serial adapter holds
    private static final int MOST_READS = 100_000; // a driver that waits on its own goes on for ever

    private record Arrival(Duration at, byte[] octets) {}

    private final Line.Timing timing;
    private final Deque<Arrival> arriving = new ArrayDeque<>();
    private final List<Line.Event> noted = new ArrayList<>();
    private SimulatedInstrument instrument;
    private Fault fault = Fault.NONE;
    private int goodBefore;
    private byte[] late = new byte[0];
    private boolean holdsBack;
    private Duration now = Duration.ZERO;
    private Duration occupied = Duration.ZERO;
    private int exchanges;
    private int reads;

    public SimulatedLine(Line.Timing timing, SimulatedInstrument instrument) {
        this.timing = timing;
        this.instrument = instrument;
    }

    /** From now on another instrument answers, with no fault. */
    void connect(SimulatedInstrument other) {
        instrument = other;
        become(Fault.NONE, 0);
        noted.clear();
    }

    /** From now on, after some good answers, each answer has this fault. */
    void become(Fault next, int after) {
        fault = next;
        goodBefore = after;
        holdsBack = false;
        reads = 0;
    }

    /** The next answer comes when the driver no longer waits for it, ahead of the answer to what it asks then. */
    void answerLate() {
        become(Fault.NONE, 0);
        holdsBack = true;
    }

    /** The time on the line's clock. */
    Duration now() {
        return now;
    }

    /** The time that octets of both sides took, and the silence before questions. */
    Duration occupied() {
        return occupied;
    }

    /** How many frames the driver wrote. */
    int exchanges() {
        return exchanges;
    }

    List<Line.Event> noted() {
        return List.copyOf(noted);
    }

    @Override
    public void write(byte[] frame) throws InterruptedException {
        stopWhenInterrupted();
        exchanges++;
        arriving.clear();
        spend(timing.silence().plus(timing.octets(frame.length)));
        byte[] answer = instrument.answer(frame.clone());
        if (holdsBack) {
            late = answer;
            holdsBack = false;
            return;
        }
        if (late.length > 0) {
            arrive(late);
            late = new byte[0];
        }
        boolean good = goodBefore-- > 0;
        (good ? Fault.NONE : fault).change().apply(instrument, frame, answer).forEach(this::arrive);
    }

    /** Hands over what comes as an adapter does, a few octets at a time. */
    private void arrive(byte[] octets) {
        occupied = occupied.plus(timing.octets(octets.length));
        Duration at =
                arriving.isEmpty() ? now.plus(TURNAROUND) : arriving.getLast().at();
        for (int from = 0; from < octets.length; from += HANDFUL) {
            byte[] some = Arrays.copyOfRange(octets, from, Math.min(octets.length, from + HANDFUL));
            at = at.plus(timing.octets(some.length));
            arriving.add(new Arrival(at, some));
        }
    }

    @Override
    public int read(byte[] buffer, int offset, Duration patience) throws InterruptedException {
        stopWhenInterrupted();
        if (++reads > MOST_READS) {
            throw new AssertionError("the driver reads on and on; 0 means that its patience ran out");
        }
        Arrival next = arriving.peek();
        if (next == null || next.at().compareTo(now.plus(patience)) > 0) {
            now = now.plus(patience);
            return 0;
        }
        arriving.remove();
        now = next.at().compareTo(now) > 0 ? next.at() : now;
        int taken = Math.min(next.octets().length, buffer.length - offset);
        System.arraycopy(next.octets(), 0, buffer, offset, taken);
        if (taken < next.octets().length) {
            arriving.addFirst(new Arrival(next.at(), Arrays.copyOfRange(next.octets(), taken, next.octets().length)));
        }
        return taken;
    }

    @Override
    public Line.Timing timing() {
        return timing;
    }

    @Override
    public void quiet(Duration silence) throws InterruptedException {
        stopWhenInterrupted();
        now = now.plus(silence);
        arriving.clear();
        late = new byte[0];
    }

    @Override
    public void note(Line.Event event) {
        noted.add(event);
    }

    private void spend(Duration time) {
        now = now.plus(time);
        occupied = occupied.plus(time);
    }

    private static void stopWhenInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("the line was closed");
        }
    }
}
