// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Asks the kernel what became of RS-485 settings: the library that sets them says yes whatever the driver said. Loaded
 * for lines with such settings only.
 */
final class Rs485Driver {
    private static final long TIOCGRS485 = 0x542E; // asm-generic/ioctls.h
    private static final int SIZE = 32; // linux/serial.h, struct serial_rs485: flags, two delays, padding
    private static final int ENABLED = 1;
    private static final int RTS_ON_SEND = 2;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle IOCTL = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("ioctl"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
            Linker.Option.firstVariadicArg(2));

    private Rs485Driver() {}

    /** What the driver of the port that this process has open at {@code device} does otherwise than {@code wanted}. */
    static Optional<String> complaint(Path device, Rs485 wanted) throws IOException {
        Optional<Integer> descriptor = descriptorOf(device);
        if (descriptor.isEmpty()) {
            return Optional.of("the port's descriptor was not found, so nobody knows");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(SIZE, Integer.BYTES);
            if (ioctl(descriptor.get(), state) < 0) {
                return Optional.of("the driver of the port knows no RS-485 mode");
            }
            int flags = state.get(JAVA_INT, 0);
            if ((flags & ENABLED) == 0) {
                return Optional.of("the driver left its RS-485 mode off");
            }
            boolean high = (flags & RTS_ON_SEND) != 0;
            long before = state.get(JAVA_INT, 4);
            long after = state.get(JAVA_INT, 8);
            boolean same = high == wanted.isRtsHighWhileSending()
                    && before == wanted.before().toMillis()
                    && after == wanted.after().toMillis();
            return same
                    ? Optional.empty()
                    : Optional.of("the driver keeps RTS " + (high ? "high" : "low") + " while sending, " + before
                            + " ms before and " + after + " ms after");
        }
    }

    private static Optional<Integer> descriptorOf(Path device) throws IOException {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path each : open) {
                if (Files.isSymbolicLink(each) && leadsTo(each, device)) {
                    return Optional.of(Integer.valueOf(each.getFileName().toString()));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean leadsTo(Path descriptor, Path device) {
        try {
            return Files.readSymbolicLink(descriptor).equals(device);
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    private static int ioctl(int descriptor, MemorySegment state) {
        try {
            return (int) IOCTL.invokeExact(descriptor, TIOCGRS485, state);
        } catch (Throwable t) {
            throw new AssertionError("ioctl throws nothing", t);
        }
    }
}
