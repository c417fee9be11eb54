// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import io.postern.gateway.spi.Line;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Keeps the manners of the wire over an open port: silence before each frame, nothing stale before a question. Remembers
 * when the port hung up, also when a task has swallowed the exception. Owned by the line's thread.
 *
 * <p>It knows how long octets take, so it sleeps until the next one can be there instead of looking all the time.
 */
final class PortChannel implements Line.Channel {
    // a whole Modbus frame of 256 characters at 2400 baud takes 1.2 s: who speaks longer is not answering anybody
    private static final Duration MOST_BABBLE = Duration.ofSeconds(2);
    // short enough to lose nothing at 115200 baud; who is waited for longer is looked at more rarely
    private static final long SHORTEST_NAP = 100_000;
    private static final long LONGEST_NAP = 1_000_000;
    private static final long LONGEST_SELECT = 100_000_000; // a port that tells wakes the thread by itself
    private static final int NAPS_PER_WAIT = 8; // so looking more rarely adds an eighth to a wait at most

    private final Port port;
    private final SerialSettings settings;
    private final Ticker ticker;
    private final long character;
    private final byte[] unasked = new byte[512];
    private Tally run = new Tally();
    private Optional<Long> firstUse = Optional.empty();
    private long lastUse;
    private long silent;
    private long busyUntil;
    private long heardFrom;
    private boolean asked;
    private int expected;
    private Optional<PortGoneException> gone = Optional.empty();

    PortChannel(Port port, SerialSettings settings, Ticker ticker) {
        this.port = port;
        this.settings = settings;
        this.ticker = ticker;
        this.character = settings.characterTime().toNanos();
        this.busyUntil = ticker.nanoTime(); // who knows what was said before we listened
    }

    /** Why the port can no longer be used, once it cannot. */
    Optional<PortGoneException> gone() {
        return gone;
    }

    /** Lets {@code survey} tune the port, and tunes it back. */
    <T> T survey(Line.Survey<T> survey) throws IOException, InterruptedException {
        try {
            return survey.run(format -> {
                SerialSettings other = settings.with(format);
                port.tune(other);
                return new PortChannel(port, other, ticker);
            });
        } catch (PortGoneException e) {
            throw latched(e);
        } finally {
            port.tune(settings);
        }
    }

    /** What happened since this was last asked. */
    Tally takeRun() {
        Tally done = run;
        firstUse.ifPresent(since -> done.occupied(lastUse - since, silent));
        run = new Tally();
        firstUse = Optional.empty();
        silent = 0;
        asked = false;
        expected = 0;
        return done;
    }

    @Override
    public void write(byte[] frame) throws IOException, InterruptedException {
        begin();
        awaitSilence(settings.silence());
        try {
            port.write(frame);
        } catch (PortGoneException e) {
            throw latched(e);
        }
        busyUntil = ticker.nanoTime() + frame.length * character;
        asked = true;
        expected = 0;
        lastUse = busyUntil;
    }

    @Override
    public void expect(int octets) {
        expected = octets;
    }

    @Override
    public int read(byte[] buffer, int offset, Duration patience) throws IOException, InterruptedException {
        if (offset >= buffer.length) {
            throw new IllegalArgumentException("no room behind " + offset + " in a buffer of " + buffer.length);
        }
        begin();
        long begun = ticker.nanoTime();
        long deadline = begun + patience.toNanos();
        long possible = nextPossible();
        long looked = begun;
        while (true) {
            int got = receive(buffer, offset);
            long now = ticker.nanoTime();
            if (got > 0 || deadline - now <= 0) {
                heard(got, begun, looked, now);
                return got;
            }
            looked = now;
            port.await(Math.min(port.tells() ? LONGEST_SELECT : nap(possible, now), deadline - now), ticker);
        }
    }

    private static long nap(long possible, long now) {
        return possible - now > 0
                ? possible - now
                : Math.clamp((now - possible) / NAPS_PER_WAIT, SHORTEST_NAP, LONGEST_NAP);
    }

    /** When the octets that are waited for can be there at the earliest, as things stand. */
    private long nextPossible() {
        if (asked) { // who is asked keeps the silence first; an answer is longer than that, its end is not missed
            return busyUntil + settings.silence().toNanos() + character;
        }
        return expected > 0 ? heardFrom + character * expected : busyUntil + character;
    }

    /** @param looked when nothing had come yet: the last octet came since, and in a frame within a character's time */
    private void heard(int got, long begun, long looked, long now) {
        lastUse = now;
        if (got == 0) {
            silent += now - begun;
            return;
        }
        if (asked) {
            silent += now - begun;
            run.answeredAfter(Math.max(0, now - busyUntil - got * character));
        }
        asked = false;
        busyUntil = Math.max(busyUntil, now);
        heardFrom = Math.max(looked, now - character);
        expected = Math.max(0, expected - got);
    }

    @Override
    public Line.Timing timing() {
        return settings.timing();
    }

    @Override
    public void note(Line.Event event) {
        run.note(event);
    }

    @Override
    public void quiet(Duration silence) throws IOException, InterruptedException {
        begin();
        busyUntil = Math.max(busyUntil, ticker.nanoTime());
        awaitSilence(silence.compareTo(settings.silence()) > 0 ? silence : settings.silence());
    }

    private void begin() {
        if (firstUse.isEmpty()) {
            firstUse = Optional.of(ticker.nanoTime());
        }
    }

    /** Returns when nothing was on the wire for {@code silence}; what arrives until then is dropped. */
    private void awaitSilence(Duration silence) throws IOException, InterruptedException {
        long deadline = Math.max(busyUntil, ticker.nanoTime())
                + silence.plus(MOST_BABBLE).toNanos();
        long dropped = 0;
        while (true) {
            int got = receive(unasked, 0);
            long now = ticker.nanoTime();
            lastUse = now;
            if (got > 0) {
                dropped += got;
                busyUntil = Math.max(busyUntil, now);
            }
            long owed = busyUntil + silence.toNanos() - now;
            if (owed <= 0 && got == 0) {
                return;
            }
            if (now - deadline > 0) {
                run.note(Line.Event.GARBLED);
                throw new IOException(
                        settings.port() + " is never silent, " + dropped
                                + " octets came unasked: is there another master, are speed and parity right, is the bus terminated?");
            }
            // what comes meanwhile waits in the port
            ticker.pause(Math.clamp(owed, SHORTEST_NAP, Math.max(4 * character, LONGEST_NAP)));
        }
    }

    private int receive(byte[] buffer, int offset) throws PortGoneException {
        try {
            return port.read(buffer, offset);
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
