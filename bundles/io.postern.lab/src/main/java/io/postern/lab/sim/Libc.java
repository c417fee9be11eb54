// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim;

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

/** The few calls of the Linux C library a pseudo-terminal needs, none of which the JDK offers. */
final class Libc {
    static final int O_RDWR = 2;
    static final int O_NOCTTY = 0x100;
    static final int O_NONBLOCK = 0x800;
    static final int O_CLOEXEC = 0x80000;

    private static final int EAGAIN = 11;
    private static final int EINTR = 4;

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
    private static final MethodHandle PPOLL =
            handle("ppoll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS), ERRNO);
    private static final MethodHandle EVENTFD =
            handle("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), ERRNO);
    private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private Libc() {}

    static int open(String path, int flags) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int fd = (int) OPEN.invokeExact(state, arena.allocateFrom(path), flags | O_CLOEXEC);
            return checked(fd, state, "open " + path);
        } catch (Throwable t) {
            throw asIo(t);
        }
    }

    static void ioctl(int fd, long request, MemorySegment argument) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int result = (int) IOCTL.invokeExact(state, fd, request, argument);
            checked(result, state, "ioctl 0x" + Long.toHexString(request));
        } catch (Throwable t) {
            throw asIo(t);
        }
    }

    /** @return the number of octets read, 0 when there are none now */
    static int read(int fd, MemorySegment into) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long got = (long) READ.invokeExact(state, fd, into, into.byteSize());
            return none(got, state) ? 0 : checked((int) got, state, "read");
        } catch (Throwable t) {
            throw asIo(t);
        }
    }

    /** @return the number of octets written, 0 when the other side does not take any now */
    static int write(int fd, MemorySegment from) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long put = (long) WRITE.invokeExact(state, fd, from, from.byteSize());
            return none(put, state) ? 0 : checked((int) put, state, "write");
        } catch (Throwable t) {
            throw asIo(t);
        }
    }

    /** Waits for one of the {@code count} entries of {@code pollfds}, at most as long as {@code timespec} says. */
    static void poll(MemorySegment pollfds, long count, MemorySegment timespec) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int ready = (int) PPOLL.invokeExact(state, pollfds, count, timespec, MemorySegment.NULL);
            if (!none(ready, state)) {
                checked(ready, state, "ppoll");
            }
        } catch (Throwable t) {
            throw asIo(t);
        }
    }

    /** A counter another thread can raise to end a {@link #poll}. */
    static int eventfd() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int fd = (int) EVENTFD.invokeExact(state, 0, O_NONBLOCK | O_CLOEXEC);
            return checked(fd, state, "eventfd");
        } catch (Throwable t) {
            throw asIo(t);
        }
    }

    static void close(int fd) {
        try {
            // the descriptor is gone whatever the call says (close(2)): nothing to report
            var _ = (int) CLOSE.invokeExact(fd);
        } catch (Throwable t) {
            throw new AssertionError("close cannot throw", t);
        }
    }

    private static boolean none(long result, MemorySegment state) {
        int errno = (int) ERRNO_OF.get(state, 0L);
        return result < 0 && (errno == EAGAIN || errno == EINTR);
    }

    private static int checked(int result, MemorySegment state, String what) throws IOException {
        if (result < 0) {
            throw new IOException(what + " failed with errno " + (int) ERRNO_OF.get(state, 0L));
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
