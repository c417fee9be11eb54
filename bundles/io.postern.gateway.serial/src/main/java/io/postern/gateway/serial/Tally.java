// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import io.postern.gateway.spi.Line;
import io.postern.gateway.spi.LineReport;
import java.time.Duration;
import java.util.Arrays;

/** Counts of one run, of one task or of a whole line; times in nanoseconds. Guarded by who owns it. */
final class Tally {
    private static final int LAST_FEW = 15; // enough for a median that one late answer does not move

    private long runs;
    private long failed;
    private long missed;
    private final long[] events = new long[Line.Event.values().length];
    private final long[] turnarounds = new long[LAST_FEW];
    private long answered;
    private long busTime;
    private long waited;

    void note(Line.Event event) {
        events[event.ordinal()]++;
    }

    void answeredAfter(long turnaround) {
        turnarounds[(int) (answered++ % LAST_FEW)] = turnaround;
    }

    /** @param silent how much of {@code time} the line was waiting for an octet */
    void occupied(long time, long silent) {
        busTime += time;
        waited += silent;
    }

    void ran(boolean ok) {
        runs++;
        failed += ok ? 0 : 1;
    }

    void missed(long deadlines) {
        missed += deadlines;
    }

    long busTime() {
        return busTime;
    }

    long waited() {
        return waited;
    }

    void add(Tally other) {
        runs += other.runs;
        failed += other.failed;
        missed += other.missed;
        for (int i = 0; i < events.length; i++) {
            events[i] += other.events[i];
        }
        for (int i = 0; i < Math.min(other.answered, LAST_FEW); i++) {
            answeredAfter(other.turnarounds[i]);
        }
        busTime += other.busTime;
        waited += other.waited;
    }

    LineReport.Counts counts() {
        return new LineReport.Counts(
                runs,
                failed,
                missed,
                of(Line.Event.FRAME),
                of(Line.Event.GARBLED),
                of(Line.Event.TIMEOUT),
                of(Line.Event.REFUSED),
                Duration.ofNanos(turnaround()),
                Duration.ofNanos(busTime));
    }

    private long of(Line.Event event) {
        return events[event.ordinal()];
    }

    private long turnaround() {
        int known = (int) Math.min(answered, LAST_FEW);
        long[] sorted = Arrays.copyOf(turnarounds, known);
        Arrays.sort(sorted);
        return known == 0 ? 0 : sorted[known / 2];
    }
}
