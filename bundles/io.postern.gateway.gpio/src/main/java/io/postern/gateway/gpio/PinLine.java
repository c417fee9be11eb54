// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.postern.gateway.gpio.GpioUapi.Edge;
import io.postern.gateway.gpio.GpioUapi.Wish;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One line of a GPIO chip, owned until closed: nobody else can request it meanwhile.
 *
 * <p>One thread waits for edges; {@link #wake} from another ends its waiting for good. Close it when that thread has left.
 */
final class PinLine implements AutoCloseable {
    private static final long POLLFD = 8; // struct pollfd: descriptor, events, what happened
    private static final long HAPPENED = 6;
    private static final int MOST_AT_ONCE = 16; // edges of one read

    private final int line;
    private final int alarm;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment entries = arena.allocate(2 * POLLFD, Integer.BYTES);
    private final MemorySegment events = arena.allocate(GpioUapi.LINE_EVENT, MOST_AT_ONCE);
    private volatile boolean woken;

    private PinLine(int line) throws IOException {
        this.line = line;
        this.alarm = Libc.eventfd();
        entry(0, line);
        entry(POLLFD, alarm);
    }

    /**
     * Requests line {@code number} of {@code chip}, shown to others as used by {@code consumer}.
     *
     * @throws IOException saying why the line cannot be had and what to do
     */
    static PinLine open(Path chip, int number, String consumer, Wish wish) throws IOException {
        try (GpioChip opened = GpioChip.open(chip)) { // the line has a descriptor of its own
            return over(opened.request(number, consumer, wish));
        }
    }

    /** A line the kernel has granted already. */
    static PinLine over(int descriptor) throws IOException {
        try {
            return new PinLine(descriptor);
        } catch (IOException e) {
            Libc.close(descriptor);
            throw e;
        }
    }

    /** The logical level now. */
    boolean isActive() throws IOException {
        try (Arena once = Arena.ofConfined()) {
            MemorySegment values = once.allocate(GpioUapi.LINE_VALUES);
            values.set(JAVA_LONG, GpioUapi.offset(GpioUapi.LINE_VALUES, "mask"), 1);
            Libc.ioctl(line, GpioUapi.GET_VALUES, values, "GPIO_V2_LINE_GET_VALUES_IOCTL");
            return (values.get(JAVA_LONG, GpioUapi.offset(GpioUapi.LINE_VALUES, "bits")) & 1) != 0;
        }
    }

    /** Sets an output's logical level. */
    void set(boolean active) throws IOException {
        try (Arena once = Arena.ofConfined()) {
            MemorySegment values = once.allocate(GpioUapi.LINE_VALUES);
            values.set(JAVA_LONG, GpioUapi.offset(GpioUapi.LINE_VALUES, "mask"), 1);
            values.set(JAVA_LONG, GpioUapi.offset(GpioUapi.LINE_VALUES, "bits"), active ? 1 : 0);
            Libc.ioctl(line, GpioUapi.SET_VALUES, values, "GPIO_V2_LINE_SET_VALUES_IOCTL");
        }
    }

    /**
     * Waits for the next edges.
     *
     * @param millis how long at most; -1 without end
     * @return empty when the time is over, or when {@link #isWoken}
     * @throws IOException when the chip is gone
     */
    List<Edge> await(int millis) throws IOException {
        Libc.poll(entries, 2, millis);
        if (woken || entries.get(JAVA_SHORT, POLLFD + HAPPENED) != 0) {
            return List.of();
        }
        short happened = entries.get(JAVA_SHORT, HAPPENED);
        if ((happened & Libc.POLLIN) != 0) {
            return read();
        }
        if (happened != 0) {
            throw new IOException("the chip is gone (poll says 0x" + Integer.toHexString(happened) + ")");
        }
        return List.of();
    }

    private List<Edge> read() throws IOException {
        int got = Libc.read(line, events);
        long size = GpioUapi.LINE_EVENT.byteSize();
        if (got == 0 || got % size != 0) {
            throw new IOException("the chip gave " + got + " octets, and an event has " + size);
        }
        var edges = new ArrayList<Edge>();
        for (long from = 0; from < got; from += size) {
            edges.add(GpioUapi.edge(events, from));
        }
        return edges;
    }

    private void entry(long at, int descriptor) {
        entries.set(JAVA_INT, at, descriptor);
        entries.set(JAVA_SHORT, at + Integer.BYTES, Libc.POLLIN);
    }

    /** Ends every {@link #await}, now and later. */
    void wake() throws IOException {
        woken = true;
        try (Arena once = Arena.ofConfined()) {
            Libc.write(alarm, once.allocateFrom(JAVA_LONG, 1));
        }
    }

    boolean isWoken() {
        return woken;
    }

    @Override
    public void close() {
        Libc.close(line);
        Libc.close(alarm);
        arena.close();
    }
}
