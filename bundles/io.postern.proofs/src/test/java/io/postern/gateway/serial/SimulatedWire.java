// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import io.postern.lab.sim.CharacterFormat;
import io.postern.lab.sim.Station;
import io.postern.lab.sim.Station.Speech;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.Condition;
import java.util.function.LongPredicate;

/**
 * A wire whose time is simulated: whenever the line's thread waits, time goes on at once to the moment it waits for, and
 * what instruments and gateway have said until then arrives octet by octet, as slowly as the wire is. Time stands still
 * until {@link #begin} and from its end on.
 */
public final class SimulatedWire {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final int MOST_OCTETS = 4096; // as a driver's buffer

    /** An octet on its way. */
    private record Octet(byte value, long at) {}

    private final Station station;
    private final CharacterFormat format;
    private final LongPredicate plugged;
    private final Runnable eachSecond;
    private final long end;
    private final Deque<Octet> toStation = new ArrayDeque<>();
    private final Deque<Octet> toGateway = new ArrayDeque<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile long now;
    private long stationFreeAt;
    private long nextSecond = SECOND;
    private volatile boolean begun;

    /**
     * @param plugged whether the adapter is there at a moment
     * @param eachSecond run by the line's thread
     */
    public SimulatedWire(
            Station station, CharacterFormat format, LongPredicate plugged, Runnable eachSecond, Duration end) {
        this.station = station;
        this.format = format;
        this.plugged = plugged;
        this.eachSecond = eachSecond;
        this.end = end.toNanos();
    }

    /** The line of this wire, at 8E1. */
    public SerialLine line(String name) {
        var settings = new SerialSettings(Path.of("/simulated/line"), format.baud(), 8, Parity.EVEN, 1);
        return SerialLine.start(name, settings, _ -> open(), ticker);
    }

    /** Lets time go on. */
    public void begin() {
        begun = true;
    }

    /** Waits, in real time, until the simulated time has come to its end. */
    public void awaitEnd() throws InterruptedException {
        over.await();
    }

    public boolean isOver() {
        return over.getCount() == 0;
    }

    /** Since time began. */
    public long nanoTime() {
        return now;
    }

    private final Ticker ticker = new Ticker() {
        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public void pause(long nanos) throws InterruptedException {
            go(nanos);
        }

        @Override
        public void await(Condition condition, long nanos) throws InterruptedException {
            if (!begun || isOver()) {
                Ticker.super.await(condition, Duration.ofMillis(10).toNanos());
            } else {
                go(nanos);
            }
        }
    };

    private void go(long nanos) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        long to = now + Math.max(1, nanos);
        while (nextSecond <= to) {
            advance(nextSecond);
            nextSecond += SECOND;
            eachSecond.run();
        }
        advance(to);
        if (now >= end) {
            over.countDown();
        }
    }

    /** Everything that happens on the wire until {@code to}, in its order. */
    private void advance(long to) {
        while (true) {
            long spoken =
                    toStation.isEmpty() ? Long.MAX_VALUE : toStation.getFirst().at();
            OptionalLong due = station.due();
            long speaks = due.isPresent() ? Math.max(now, due.getAsLong()) : Long.MAX_VALUE;
            if (Math.min(spoken, speaks) > to) {
                break;
            }
            if (spoken <= speaks) {
                now = Math.max(now, spoken);
                station.heard(toStation.remove().value(), spoken);
            } else {
                now = speaks;
                station.speak(speaks).ifPresent(this::carry);
            }
        }
        now = to;
    }

    private void carry(Speech speech) {
        stationFreeAt = Math.max(stationFreeAt, speech.at());
        for (byte octet : speech.octets()) {
            stationFreeAt += format.characterNanos();
            boolean collides = toStation.stream()
                    .anyMatch(other -> Math.abs(other.at() - stationFreeAt) < format.characterNanos());
            if (toGateway.size() < MOST_OCTETS) {
                toGateway.add(new Octet(collides ? (byte) (octet ^ 0x55) : octet, stationFreeAt));
            }
        }
    }

    private Port open() throws IOException {
        if (!plugged.test(now)) {
            throw new IOException("/simulated/line is not there");
        }
        toStation.clear();
        toGateway.clear();
        return new Adapter();
    }

    private final class Adapter implements Port {
        private boolean gone;

        @Override
        public int read(byte[] buffer, int offset) throws PortGoneException {
            check();
            int count = 0;
            while (offset + count < buffer.length
                    && !toGateway.isEmpty()
                    && toGateway.getFirst().at() <= now) {
                buffer[offset + count++] = toGateway.remove().value();
            }
            return count;
        }

        @Override
        public void write(byte[] frame) throws PortGoneException {
            check();
            long at = Optional.ofNullable(toStation.peekLast())
                    .map(last -> Math.max(now, last.at()))
                    .orElse(now);
            for (byte octet : frame) {
                at += format.characterNanos();
                boolean collides = at - format.characterNanos() < stationFreeAt;
                toStation.add(new Octet(collides ? (byte) (octet ^ 0x55) : octet, at));
            }
        }

        private void check() throws PortGoneException {
            gone |= !plugged.test(now);
            if (gone) {
                throw new PortGoneException("/simulated/line was pulled");
            }
        }

        @Override
        public boolean isThere() {
            return !gone && plugged.test(now);
        }

        @Override
        public void close() {
            gone = true;
        }
    }
}
