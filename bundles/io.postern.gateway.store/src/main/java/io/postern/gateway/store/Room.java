// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.store.Entry.Found;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes room in the journal: carries over what is still needed of a segment, gives up messages by the drop rules. */
final class Room {
    private static final int CHUNK = 64; // parts of the limit freed at once, so that not each message costs a gap
    private static final int MOST_AT_ONCE = 4096; // messages given up with one gap

    private final Journal journal;
    private final DropRules rules;

    Room(Journal journal, DropRules rules) {
        this.journal = journal;
        this.rules = rules;
    }

    /** Keeps one segment free: without it nothing could be carried over. */
    void reserve() throws IOException {
        Segments segments = journal.segments;
        if (segments.active().filter(Segment::hasBegun).isEmpty() || segments.freeCount() > 0) {
            return;
        }
        if (segments.sealed().stream().noneMatch(segment -> !segment.isLive()) && segments.mayCreate()) {
            try {
                segments.create();
            } catch (IOException e) {
                journal.counters.trouble(e); // what is there must do
            }
        }
        if (segments.freeCount() == 0 && segments.count() > 2) {
            carryOver();
        }
    }

    /** Copies what is needed of the emptiest segment to the end of the journal, so that it can be used again. */
    private void carryOver() throws IOException {
        Optional<Segment> emptiest = journal.locked(
                () -> journal.segments.sealed().stream().min(Comparator.comparingLong(Segment::liveBytes)));
        if (emptiest.isEmpty()
                || emptiest.get().liveBytes() + 4096 > journal.active().room()) {
            return; // not now: with the next segment
        }
        new CarryOver(journal, emptiest.get()).run();
    }

    /**
     * Gives up messages until {@code bytes} more fit.
     *
     * @return false when nothing may be given up for a message of {@code priority}
     */
    boolean make(long bytes, boolean count, Priority priority) throws IOException {
        long chunk = Math.max(1, journal.segments.limit() / CHUNK);
        boolean less = count;
        while (less || journal.locked(journal.segments::liveBytes) + bytes > journal.segments.limit()) {
            if (journal.segments.limit() == 0 || !giveUp(Math.max(bytes, chunk), priority)) {
                return false;
            }
            less = false;
        }
        return true;
    }

    private boolean giveUp(long bytes, Priority priority) throws IOException {
        for (Priority victim : rules.victims(priority)) {
            List<LeafQueue> largest = journal.locked(() -> journal.index.leaves().stream()
                    .filter(queue -> queue.count(victim) > 0)
                    .sorted(Comparator.comparingLong(LeafQueue::bytes).reversed())
                    .toList());
            for (LeafQueue queue : largest) {
                List<Waiting.Message> oldest = journal.locked(() -> oldest(queue, victim, bytes));
                if (!oldest.isEmpty()) {
                    giveUp(queue, oldest, victim);
                    return true;
                }
            }
        }
        return false;
    }

    /** The oldest of a class that are not on their way to the hub already. */
    private static List<Waiting.Message> oldest(LeafQueue queue, Priority victim, long bytes) {
        List<Waiting.Message> found = new ArrayList<>();
        var freed = new long[1];
        for (Run run : queue.runs()) {
            long each = run.bytes() / run.count();
            run.walk(spot -> {
                if (spot.priority() == victim && spot.sequence() > queue.shown()) {
                    found.add(new Waiting.Message(spot, run.segment));
                    freed[0] += each;
                }
                return freed[0] >= bytes || found.size() >= MOST_AT_ONCE;
            });
            if (freed[0] >= bytes || found.size() >= MOST_AT_ONCE) {
                break;
            }
        }
        return found;
    }

    private void giveUp(LeafQueue queue, List<Waiting.Message> gone, Priority victim) throws IOException {
        Optional<Stamp> begin = taken(gone.getFirst());
        Stamp end = taken(gone.getLast()).orElse(new Stamp(Instant.EPOCH, io.postern.gateway.TimeQuality.UNKNOWN, 0));
        for (List<Gap.Range> part : parts(gone)) {
            tell(queue, new Gap(Gap.FULL, begin, end, part));
        }
        journal.counters.dropped(victim, gone.size());
    }

    /** The numbers as ranges, as many at a time as one gap takes. */
    private static List<List<Gap.Range>> parts(List<Waiting.Message> gone) {
        List<Gap.Range> ranges = new ArrayList<>();
        for (Waiting.Message message : gone) {
            long sequence = message.spot().sequence();
            if (!ranges.isEmpty() && ranges.getLast().to() == sequence - 1) {
                ranges.add(new Gap.Range(ranges.removeLast().from(), sequence));
            } else {
                ranges.add(new Gap.Range(sequence, sequence));
            }
        }
        List<List<Gap.Range>> parts = new ArrayList<>();
        for (int from = 0; from < ranges.size(); from += Gap.MOST_RANGES) {
            parts.add(List.copyOf(ranges.subList(from, Math.min(ranges.size(), from + Gap.MOST_RANGES))));
        }
        return parts;
    }

    /** Stores the gap, joined with the one before it when that has not been told yet; then the messages are gone. */
    private void tell(LeafQueue queue, Gap gap) throws IOException {
        Optional<LeafQueue.Told> before =
                journal.locked(() -> Optional.ofNullable(queue.gaps().lowerEntry(gap.position()))
                        .map(Map.Entry::getValue)
                        .filter(told -> told.gap().position() > queue.shown()));
        Optional<Gap> joined = before.flatMap(told -> told.gap().with(gap));
        Gap whole = joined.orElse(gap);
        journal.begin(whole.entry(queue.number).size() + 2 * Entry.HEAD);
        var batch = new Batch(journal.active());
        Batch.Placed place = batch.add(whole.entry(queue.number));
        try {
            journal.sync(batch);
        } catch (IOException e) {
            journal.leaveBehind(batch);
            throw e;
        }
        journal.change(() -> {
            queue.drop(spot -> whole.covers(spot.sequence()));
            if (joined.isPresent()) {
                queue.untell(before.orElseThrow().gap().position());
            }
            queue.tell(new LeafQueue.Told(whole, journal.active(), place.offset(), place.size()));
            queue.arrived.signalAll();
        });
    }

    private static Optional<Stamp> taken(Waiting.Message message) throws IOException {
        return switch (message.segment().read(message.spot().offset())) {
            case Found.Good(Entry entry, var _) -> Optional.of(entry.taken());
            case Found.BrokenBody(Entry entry, var _) -> Optional.of(entry.taken());
            case Found.BrokenHead _, Found.Nothing _ -> Optional.empty();
        };
    }
}
