// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.postern.gateway.gpio.GpioUapi.Edge;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One input line of a GPIO chip, owned until closed: nobody else can request it meanwhile.
 *
 * <p>One thread waits for edges; {@link #wake} from another ends its waiting for good. Close it when that thread has left.
 */
final class InputLine implements AutoCloseable {
    private static final long POLLFD = 8; // struct pollfd: descriptor, events, what happened
    private static final long HAPPENED = 6;

    private final int line;
    private final int alarm;

    private InputLine(int line) throws IOException {
        this.line = line;
        this.alarm = Libc.eventfd();
    }

    /**
     * Requests line {@code number} of {@code chip}, shown to others as used by {@code consumer}.
     *
     * @throws IOException saying why the line cannot be had and what to do
     */
    static InputLine open(Path chip, int number, String consumer) throws IOException {
        int fd = openChip(chip);
        try (Arena arena = Arena.ofConfined()) {
            int lines = lines(chip, fd, arena);
            if (number >= lines) {
                throw new IOException(chip + " has the lines 0 to " + (lines - 1) + ", not " + number);
            }
            return over(request(chip, fd, number, consumer, arena));
        } finally {
            Libc.close(fd); // the line has a descriptor of its own
        }
    }

    /** A line the kernel has granted already. */
    static InputLine over(int descriptor) throws IOException {
        try {
            return new InputLine(descriptor);
        } catch (IOException e) {
            Libc.close(descriptor);
            throw e;
        }
    }

    private static int openChip(Path chip) throws IOException {
        try {
            return Libc.open(chip.toString());
        } catch (Libc.ErrnoException e) {
            String advice =
                    switch (e.errno()) {
                        case Libc.ENOENT -> "there is no such chip; ls /dev/gpiochip* shows which there are";
                        case Libc.EACCES -> "add the gateway's user to the group gpio";
                        default -> "is it a GPIO chip?";
                    };
            throw new IOException("cannot open " + chip + ": " + advice, e);
        }
    }

    private static int lines(Path chip, int fd, Arena arena) throws IOException {
        MemorySegment info = arena.allocate(GpioUapi.CHIP_INFO);
        try {
            Libc.ioctl(fd, GpioUapi.GET_CHIP_INFO, info, "GPIO_GET_CHIPINFO_IOCTL");
        } catch (Libc.ErrnoException e) {
            throw new IOException(chip + " is not a GPIO chip", e);
        }
        return info.get(JAVA_INT, GpioUapi.offset(GpioUapi.CHIP_INFO, "lines"));
    }

    private static int request(Path chip, int fd, int number, String consumer, Arena arena) throws IOException {
        MemorySegment request = GpioUapi.lineRequest(arena, number, consumer);
        try {
            Libc.ioctl(fd, GpioUapi.GET_LINE, request, "GPIO_V2_GET_LINE_IOCTL");
        } catch (Libc.ErrnoException e) {
            String advice =
                    switch (e.errno()) {
                        case Libc.EBUSY -> "it is in use; gpioinfo shows by whom";
                        case Libc.ENOTTY, Libc.EINVAL -> "the kernel knows no version 2 requests, Linux 5.10 is needed";
                        default -> "it cannot be an input with edges";
                    };
            throw new IOException("cannot have line " + number + " of " + chip + ": " + advice, e);
        }
        return GpioUapi.granted(request);
    }

    /** The level now. */
    boolean isHigh() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment values = arena.allocate(GpioUapi.LINE_VALUES);
            values.set(JAVA_LONG, GpioUapi.offset(GpioUapi.LINE_VALUES, "mask"), 1);
            Libc.ioctl(line, GpioUapi.GET_VALUES, values, "GPIO_V2_LINE_GET_VALUES_IOCTL");
            return (values.get(JAVA_LONG, GpioUapi.offset(GpioUapi.LINE_VALUES, "bits")) & 1) != 0;
        }
    }

    /**
     * Waits for the next edge.
     *
     * @return empty when woken
     * @throws IOException when the chip is gone
     */
    Optional<Edge> await() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment entries = arena.allocate(2 * POLLFD, Integer.BYTES);
            entry(entries, 0, line);
            entry(entries, POLLFD, alarm);
            while (true) {
                Libc.poll(entries, 2);
                if (entries.get(JAVA_SHORT, POLLFD + HAPPENED) != 0) {
                    return Optional.empty();
                }
                short happened = entries.get(JAVA_SHORT, HAPPENED);
                if ((happened & Libc.POLLIN) != 0) {
                    return Optional.of(read(arena));
                }
                if (happened != 0) {
                    throw new IOException("the chip is gone (poll says 0x" + Integer.toHexString(happened) + ")");
                }
            }
        }
    }

    private Edge read(Arena arena) throws IOException {
        MemorySegment event = arena.allocate(GpioUapi.LINE_EVENT);
        int got = Libc.read(line, event);
        if (got != event.byteSize()) {
            throw new IOException("the chip gave " + got + " octets of an event's " + event.byteSize());
        }
        return GpioUapi.edge(event);
    }

    private static void entry(MemorySegment entries, long at, int descriptor) {
        entries.set(JAVA_INT, at, descriptor);
        entries.set(JAVA_SHORT, at + Integer.BYTES, Libc.POLLIN);
    }

    /** Ends every {@link #await}, now and later. */
    void wake() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Libc.write(alarm, arena.allocateFrom(JAVA_LONG, 1));
        }
    }

    @Override
    public void close() {
        Libc.close(line);
        Libc.close(alarm);
    }
}
