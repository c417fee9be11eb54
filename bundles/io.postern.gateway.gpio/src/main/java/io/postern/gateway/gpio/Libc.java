// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** The calls of the C library that a character device needs and the JDK lacks: above all ioctl and poll. */
public final class Libc {
    /** A call that failed, with the kernel's reason. */
    public static final class ErrnoException extends IOException {
        private static final long serialVersionUID = 1L;

        private final int errno;

        ErrnoException(String call, int errno) {
            super(call + ": " + text(errno) + " (errno " + errno + ")");
            this.errno = errno;
        }

        public int errno() {
            return errno;
        }
    }

    // asm-generic/errno-base.h, the same on every architecture
    public static final int ENOENT = 2;
    static final int EINTR = 4;
    public static final int ENXIO = 6;
    public static final int EAGAIN = 11;
    public static final int EACCES = 13;
    static final int EBUSY = 16;
    static final int ENODEV = 19;
    static final int EINVAL = 22;
    static final int ENOTTY = 25;

    // asm-generic/errno.h, the same on x86, ARM and RISC-V
    public static final int EOPNOTSUPP = 95;
    public static final int ETIMEDOUT = 110;
    public static final int EREMOTEIO = 121;

    static final short POLLIN = 1;

    private static final int O_RDWR = 2;
    private static final int O_CLOEXEC = 0x80000;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO_OF = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle OPEN = handle(
            "open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), ERRNO, Linker.Option.firstVariadicArg(2));
    private static final MethodHandle IOCTL = handle(
            "ioctl",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
            ERRNO,
            Linker.Option.firstVariadicArg(2));
    private static final MethodHandle READ =
            handle("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG), ERRNO);
    private static final MethodHandle WRITE =
            handle("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG), ERRNO);
    private static final MethodHandle POLL =
            handle("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT), ERRNO);
    private static final MethodHandle EVENTFD =
            handle("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), ERRNO);
    private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle STRERROR = handle("strerror", FunctionDescriptor.of(ADDRESS, JAVA_INT));

    private Libc() {}

    public static int open(String path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int fd = (int) OPEN.invokeExact(state, arena.allocateFrom(path), O_RDWR | O_CLOEXEC);
            return checked(fd, state, "open " + path);
        } catch (Throwable t) {
            throw asIo(t);
        }
    }

    public static void ioctl(int fd, long request, MemorySegment argument, String name) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int result = (int) IOCTL.invokeExact(state, fd, request, argument);
            checked(result, state, name);
        } catch (Throwable t) {
            throw asIo(t);
        }
    }

    static int read(int fd, MemorySegment into) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long got = (long) READ.invokeExact(state, fd, into, into.byteSize());
            return checked((int) got, state, "read");
        } catch (Throwable t) {
            throw asIo(t);
        }
    }

    static void write(int fd, MemorySegment from) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long put = (long) WRITE.invokeExact(state, fd, from, from.byteSize());
            checked((int) put, state, "write");
        } catch (Throwable t) {
            throw asIo(t);
        }
    }

    /**
     * Waits for one of {@code count} entries of struct pollfd; a signal ends it early.
     *
     * @param millis how long at most; -1 without end
     */
    static void poll(MemorySegment entries, long count, int millis) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int ready = (int) POLL.invokeExact(state, entries, count, millis);
            if (ready >= 0 || (int) ERRNO_OF.get(state, 0L) != EINTR) {
                checked(ready, state, "poll");
            }
        } catch (Throwable t) {
            throw asIo(t);
        }
    }

    /** A counter that wakes who polls it when another thread raises it. */
    static int eventfd() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int fd = (int) EVENTFD.invokeExact(state, 0, O_CLOEXEC);
            return checked(fd, state, "eventfd");
        } catch (Throwable t) {
            throw asIo(t);
        }
    }

    public static void close(int fd) {
        try {
            var _ = (int) CLOSE.invokeExact(fd); // the descriptor is gone whatever the call says (close(2))
        } catch (Throwable t) {
            throw new AssertionError("close cannot throw", t);
        }
    }

    private static String text(int errno) {
        try {
            var text = (MemorySegment) STRERROR.invokeExact(errno);
            return text.reinterpret(256).getString(0); // longer than any of glibc's or musl's texts
        } catch (Throwable t) {
            throw new AssertionError("strerror cannot throw", t);
        }
    }

    private static int checked(int result, MemorySegment state, String call) throws ErrnoException {
        if (result < 0) {
            throw new ErrnoException(call, (int) ERRNO_OF.get(state, 0L));
        }
        return result;
    }

    private static IOException asIo(Throwable t) {
        return switch (t) {
            case IOException e -> e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> new IOException(t);
        };
    }

    private static MethodHandle handle(String name, FunctionDescriptor shape, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), shape, options);
    }
}
