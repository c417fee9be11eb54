// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.store.Entry.Found;
import io.postern.gateway.store.Entry.Kind;
import io.postern.gateway.store.FileStore.StoredFile;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the segments in the order of their numbers and makes the index of what stands in them. Behind what cannot be read
 * it looks for the next record that can; what a leaf's numbers show to be missing becomes a gap. Writes nothing.
 */
final class Recovery {
    private static final int STEP = 8;
    // the numbers skipped when nobody can tell whose the last record was: more than one flush has room for
    private static final int SKIPPED = 1000;

    /** Something that was not as it was written. */
    record Finding(String file, int offset, String what) {}

    /** A message or gap of a leaf whose name was not read yet: it is written again now and then. */
    private record Nameless(Segment segment, Entry entry, int offset, int size) {}

    private final List<Nameless> nameless = new ArrayList<>();
    private final Index index;
    private final Instant now;
    private final List<Finding> findings = new ArrayList<>();
    private final List<Segment> segments = new ArrayList<>();
    private final List<Segment> unused = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private @Nullable ByteBuffer buffer;
    private Optional<Segment> doubtful = Optional.empty(); // whose last record has lost its head
    private boolean closedWell;
    private long records;
    private int highest;

    Recovery(Index index, Instant now) {
        this.index = index;
        this.now = now;
    }

    /** Reads {@code file}; a file without any record of a segment is told and left out. */
    void look(String name, StoredFile file) throws IOException {
        int size = file.size();
        Optional<Integer> number = size < Entry.HEAD ? Optional.empty() : number(file, size);
        if (number.isEmpty() && size > 0 && isEmpty(load(file, size))) {
            unused.add(new Segment(name, file, 0, 0));
            return;
        }
        if (number.isEmpty()) {
            broken.add(name);
            return;
        }
        segments.add(new Segment(name, file, number.get(), 0));
    }

    /** Everything was looked at: reads it, oldest first. */
    void read() throws IOException {
        segments.sort(Comparator.comparingInt(Segment::number));
        for (Segment segment : segments) {
            closedWell = false;
            doubtful = Optional.empty();
            replay(segment);
        }
        List<Nameless> before = List.copyOf(nameless);
        nameless.clear();
        before.forEach(each -> apply(each.segment(), each.entry(), each.offset(), each.size()));
        nameless.forEach(each -> findings.add(
                new Finding(each.segment().name, each.offset(), "a message of a leaf whose name is damaged")));
        doubtful.ifPresent(this::skip);
        index.leaves().forEach(this::settle);
        buffer = null;
    }

    List<Segment> segments() {
        return segments;
    }

    /** Files that were made and not written to yet. */
    List<Segment> unused() {
        return unused;
    }

    private static boolean isEmpty(ByteBuffer all) {
        while (all.remaining() >= Long.BYTES) {
            if (all.getLong() != 0) {
                return false;
            }
        }
        return true;
    }

    /** Files that hold no segment. */
    List<String> broken() {
        return broken;
    }

    List<Finding> findings() {
        return findings;
    }

    /** Whether the last process closed the store. */
    boolean closedWell() {
        return closedWell;
    }

    long records() {
        return records;
    }

    /** The number in its first head, or the highest in it when that one is broken; a fresh file has none. */
    private Optional<Integer> number(StoredFile file, int size) throws IOException {
        ByteBuffer all = load(file, size);
        int newest = 0;
        for (int at = 0; at + Entry.HEAD <= size; at += STEP) {
            int candidate = all.getInt(at + 4);
            if (candidate > newest
                    && candidate >= Segments.FIRST_NUMBER
                    && Entry.at(all, at, candidate, false) instanceof Found.Good) {
                newest = candidate;
            }
        }
        // heads of a higher number than the first were never synced with it; their number is not given out again
        highest = Math.max(highest, newest);
        int first = all.getInt(4);
        boolean begins = first >= Segments.FIRST_NUMBER
                && Entry.at(all, 0, first, false) instanceof Found.Good(Entry entry, var _)
                && entry.kind() == Kind.SEGMENT;
        return newest == 0 ? Optional.empty() : Optional.of(begins ? first : newest);
    }

    /** The highest number of a segment that was ever begun, as far as it can be seen. */
    int highest() {
        return highest;
    }

