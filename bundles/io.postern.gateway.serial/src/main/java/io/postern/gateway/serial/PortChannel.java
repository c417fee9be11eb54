// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import io.postern.gateway.spi.Line;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Keeps the manners of the wire over an open port: silence before each frame, nothing stale before a question. Remembers
 * when the port hung up, also when a task has swallowed the exception. Owned by the line's thread.
 */
final class PortChannel implements Line.Channel {
    // a whole Modbus frame of 256 characters at 2400 baud takes 1.2 s: who speaks longer is not answering anybody
    private static final Duration MOST_BABBLE = Duration.ofSeconds(2);
    // fine enough to start reading within a character at 19200 baud, coarse enough to cost no CPU
    private static final long SHORTEST_NAP = 200_000;
    private static final long LONGEST_NAP = 1_000_000;

    private final Port port;
    private final SerialSettings settings;
    private final Ticker ticker;
    private final Consumer<Line.Event> noted;
    private final long nap;
    private final byte[] unasked = new byte[512];
    private long busyUntil;
    private Optional<PortGoneException> gone = Optional.empty();

    PortChannel(Port port, SerialSettings settings, Ticker ticker, Consumer<Line.Event> noted) {
        this.port = port;
        this.settings = settings;
        this.ticker = ticker;
        this.noted = noted;
        this.nap = Math.clamp(settings.characterTime().toNanos(), SHORTEST_NAP, LONGEST_NAP);
        this.busyUntil = ticker.nanoTime(); // who knows what was said before we listened
    }

    /** Why the port can no longer be used, once it cannot. */
    Optional<PortGoneException> gone() {
        return gone;
    }

    @Override
    public void write(byte[] frame) throws IOException, InterruptedException {
        awaitSilence(settings.silence());
        try {
            port.write(frame);
        } catch (PortGoneException e) {
            throw latched(e);
        }
        busyUntil = ticker.nanoTime() + frame.length * settings.characterTime().toNanos();
    }

    @Override
    public int read(byte[] buffer, int offset, Duration patience) throws IOException, InterruptedException {
        if (offset >= buffer.length) {
            throw new IllegalArgumentException("no room behind " + offset + " in a buffer of " + buffer.length);
        }
        long deadline = ticker.nanoTime() + patience.toNanos();
        while (true) {
            int got = receive(buffer, offset);
            long left = deadline - ticker.nanoTime();
            if (got > 0 || left <= 0) {
                return got;
            }
            ticker.pause(Math.min(nap, left));
        }
    }

    @Override
    public Line.Timing timing() {
        return settings.timing();
    }

    @Override
    public void note(Line.Event event) {
        noted.accept(event);
    }

    @Override
    public void quiet(Duration silence) throws IOException, InterruptedException {
        busyUntil = Math.max(busyUntil, ticker.nanoTime());
        awaitSilence(silence.compareTo(settings.silence()) > 0 ? silence : settings.silence());
    }

    /** Returns when nothing was on the wire for {@code silence}; what arrives until then is dropped. */
    private void awaitSilence(Duration silence) throws IOException, InterruptedException {
        long deadline = Math.max(busyUntil, ticker.nanoTime())
                + silence.plus(MOST_BABBLE).toNanos();
        long dropped = 0;
        while (true) {
            dropped += receive(unasked, 0);
            long now = ticker.nanoTime();
            long owed = busyUntil + silence.toNanos() - now;
            if (owed <= 0) {
                return;
            }
            if (now - deadline > 0) {
                throw new IOException(
                        settings.port() + " is never silent, " + dropped
                                + " octets came unasked: is there another master, are speed and parity right, is the bus terminated?");
            }
            ticker.pause(Math.min(nap, owed));
        }
    }

    private int receive(byte[] buffer, int offset) throws PortGoneException {
        try {
            int got = port.read(buffer, offset);
            if (got > 0) {
                busyUntil = Math.max(busyUntil, ticker.nanoTime());
            }
            return got;
        } catch (PortGoneException e) {
            throw latched(e);
        }
    }

    private PortGoneException latched(PortGoneException e) {
        if (gone.isEmpty()) {
            gone = Optional.of(e);
        }
        return e;
    }
}
