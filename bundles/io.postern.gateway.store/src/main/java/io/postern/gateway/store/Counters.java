// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.Priority;
import io.postern.gateway.spi.OutboxReport.State;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the journal has done, and what troubles it; told in the log when that changes. Safe for threads. */
final class Counters {
    private static final Logger LOG = LoggerFactory.getLogger(Counters.class);

    /** Why nothing can be stored, in words. */
    record Trouble(State state, String detail) {}

    private final String place;
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong payload = new AtomicLong();
    private final AtomicLong recordBytes = new AtomicLong();
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong flushes = new AtomicLong();
    private final AtomicLong damaged = new AtomicLong();
    private final AtomicLongArray dropped = new AtomicLongArray(Priority.values().length);
    private volatile Optional<Trouble> trouble = Optional.empty();

    Counters(String place) {
        this.place = place;
    }

    void stored(int bodyLength, int recordLength) {
        messages.incrementAndGet();
        payload.addAndGet(bodyLength);
        recordBytes.addAndGet(recordLength);
    }

    void acknowledged(int count) {
        acknowledged.addAndGet(count);
    }

    void wrote(int octets) {
        written.addAndGet(octets);
    }

    void flushed() {
        flushes.incrementAndGet();
    }

    void damage() {
        if (damaged.getAndIncrement() == 0) {
            LOG.atError()
                    .addKeyValue("directory", place)
                    .log("what was stored cannot be read any more and is told to the hub as a gap; check the disk,"
                            + " then run ./postern outbox verify");
        }
    }

    void dropped(Priority priority, int count) {
        dropped.addAndGet(priority.ordinal(), count);
    }

    /** What a caller is told for whose message nothing may be given up. */
    IOException refused(Priority priority) {
        dropped.incrementAndGet(priority.ordinal());
        return new IOException("the outbox in " + place + " is full and keeps what it has: "
                + priority.name().toLowerCase(java.util.Locale.ROOT)
                + " messages are refused until the hub takes some; set a larger capacity");
    }

    /** Takes note of a failure; answers what callers are told. */
    IOException trouble(IOException cause) {
        Trouble now = classify(cause);
        if (trouble.map(Trouble::state).filter(now.state()::equals).isEmpty()) {
            LOG.atError().addKeyValue("directory", place).setCause(cause).log(now.detail());
        }
        trouble = Optional.of(now);
        return new IOException(now.detail(), cause);
    }

    void well() {
        if (trouble.isPresent()) {
            trouble = Optional.empty();
            LOG.atInfo().addKeyValue("directory", place).log("the outbox takes readings again");
        }
    }

    Optional<Trouble> trouble() {
        return trouble;
    }

    long dropped(Priority priority) {
        return dropped.get(priority.ordinal());
    }

    long messages() {
        return messages.get();
    }

    long acknowledged() {
        return acknowledged.get();
    }

    long payload() {
        return payload.get();
    }

    long recordBytes() {
        return recordBytes.get();
    }

    long written() {
        return written.get();
    }

    long flushes() {
        return flushes.get();
    }

    private Trouble classify(IOException cause) {
        String text = String.valueOf(cause.getMessage());
        if (text.contains("No space left") || text.contains("quota exceeded")) {
            return new Trouble(
                    State.DISK_FULL,
                    "the disk under " + place
                            + " is full: nothing can be stored; make room there, it goes on by itself");
        }
        if (text.contains("Read-only file system")
                || cause instanceof AccessDeniedException
                || cause.getCause() instanceof ReadOnlyFileSystemException) {
            return new Trouble(
                    State.READ_ONLY,
                    "the file system of " + place
                            + " is read-only: nothing can be stored; look at the kernel's log, mount it writable again");
        }
        return new Trouble(
                State.FAILING,
                "cannot write to the store in " + place + ": " + text + "; check the disk and the kernel's log");
    }
}
