// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import io.postern.gateway.spi.Line;
import io.postern.gateway.spi.LineReport;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A line whose turns the test takes; there are no octets on it, for the instruments of these tests need none. */
final class FakeLine implements Line {
    /** Long enough characters that a plan can overfill the line. */
    static final Timing TIMING = new Timing(Duration.ofMillis(1), Duration.ofMillis(4), Duration.ZERO);

    private final String name;
    private final List<Turn> turns = new CopyOnWriteArrayList<>();
    volatile long reopened;
    volatile Optional<Duration> rest = Optional.empty();
    volatile boolean gone;

    FakeLine(String name) {
        this.name = name;
    }

    /** A scheduled task. */
    private record Turn(String task, Duration period, Task work) {}

    /** Runs every task once, as if all were due. */
    void turn() throws InterruptedException {
        for (Turn turn : turns) {
            try {
                turn.work().run(new NoChannel());
            } catch (IOException e) {
                // as a line does: it counts, and runs it again
            }
        }
    }

    List<String> tasks() {
        return turns.stream()
                .map(turn -> turn.task() + " each " + turn.period().toMillis() + " ms")
                .toList();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Timing timing() {
        return TIMING;
    }

    @Override
    public Scheduled schedule(String task, Duration period, Task work) {
        var turn = new Turn(task, period, work);
        turns.add(turn);
        return new Scheduled() {
            @Override
            public Optional<Duration> resting() {
                return rest;
            }

            @Override
            public void close() {
                turns.remove(turn);
            }
        };
    }

    @Override
    public <T> T once(String task, Duration patience, Errand<T> errand) throws IOException, InterruptedException {
        if (gone) {
            throw new IOException("the port of line " + name + " is not there");
        }
        return errand.run(new NoChannel());
    }

    @Override
    public LineReport report() {
        var none = new LineReport.Counts(0, 0, 0, 0, 0, 0, 0, Duration.ZERO, Duration.ZERO);
        return new LineReport(name, "none", "open", reopened, none, List.of());
    }

    private static final class NoChannel implements Channel {
        @Override
        public void write(byte[] frame) throws IOException {
            throw new IOException("nothing is on this line");
        }

        @Override
        public int read(byte[] buffer, int offset, Duration patience) {
            return 0;
        }

        @Override
        public Timing timing() {
            return TIMING;
        }

        @Override
        public void quiet(Duration silence) {}

        @Override
        public void note(Event event) {}
    }
}
