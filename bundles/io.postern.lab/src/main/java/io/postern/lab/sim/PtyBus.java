// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A serial wire without hardware: pseudo-terminals that hear one another at the speed a real wire would have. Each octet
 * takes the character time that the application at the sending end has set on its port; an end whose speed or format
 * differs hears garbage. The bus reads speed and stop bits back from the terminals; only a parity bit has to be told
 * ({@link #openWithParity}), since terminals do not keep it.
 *
 * <p>Faults are made while it runs: {@link #unplug}, {@link #unplugAfter}, {@link #replug}, {@link #drop}, {@link #inject}. One thread owns the
 * terminals; the methods here hand it work and wait until it is done.
 */
public final class PtyBus implements AutoCloseable {
    /** How the ends are joined. */
    public enum Wiring {
        /** Two wires: both directions at once, as RS-232. */
        FULL_DUPLEX,
        /** One pair: who speaks at the same time as another is garbled, as RS-485. */
        HALF_DUPLEX,
        /** One pair, and every end hears itself, as an RS-485 adapter that does not gate its receiver. */
        HALF_DUPLEX_ECHO
    }

    /** What the wire has carried so far. */
    public record Traffic(long octets, long collisions) {}

    private static final int MOST_ENDS = 32; // unit loads of an RS-485 segment
    private static final long PATIENCE_SECONDS = 5; // the thread answers in microseconds
    private static final long IDLE_NANOS = 1_000_000_000L;
    private static final short POLLIN = 1;

    private final Wiring wiring;
    private final List<TerminalEnd> terminals = new ArrayList<>();
    private final List<WireEnd> ends = new ArrayList<>(); // the terminals and the stations
    private final Queue<FutureTask<?>> work = new ConcurrentLinkedQueue<>();
    private final int alarm;
    private final Thread thread;
    private volatile boolean closed;
    private volatile Traffic traffic = new Traffic(0, 0);

    private PtyBus(Wiring wiring, boolean parity, List<Path> links) throws IOException {
        this.wiring = wiring;
        alarm = Libc.eventfd();
        for (Path link : links) {
            terminals.add(new TerminalEnd(link.toAbsolutePath(), parity));
        }
        ends.addAll(terminals);
        thread = Thread.ofPlatform().name("pty-bus").daemon().unstarted(this::run);
    }

    /**
     * Opens a bus with one end at each of {@code links}, 1 to 32 of them; links that stand in the way are replaced.
     *
     * @throws IOException when the machine gives no pseudo-terminal or a link cannot be made
     */
    public static PtyBus open(Wiring wiring, Path... links) throws IOException {
        return start(wiring, false, links);
    }

    /** As {@link #open}, for a wire whose characters have a parity bit: each takes one bit longer. */
    public static PtyBus openWithParity(Wiring wiring, Path... links) throws IOException {
        return start(wiring, true, links);
    }

    private static PtyBus start(Wiring wiring, boolean parity, Path... links) throws IOException {
        if (links.length < 1 || links.length > MOST_ENDS) {
            throw new IllegalArgumentException("a bus has 1 to " + MOST_ENDS + " ends, not " + links.length);
        }
        var bus = new PtyBus(wiring, parity, List.of(links));
        try {
            for (TerminalEnd end : bus.terminals) {
                end.plug();
            }
        } catch (IOException e) {
            bus.release();
            throw e;
        }
        bus.thread.start();
        return bus;
    }

    /** The path an application opens as the port of end {@code end}. */
    public Path port(int end) {
        return terminals.get(end).link();
    }

    /** Joins a station to the bus, behind the terminals; its end is numbered as it comes. */
    public void attach(Station station, CharacterFormat format) {
        onThread(() -> {
            if (ends.size() == MOST_ENDS) {
                throw new IOException("a bus has at most " + MOST_ENDS + " ends");
            }
            ends.add(new StationEnd(station, format));
        });
    }

    /** Pulls the adapter at {@code end}: its port hangs up and its path is gone. */
    public void unplug(int end) {
        onThread(() -> terminals.get(end).unplug());
    }

    /** Puts the adapter at {@code end} back: the same path, another terminal behind it. */
    public void replug(int end) {
        onThread(() -> terminals.get(end).plug());
    }

    /**
     * Puts the adapter at {@code end} back as the kernel does that counts anew: a terminal of another name behind a path of
     * another name. {@link #port} then names that path; what leads to it by a steady name is the caller's affair, as it is
     * udev's.
     *
     * @throws IllegalStateException when the adapter has not been pulled before
     */
    public void replug(int end, Path as) {
        onThread(() -> terminals.get(end).plug(as.toAbsolutePath()));
    }

    /** Pulls the adapter at {@code end} as soon as {@code octets} more of what it sends have left; the rest never does. */
    public void unplugAfter(int end, int octets) {
        if (octets < 1) {
            throw new IllegalArgumentException("an octet at least leaves before the adapter is pulled");
        }
        onThread(() -> terminals.get(end).unplugAfter(octets));
    }

    /** Loses the next {@code octets} that {@code end} sends. */
    public void drop(int end, int octets) {
        onThread(() -> ends.get(end).drop(octets));
    }

    /** Lets {@code end} hear octets that nobody sent. */
    public void inject(int end, byte... octets) {
        onThread(() -> {
            for (byte octet : octets) {
                ends.get(end).hear(octet, System.nanoTime());
            }
        });
    }

    public Traffic traffic() {
        return traffic;
    }

    /** Unplugs everything and takes the links away. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        wake();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    private void onThread(Step step) {
        if (closed) {
            throw new IllegalStateException("the bus is closed");
        }
        Callable<Optional<Void>> call = () -> {
            step.run();
            return Optional.empty();
        };
        var task = new FutureTask<>(call);
        work.add(task);
        wake();
        try {
            task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the bus could not do this: " + e.getMessage(), e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("the bus did not answer, its thread has ended or is stuck", e);
        }
    }

    private void wake() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocate(JAVA_LONG);
            one.set(JAVA_LONG, 0, 1);
            Libc.write(alarm, one);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void run() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pollfds = arena.allocate(8L * (MOST_ENDS + 1), Long.BYTES); // struct pollfd
            MemorySegment timespec = arena.allocate(16, Long.BYTES);
            MemorySegment rung = arena.allocate(JAVA_LONG);
            while (!closed) {
                await(pollfds, timespec);
                Libc.read(alarm, rung);
                for (FutureTask<?> task = work.poll(); task != null; task = work.poll()) {
                    task.run();
                }
                // all that is through by now is heard first: else a station would take a slow machine for a silence
                long now = System.nanoTime();
                carry(now);
                for (WireEnd end : ends) {
                    end.collect(now);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the bus between " + ends + " broke", e);
        } finally {
            release();
        }
    }

    private void await(MemorySegment pollfds, MemorySegment timespec) throws IOException {
        int count = 0;
        entry(pollfds, count++, alarm);
        for (TerminalEnd end : terminals) {
            if (end.listens()) {
                entry(pollfds, count++, end.descriptor());
            }
        }
        long now = System.nanoTime();
        long wait = IDLE_NANOS;
        for (WireEnd end : ends) {
            if (end.isSending()) {
                wait = Math.min(wait, end.nextAt() - now);
            }
            OptionalLong due = end.due();
            if (due.isPresent()) {
                wait = Math.min(wait, due.getAsLong() - now);
            }
        }
        timespec.set(JAVA_LONG, 0, 0);
        timespec.set(JAVA_LONG, 8, Math.clamp(wait, 0, IDLE_NANOS - 1));
        Libc.poll(pollfds, count, timespec);
    }

    private static void entry(MemorySegment pollfds, int index, int descriptor) {
        pollfds.set(JAVA_INT, 8L * index, descriptor);
        pollfds.set(JAVA_SHORT, 8L * index + 4, POLLIN);
        pollfds.set(JAVA_SHORT, 8L * index + 6, (short) 0);
    }

    /** Moves every octet whose last bit has left by {@code now}. */
    private void carry(long now) throws IOException {
        boolean collision = wiring != Wiring.FULL_DUPLEX
                && ends.stream().filter(WireEnd::isSending).count() > 1;
        for (WireEnd from : ends) {
            while (from.isSending() && from.nextAt() - now <= 0) {
                long at = from.nextAt();
                Optional<Byte> sent = from.take();
                if (sent.isEmpty()) {
                    continue;
                }
                byte octet = collision ? (byte) (sent.get() ^ 0x55) : sent.get();
                for (WireEnd to : ends) {
                    if (to != from || wiring == Wiring.HALF_DUPLEX_ECHO && from instanceof TerminalEnd) {
                        to.hear(octet, from.format(), at);
                    }
                }
                traffic = new Traffic(traffic.octets() + 1, traffic.collisions() + (collision ? 1 : 0));
                from.left();
            }
        }
    }

    private void release() {
        for (TerminalEnd end : terminals) {
            try {
                end.unplug();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot take away " + end, e);
            }
        }
        Libc.close(alarm);
    }
}
