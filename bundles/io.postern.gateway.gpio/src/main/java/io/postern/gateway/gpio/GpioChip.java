// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.postern.gateway.gpio.GpioUapi.Wish;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;

/** A GPIO chip that is open, to ask about its lines and to request one. */
final class GpioChip implements AutoCloseable {
    private final Path path;
    private final int descriptor;
    private final String label;
    private final int lines;

    private GpioChip(Path path, int descriptor) throws IOException {
        this.path = path;
        this.descriptor = descriptor;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(GpioUapi.CHIP_INFO);
            try {
                Libc.ioctl(descriptor, GpioUapi.GET_CHIP_INFO, info, "GPIO_GET_CHIPINFO_IOCTL");
            } catch (Libc.ErrnoException e) {
                throw new IOException(path + " is not a GPIO chip", e);
            }
            this.label = info.getString(GpioUapi.offset(GpioUapi.CHIP_INFO, "label"));
            this.lines = info.get(JAVA_INT, GpioUapi.offset(GpioUapi.CHIP_INFO, "lines"));
        }
    }

    /** @throws IOException saying what to do */
    static GpioChip open(Path chip) throws IOException {
        int descriptor;
        try {
            descriptor = Libc.open(chip.toString());
        } catch (Libc.ErrnoException e) {
            String advice =
                    switch (e.errno()) {
                        case Libc.ENOENT -> "there is no such chip; ls /dev/gpiochip* shows which there are";
                        case Libc.EACCES -> "add the gateway's user to the group gpio";
                        default -> "is it a GPIO chip?";
                    };
            throw new IOException("cannot open " + chip + ": " + advice, e);
        }
        try {
            return new GpioChip(chip, descriptor);
        } catch (IOException e) {
            Libc.close(descriptor);
            throw e;
        }
    }

    /** The chips of a device directory, by name. */
    static List<Path> all(Path devices) throws IOException {
        var chips = new ArrayList<Path>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(devices, "gpiochip*")) {
            found.forEach(chips::add);
        }
        Collections.sort(chips);
        return chips;
    }

    /** The maker's name of the chip, the same after each start. */
    String label() {
        return label;
    }

    int lines() {
        return lines;
    }

    /** The number of the line that the board calls {@code name}. */
    OptionalInt named(String name) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(GpioUapi.LINE_INFO);
            for (int number = 0; number < lines; number++) {
                info.fill((byte) 0);
                info.set(JAVA_INT, GpioUapi.offset(GpioUapi.LINE_INFO, "offset"), number);
                Libc.ioctl(descriptor, GpioUapi.GET_LINE_INFO, info, "GPIO_V2_GET_LINEINFO_IOCTL");
                if (info.getString(GpioUapi.offset(GpioUapi.LINE_INFO, "name")).equals(name)) {
                    return OptionalInt.of(number);
                }
            }
            return OptionalInt.empty();
        }
    }

    /** The descriptor of line {@code number}, which is now the caller's. */
    int request(int number, String consumer, Wish wish) throws IOException {
        if (number >= lines) {
            throw new IOException(path + " has the lines 0 to " + (lines - 1) + ", not " + number);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = GpioUapi.lineRequest(arena, number, consumer, wish);
            Libc.ioctl(descriptor, GpioUapi.GET_LINE, request, "GPIO_V2_GET_LINE_IOCTL");
            return GpioUapi.granted(request);
        } catch (Libc.ErrnoException e) {
            String advice =
                    switch (e.errno()) {
                        case Libc.EBUSY -> "it is in use; gpioinfo shows by whom";
                        case Libc.ENOTTY -> "the kernel knows no version 2 requests, Linux 5.10 is needed";
                        case Libc.ENODEV -> "the chip is gone";
                        default -> "it cannot be what the template asks; not every line has edges or a bias";
                    };
            throw new IOException("cannot have line " + number + " of " + path + ": " + advice, e);
        }
    }

    @Override
    public void close() {
        Libc.close(descriptor);
    }
}