    private void replay(Segment segment) throws IOException {
        int size = segment.file.size();
        ByteBuffer all = load(segment.file, size);
        int end = 0;
        int skippedFrom = -1;
        int at = 0;
        while (at + Entry.HEAD <= size) {
            int place = Entry.place(at);
            switch (Entry.at(all, place, segment.number(), false)) {
                case Found.Good(Entry entry, int behind) -> {
                    if (skippedFrom >= 0) {
                        findings.add(new Finding(segment.name, skippedFrom, "a record that cannot be read"));
                        skippedFrom = -1;
                    }
                    doubtful = Optional.empty();
                    apply(segment, entry, place, behind - place);
                    end = behind;
                    at = behind;
                }
                case Found.BrokenBody(Entry head, int behind) -> {
                    findings.add(new Finding(segment.name, place, "a record whose content is damaged or was cut off"));
                    index.wasNumber(head.leaf());
                    if (head.kind() == Kind.MESSAGE || head.kind() == Kind.GAP) {
                        index.leaf(head.leaf()).ifPresent(queue -> queue.moveStored(head.sequence()));
                    }
                    end = behind;
                    at = behind;
                }
                case Found.BrokenHead _ -> {
                    skippedFrom = skippedFrom < 0 ? place : skippedFrom;
                    doubtful = Optional.of(segment);
                    at = place + STEP;
                }
                case Found.Nothing _ -> at = place + STEP;
            }
        }
        segment.moveTail(end);
    }

    private void apply(Segment segment, Entry entry, int offset, int size) {
        records++;
        index.wasNumber(entry.leaf());
        closedWell = entry.kind() == Kind.CLOSED;
        switch (entry.kind()) {
            case SEGMENT, CLOSED -> {}
            case LEAF -> leaf(entry);
            case MESSAGE ->
                index.leaf(entry.leaf())
                        .ifPresentOrElse(
                                queue -> queue.recover(segment, entry.sequence(), offset, entry.priority(), size),
                                () -> nameless.add(new Nameless(segment, entry, offset, size)));
            case CONFIRM ->
                Confirmations.forEach(
                        entry.body(), (leaf, sequence) -> index.leaf(leaf).ifPresent(queue -> {
                            queue.moveStored(sequence);
                            queue.moveConfirmed(sequence);
                        }));
            case FACT, FACT_REMOVED ->
                index.facts().put(Facts.name(entry.body()), segment, offset, size, entry.kind() == Kind.FACT_REMOVED);
            case GAP ->
                index.leaf(entry.leaf())
                        .ifPresentOrElse(
                                queue -> {
                                    Gap gap = Gap.parse(entry.body(), entry.taken());
                                    queue.untell(gap.position());
                                    queue.tell(new LeafQueue.Told(gap, segment, offset, size));
                                },
                                () -> nameless.add(new Nameless(segment, entry, offset, size)));
        }
    }

    private void leaf(Entry entry) {
        LeafQueue queue = index.leaf(entry.leaf(), DeviceId.of(entry.body().toUtf8()));
        queue.wasWritten();
        queue.moveStored(entry.sequence());
        queue.moveConfirmed(entry.time());
    }

    /** Its last record may have been anybody's: no number is given out twice. */
    private void skip(Segment segment) {
        findings.add(new Finding(segment.name, segment.tail(), "the last record has lost its head"));
        for (LeafQueue queue : index.leaves()) {
            if (queue.stored() > 0) {
                queue.owe(new Gap(
                        Gap.PERHAPS,
                        Optional.empty(),
                        new io.postern.gateway.Stamp(now, io.postern.gateway.TimeQuality.UNKNOWN, 0),
                        List.of(new Gap.Range(queue.stored() + 1, queue.stored() + SKIPPED))));
            }
        }
    }

    private void settle(LeafQueue queue) {
        queue.settle();
        Set<Long> superseded = new HashSet<>();
        for (LeafQueue.Told told : queue.gaps().values()) {
            queue.gaps().tailMap(told.gap().position(), false).values().stream()
                    .filter(later -> later.gap().covers(told.gap().position()))
                    .findFirst()
                    .ifPresent(_ -> superseded.add(told.gap().position()));
        }
        superseded.forEach(queue::untell);
        if (!queue.gaps().isEmpty()) {
            List<Gap> told =
                    queue.gaps().values().stream().map(LeafQueue.Told::gap).toList();
            queue.drop(spot -> told.stream().anyMatch(gap -> gap.covers(spot.sequence())));
        }
        queue.confirm(queue.confirmed());
        for (Gap.Range hole : Holes.of(queue)) {
            if (queue.owed().stream().noneMatch(gap -> gap.covers(hole.from()))) {
                findings.add(new Finding(
                        queue.leaf.text(), 0, "messages " + hole.from() + " to " + hole.to() + " are missing"));
                queue.owe(Gap.damaged(hole.from(), Math.min(hole.to(), tellable(queue, hole)), now));
            }
        }
    }

    /** A hole that ends where a skipped stretch begins is told without that. */
    private static long tellable(LeafQueue queue, Gap.Range hole) {
        return queue.owed().stream()
                .filter(gap -> gap.reason().equals(Gap.PERHAPS))
                .mapToLong(gap -> gap.ranges().getFirst().from() - 1)
                .min()
                .orElse(hole.to());
    }

    private ByteBuffer load(StoredFile file, int size) throws IOException {
        if (buffer == null || buffer.capacity() < size) {
            buffer = ByteBuffer.allocateDirect(size);
        }
        ByteBuffer all = buffer.clear().limit(size);
        file.read(all, 0);
        return all.flip();
    }
}
