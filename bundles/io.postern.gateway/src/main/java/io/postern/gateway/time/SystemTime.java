// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.time;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the kernel whether its clock is synchronised, with adjtimex(2): every daemon for NTP and PTP tells it so, whichever a
 * site uses, while each of them has another marker in the file system. The time comes with the answer, so that both are of
 * one moment.
 */
public final class SystemTime {
    private static final Logger LOG = LoggerFactory.getLogger(SystemTime.class);

    // struct timex where a long has 64 bits, as on all that Postern runs on (linux/timex.h)
    static final long SIZE = 208;
    private static final long MAXIMUM_ERROR = 24; // microseconds
    private static final long STATUS = 40;
    private static final long SECONDS = 72;
    private static final long FRACTION = 80; // microseconds, or nanoseconds with the bit below

    private static final int UNSYNCHRONISED = 0x40; // STA_UNSYNC
    private static final int NANOSECONDS = 0x2000; // STA_NANO
    private static final int ERROR = 5; // TIME_ERROR: not synchronised either

    /** A daemon that hears of no server any more lets this grow, half a millisecond each second. */
    private static final Duration WORST = Duration.ofSeconds(2);

    private final Optional<MethodHandle> adjtimex;

    private SystemTime(Optional<MethodHandle> adjtimex) {
        this.adjtimex = adjtimex;
    }

    public static SystemTime open() {
        if (ADDRESS.byteSize() != Long.BYTES) {
            return new SystemTime(Optional.empty());
        }
        Linker linker = Linker.nativeLinker();
        return new SystemTime(linker.defaultLookup()
                .find("adjtimex")
                .map(at -> linker.downcallHandle(at, FunctionDescriptor.of(JAVA_INT, ADDRESS))));
    }

    /** What the kernel claims; empty when it does not say that it knows. */
    public Optional<TimeClaim> claim() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment timex = arena.allocate(SIZE, Long.BYTES);
            OptionalInt state = look(timex);
            return state.isEmpty() ? Optional.empty() : read(state.getAsInt(), timex, System.nanoTime());
        }
    }

    /** Lets the kernel fill {@code timex}: with its field modes 0 it only looks. */
    OptionalInt look(MemorySegment timex) {
        if (adjtimex.isEmpty()) {
            return OptionalInt.empty();
        }
        try {
            return OptionalInt.of((int) adjtimex.get().invokeExact(timex));
        } catch (Throwable t) {
            LOG.atDebug().setCause(t).log("the kernel does not tell whether its clock is synchronised");
            return OptionalInt.empty();
        }
    }

    static Optional<TimeClaim> read(int state, MemorySegment timex, long at) {
        int status = timex.get(JAVA_INT, STATUS);
        Duration error = Duration.ofNanos(timex.get(JAVA_LONG, MAXIMUM_ERROR) * 1000);
        if (state < 0 || state == ERROR || (status & UNSYNCHRONISED) != 0 || error.compareTo(WORST) > 0) {
            return Optional.empty();
        }
        long fraction = timex.get(JAVA_LONG, FRACTION);
        long nanos = (status & NANOSECONDS) != 0 ? fraction : fraction * 1000;
        Instant time = Instant.ofEpochSecond(timex.get(JAVA_LONG, SECONDS), nanos);
        return Optional.of(new TimeClaim(TimeSource.NTP, "this machine", time, at, error));
    }
}
