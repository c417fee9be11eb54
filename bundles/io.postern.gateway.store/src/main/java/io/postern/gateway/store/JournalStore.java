// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.Priority;
import io.postern.gateway.spi.OutboxReport;
import io.postern.gateway.spi.OutboxReport.State;
import io.postern.gateway.spi.StateStore;
import io.postern.gateway.store.FileStore.StoredFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The open store: one directory, one writer, and the faces the gateway knows of it. */
final class JournalStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JournalStore.class);
    private static final String ASIDE = ".damaged-";
    private static final int KEPT_ASIDE = 2; // enough to look into, not enough to fill a card
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final FileStore files;
    private final FileChannel lock;
    private final Journal journal;
    private final JournalWriter writer;
    private final JournalOutbox outbox;
    private final OptionalLong deviceBefore;
    private final long openedAt = System.nanoTime();

    private JournalStore(StoreSettings settings, FileStore files, FileChannel lock, Journal journal) {
        this.files = files;
        this.lock = lock;
        this.journal = journal;
        this.writer = new JournalWriter(journal, settings.window(), files.place());
        this.outbox = new JournalOutbox(journal, writer);
        this.deviceBefore = files.deviceWritten();
    }

    /** @throws IOException when the directory cannot be used or another gateway has it; damage is no reason */
    static JournalStore open(StoreSettings settings, InstantSource clock) throws IOException {
        FileChannel lock = DiskFiles.lock(settings.directory());
        try {
            FileStore files = new DiskFiles(settings.directory());
            return new JournalStore(settings, files, lock, recover(files, Shape.of(settings), clock, System::nanoTime));
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** @param most segments of {@code segment} octets */
    record Shape(int segment, int most, DropRules rules) {
        static Shape of(StoreSettings settings) {
            return new Shape(settings.segment(), (int) (settings.capacity() / settings.segment()), settings.rules());
        }
    }

    /** Reads what is there and makes it ready to go on. */
    static Journal recover(FileStore files, Shape shape, InstantSource clock, LongSupplier nanoTime)
            throws IOException {
        var index = new Index();
        var recovery = new Recovery(index, clock.instant());
        int lastFile = 0;
        for (String name : files.list()) {
            if (Segments.isSegment(name)) {
                lastFile = Math.max(lastFile, fileNumber(name));
                StoredFile file = files.open(name);
                recovery.look(name, file);
                if (recovery.broken().contains(name)) {
                    file.close();
                }
            }
        }
        recovery.read();
        var segments = new Segments(files, shape.segment(), shape.most(), nanoTime);
        for (String name : recovery.broken()) {
            putAside(files, name, clock.instant());
        }
        segments.takeOver(recovery.segments(), recovery.unused(), recovery.highest(), lastFile + 1);
        // what a process that was killed had written and not synced is about to be believed
        for (Segment segment : recovery.segments().reversed().stream().limit(2).toList()) {
            segment.persist();
        }
        recovery.findings().forEach(finding -> LOG.atWarn()
                .addKeyValue("file", finding.file())
                .addKeyValue("offset", finding.offset())
                .log(finding.what()));
        return new Journal(index, segments, shape.rules(), new Counters(files.place()), clock);
    }

    JournalOutbox outbox() {
        return outbox;
    }

    StateStore stateStore() {
        return new JournalStateStore(journal, writer);
    }

    OutboxReport report() {
        Counters counters = journal.counters;
        Map<Priority, Long> dropped = new EnumMap<>(Priority.class);
        for (Priority priority : Priority.values()) {
            dropped.put(priority, counters.dropped(priority));
        }
        double seconds = Math.max(1, (System.nanoTime() - openedAt) / 1e9);
        double rate = counters.recordBytes() / seconds;
        OptionalLong device = files.deviceWritten();
        return journal.locked(() -> {
            Map<Priority, Long> messages = new EnumMap<>(Priority.class);
            for (Priority priority : Priority.values()) {
                messages.put(priority, journal.index.messages(priority));
            }
            long bytes = journal.segments.liveBytes();
            long capacity = journal.segments.limit();
            return new OutboxReport(
                    state(bytes, capacity),
                    counters.trouble().map(Counters.Trouble::detail).orElse(""),
                    bytes,
                    capacity,
                    messages,
                    dropped,
                    outbox.oldest(),
                    rate,
                    rate > 0
                            ? Optional.of(Duration.ofSeconds((long) (Math.max(0, capacity - bytes) / rate)))
                            : Optional.empty(),
                    new OutboxReport.Traffic(
                            counters.messages(),
                            counters.acknowledged(),
                            counters.payload(),
                            counters.written(),
                            counters.flushes(),
                            device.isPresent() && deviceBefore.isPresent()
                                    ? OptionalLong.of(device.getAsLong() - deviceBefore.getAsLong())
                                    : OptionalLong.empty()));
        });
    }

    private State state(long bytes, long capacity) {
        if (writer.isClosing()) {
            return State.CLOSED;
        }
        if (journal.counters.trouble().isPresent()) {
            return journal.counters.trouble().get().state();
        }
        if (bytes > capacity / 50 * 49) {
            return State.FULL;
        }
        return bytes > capacity / 5 * 4 ? State.NEARLY_FULL : State.READY;
    }

    /** Writes what is still waiting; idempotent, returns within a bound. */
    @Override
    public void close() {
        writer.close();
        try {
            lock.close();
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("directory", files.place()).setCause(e).log("cannot release the store");
        }
    }

    private static int fileNumber(String name) {
        try {
            return Integer.parseInt(name.substring(Segments.PREFIX.length(), name.length() - Segments.SUFFIX.length()));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** A file in which not one record can be read: kept to be looked into. */
    private static void putAside(FileStore files, String name, Instant now) throws IOException {
        String aside = name + ASIDE + STAMP.format(now);
        LOG.atError()
                .addKeyValue("file", name)
                .addKeyValue("movedTo", aside)
                .log(
                        "a segment of the outbox holds nothing that can be read: moved aside; check the disk, then delete it");
        files.rename(name, aside);
        for (String old : files.list().stream()
                .filter(file -> file.contains(ASIDE))
                .sorted(Comparator.reverseOrder())
                .skip(KEPT_ASIDE)
                .toList()) {
            files.delete(old);
        }
    }

    /** What can be done about it, for the log and {@code ./postern outbox verify}. */
    static String remedy(List<Recovery.Finding> findings) {
        return findings.isEmpty()
                ? "nothing to do"
                : "the gateway goes on with what can be read and tells the hub what is missing;"
                        + " if this comes again, replace the disk";
    }
}
