// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.store.FileStore.StoredFile;
import io.postern.wire.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of the journal: which is written to, which are full, which can be used again. Changed by the writer's thread
 * alone, under the {@link Index}'s lock where others look.
 */
final class Segments {
    static final String PREFIX = "outbox-";
    static final String SUFFIX = ".segment";
    // far from what stands in records otherwise, so that it is told from chance
    static final int FIRST_NUMBER = 0x5A000001;
    static final int VERSION = 1;
    private static final int LEAST = 3; // one to write to, one full, one for what is carried over
    private static final long RETRY = 60_000_000_000L; // a disk that was full is asked again each minute

    private final FileStore files;
    private final int size;
    private final int most;
    private final LongSupplier nanoTime;
    private final List<Segment> sealed = new ArrayList<>();
    private final Deque<Segment> free = new ArrayDeque<>();
    private @Nullable Segment active;
    private int nextNumber = FIRST_NUMBER;
    private int nextFile = 1;
    private Optional<Long> refusedAt = Optional.empty();

    Segments(FileStore files, int size, int most, LongSupplier nanoTime) {
        this.files = files;
        this.size = size;
        this.most = most;
        this.nanoTime = nanoTime;
    }

    /** Takes over what was found; the newest goes on where it ends. */
    void takeOver(List<Segment> found, List<Segment> unused, int highest, int fileAfter) {
        nextFile = fileAfter;
        free.addAll(unused);
        nextNumber = Math.max(nextNumber, highest + 1);
        for (Segment segment :
                found.stream().sorted(Comparator.comparingInt(Segment::number)).toList()) {
            sealed.add(segment);
        }
        if (!sealed.isEmpty()) {
            active = sealed.removeLast();
        }
    }

    static boolean isSegment(String name) {
        return name.startsWith(PREFIX) && name.endsWith(SUFFIX);
    }

    int segmentSize() {
        return size;
    }

    Optional<Segment> active() {
        return Optional.ofNullable(active);
    }

    List<Segment> sealed() {
        return sealed;
    }

    int freeCount() {
        return free.size();
    }

    int count() {
        return sealed.size() + free.size() + (active == null ? 0 : 1);
    }

    Stream<Segment> all() {
        return Stream.concat(Stream.concat(sealed.stream(), free.stream()), active().stream());
    }

    long liveBytes() {
        return all().mapToLong(Segment::liveBytes).sum();
    }

    /** Messages that wait, with the few records beside them that are needed, too. */
    long liveRecords() {
        return all().mapToLong(Segment::live).sum();
    }

    int oldestNumber() {
        return all().mapToInt(Segment::number).min().orElse(nextNumber);
    }

    /** What may be live before messages are given up: an eighth of the segments' room keeps carrying over cheap. */
    long limit() {
        int there = mayCreate() ? most : count();
        return there < LEAST ? 0 : (long) (there - 2) * size / 8 * 7;
    }

    /** The limit when the disk gives all that is configured. */
    long capacity() {
        return (long) (most - 2) * size / 8 * 7;
    }

    boolean mayCreate() {
        return count() < most
                && refusedAt.map(at -> nanoTime.getAsLong() - at > RETRY).orElse(true);
    }

    /** Makes one more file, to have it when it is needed. */
    void create() throws IOException {
        String name = String.format(java.util.Locale.ROOT, "%s%05d%s", PREFIX, nextFile, SUFFIX);
        try {
            StoredFile file = files.create(name, size);
            refusedAt = Optional.empty();
            free.add(new Segment(name, file, 0, 0));
        } catch (IOException e) {
            refusedAt = Optional.of(nanoTime.getAsLong());
            throw e;
        } finally {
            nextFile++;
        }
    }

    /**
     * Begins a new segment with {@code checkpoint}, not synced yet.
     *
     * @throws IOException when there is no file to use; then the one before goes on
     */
    void rollOver(List<Entry> checkpoint) throws IOException {
        if (free.isEmpty()) {
            create();
        }
        Segment next = free.getFirst();
        next.renumber(nextNumber++);
        write(next, checkpoint);
        free.removeFirst();
        if (active != null) {
            sealed.add(active);
        }
        active = next;
    }

    /** Begins the newest segment once more: the sync of its beginning failed, and the disk may have dropped it for good. */
    void beginAgain(List<Entry> checkpoint) throws IOException {
        Segment newest = active().orElseThrow();
        newest.renumber(nextNumber++);
        write(newest, checkpoint);
    }

    /** @param dead sealed segments in which nothing is needed, by what is synced */
    void reuse(List<Segment> dead) {
        for (Segment segment : dead) {
            if (!segment.isLive() && sealed.remove(segment)) {
                free.add(segment);
            }
        }
    }

    void close() throws IOException {
        for (Segment segment : all().toList()) {
            segment.file.close();
        }
    }

    private static void write(Segment segment, List<Entry> checkpoint) throws IOException {
        var first = Entry.of(
                Entry.Kind.SEGMENT,
                Bytes.of(ByteBuffer.allocate(8)
                        .putInt(VERSION)
                        .putInt(segment.file.size())
                        .array()));
        var batch = new Batch(segment);
        batch.add(first);
        for (Entry leaf : checkpoint) {
            if (!batch.hasRoomFor(leaf)) {
                batch.write();
                batch = new Batch(segment);
            }
            batch.add(leaf);
        }
        batch.write();
    }
}
