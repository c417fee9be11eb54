// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim;

import io.postern.gateway.spi.Line;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.function.UnaryOperator;

/**
 * A line whose time is its own: what a driver waits for has come as soon as it waits. At the other end is a station. Used
 * by one thread.
 */
public final class StationChannel implements Line.Channel {
    private record Arrival(byte octet, long at) {}

    private final Station station;
    private final Line.Timing timing;
    private final UnaryOperator<byte[]> wire;
    private final Queue<Arrival> arriving = new ArrayDeque<>();
    private final List<Line.Event> noted = new ArrayList<>();
    private final List<byte[]> written = new ArrayList<>();
    private int chunk = Integer.MAX_VALUE;
    private long now;
    private long busyUntil;

    /** @param wire what becomes of the octets of each speech on their way to the driver */
    public StationChannel(Station station, CharacterFormat format, UnaryOperator<byte[]> wire) {
        this.station = station;
        this.timing = new Line.Timing(Duration.ofNanos(format.characterNanos()), format.silence(), Duration.ZERO);
        this.wire = wire;
    }

    public StationChannel(Station station, CharacterFormat format) {
        this(station, format, octets -> octets);
    }

    /** Hands over at most so many octets at once. */
    public StationChannel chunks(int most) {
        chunk = most;
        return this;
    }

    /** The moment it is on the line. */
    public long nanoTime() {
        return now;
    }

    /** Lets time pass in which nobody reads. */
    public void pass(Duration time) {
        now += time.toNanos();
        collect(now);
    }

    public List<Line.Event> noted() {
        return Collections.unmodifiableList(noted);
    }

    /** The frames written, in order. */
    public List<byte[]> written() {
        return Collections.unmodifiableList(written);
    }

    @Override
    public void write(byte[] frame) {
        now += timing.silence().toNanos();
        collect(now);
        arriving.removeIf(arrival -> arrival.at() - now <= 0);
        written.add(frame.clone());
        long at = now;
        for (byte octet : frame) {
            at += timing.characterTime().toNanos();
            station.heard(octet, at);
        }
    }

    @Override
    public int read(byte[] buffer, int offset, Duration patience) {
        long deadline = now + patience.toNanos();
        collect(deadline);
        Arrival first = arriving.peek();
        if (first == null || first.at() - deadline > 0) {
            now = deadline;
            return 0;
        }
        now = Math.max(now, first.at());
        int got = 0;
        while (got < Math.min(chunk, buffer.length - offset)
                && arriving.peek() != null
                && arriving.element().at() - now <= 0) {
            buffer[offset + got++] = arriving.remove().octet();
        }
        return got;
    }

    /** What the station says until {@code until}. */
    private void collect(long until) {
        OptionalLong due = station.due();
        while (due.isPresent() && due.getAsLong() - until <= 0) {
            Optional<Station.Speech> speech = station.speak(due.getAsLong());
            if (speech.isPresent()) {
                busyUntil = Math.max(busyUntil, speech.get().at());
                for (byte octet : wire.apply(speech.get().octets())) {
                    busyUntil += timing.characterTime().toNanos();
                    arriving.add(new Arrival(octet, busyUntil));
                }
            }
            due = station.due();
        }
    }

    @Override
    public Line.Timing timing() {
        return timing;
    }

    @Override
    public void quiet(Duration silence) {
        pass(silence);
        arriving.removeIf(arrival -> arrival.at() - now <= 0);
    }

    @Override
    public void note(Line.Event event) {
        noted.add(event);
    }
}
