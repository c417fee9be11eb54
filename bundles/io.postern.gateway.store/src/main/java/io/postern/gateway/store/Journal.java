// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.store.Entry.Kind;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The one end at which everything is written. One thread writes; what it wrote is known to the {@link Index} when it is
 * synced and not before.
 */
final class Journal {
    private static final int SECTOR = 512;
    private static final int PAGE = 4096; // what the kernel writes as one
    private static final int AHEAD = 28 * 1024; // the end of a segment is for what must be synced
    private static final long MOST_MESSAGES = 4_000_000; // 12 MB of the gateway's heap, of 32

    final Index index;
    final Segments segments;
    final Counters counters;
    private final Room room;
    private final InstantSource clock;
    private final Confirmations confirmed = new Confirmations(); // guarded by the index's lock
    private boolean begun; // whether the leaves were written down anew since the start; of the writer's thread

    Journal(Index index, Segments segments, DropRules rules, Counters counters, InstantSource clock) {
        this.index = index;
        this.segments = segments;
        this.counters = counters;
        this.clock = clock;
        this.room = new Room(this, rules);
    }

    /** Writes the group, syncs, and tells each of it how it went. */
    void commit(List<Pending> group) {
        List<Pending> rest = new ArrayList<>(group);
        try {
            room.reserve();
            List<Pending> admitted = admit(rest);
            do {
                writeSome(admitted);
            } while (!admitted.isEmpty());
            counters.well();
        } catch (IOException e) {
            IOException failure = counters.trouble(e);
            rest.stream().filter(pending -> !pending.isDone()).forEach(pending -> pending.failed(failure));
        }
    }

    /** Those for which there is room, or room was made; the others are told. */
    private List<Pending> admit(List<Pending> group) throws IOException {
        List<Pending> admitted = new ArrayList<>();
        long live = locked(segments::liveBytes);
        long messages = locked(segments::liveRecords);
        for (Pending pending : group) {
            int size = pending.change.size();
            Priority priority = pending.change instanceof Change.Append append ? append.priority() : Priority.ALARM;
            if (live + size > segments.limit() || messages >= MOST_MESSAGES) {
                long planned = live - locked(segments::liveBytes);
                boolean made = room.make(planned + size, messages >= MOST_MESSAGES, priority);
                live = planned + locked(segments::liveBytes);
                messages = locked(segments::liveRecords) + admitted.size();
                if (!made) {
                    pending.failed(counters.refused(priority));
                    continue;
                }
            }
            live += size;
            messages++;
            admitted.add(pending);
        }
        return admitted;
    }

    /** Writes and syncs as many of {@code waiting} as fit one batch, and takes them out. */
    private void writeSome(List<Pending> waiting) throws IOException {
        if (waiting.isEmpty()
                && locked(() -> confirmed.isEmpty() && index.owing().isEmpty())) {
            return;
        }
        List<Entry> again = begun ? List.of() : locked(index::checkpoint);
        int bound = 2048 + locked(confirmed::octets) + sizeOf(again);
        for (Pending pending : waiting) {
            bound = Math.min(Batch.MOST, bound + pending.change.size() + 2 * Entry.HEAD);
        }
        List<Segment> dead = begin(bound);
        var batch = new Batch(active());
        List<Runnable> applied = new ArrayList<>();
        index.lock.lock();
        try {
            confirmed.addTo(batch);
            addOwed(batch, applied);
        } finally {
            index.lock.unlock();
        }
        add(again, batch);
        Map<LeafQueue, Long> numbers = new HashMap<>();
        List<Pending> taken = new ArrayList<>();
        for (Pending pending : waiting) {
            if (!add(pending, batch, numbers, applied)) {
                break;
            }
            taken.add(pending);
        }
        if (batch.isEmpty()) {
            throw new IOException("a message of " + waiting.getFirst().change.size()
                    + " bytes does not fit a segment of " + segments.segmentSize());
        }
        try {
            sync(batch);
        } catch (IOException e) {
            burn(batch);
            throw e;
        }
        begun = true;
        apply(applied, numbers.keySet());
        taken.forEach(Pending::tell); // not under the lock, which they ask for next
        change(() -> segments.reuse(dead));
        waiting.subList(0, taken.size()).clear();
    }

    /** Sees to it that {@code bound} octets fit; answers what can be used again when the next sync is done. */
    List<Segment> begin(int bound) throws IOException {
        boolean again = segments.active().filter(active -> !active.hasBegun()).isPresent();
        if (again || segments.active().map(active -> active.room() < bound).orElse(true)) {
            List<Entry> checkpoint = locked(index::checkpoint);
            index.lock.lock();
            try {
                if (again) {
                    segments.beginAgain(checkpoint);
                } else {
                    segments.rollOver(checkpoint);
                }
            } finally {
                index.lock.unlock();
            }
            counters.wrote(active().tail());
        }
        return locked(() ->
                segments.sealed().stream().filter(segment -> !segment.isLive()).toList());
    }

    Segment active() {
        return segments.active().orElseThrow();
    }

    private boolean add(Pending pending, Batch batch, Map<LeafQueue, Long> numbers, List<Runnable> applied) {
        return switch (pending.change) {
            case Change.Append append -> addMessage(append, pending, batch, numbers, applied);
            case Change.PutFact(var name, var json) ->
                addFact(Entry.of(Kind.FACT, Facts.body(name, json)), name, pending, batch, applied);
            case Change.RemoveFact(var name) ->
                addFact(Entry.of(Kind.FACT_REMOVED, Facts.body(name, "")), name, pending, batch, applied);
            case Change.Wake _ -> {
                applied.add(() -> pending.done(0));
                yield true;
            }
        };
    }

    private boolean addMessage(
            Change.Append append, Pending pending, Batch batch, Map<LeafQueue, Long> numbers, List<Runnable> applied) {
        LeafQueue queue = locked(() -> index.leaf(append.leaf()));
        long sequence = numbers.getOrDefault(queue, locked(queue::stored)) + 1;
        Entry message = Entry.message(queue.number, sequence, append.priority(), append.taken(), append.body());
        Entry leaf = Entry.leaf(queue.number, queue.leaf.text(), 0, 0);
        boolean isNew = !queue.isWritten() && !numbers.containsKey(queue);
        if (!batch.hasRoomFor(isNew ? both(leaf, message) : message)) {
            return false;
        }
        if (isNew) {
            batch.add(leaf);
        }
        Batch.Placed place = batch.add(message);
        numbers.put(queue, sequence);
        applied.add(() -> {
            queue.wasWritten();
            queue.keep(append.message(sequence));
            queue.add(active(), sequence, place.offset(), append.priority(), place.size());
            counters.stored(append.body().length(), place.size());
            pending.done(sequence);
        });
        return true;
    }

    /** As long as the two together, for a look whether there is room. */
    private static Entry both(Entry one, Entry other) {
        return Entry.of(Kind.LEAF, Bytes.of(new byte[one.size() + other.size() + Entry.HEAD]));
    }

    private boolean addFact(Entry fact, String name, Pending pending, Batch batch, List<Runnable> applied) {
        if (!batch.hasRoomFor(fact)) {
            return false;
        }
        Batch.Placed place = batch.add(fact);
        applied.add(() -> {
            index.facts().put(name, active(), place.offset(), place.size(), fact.kind() == Kind.FACT_REMOVED);
            pending.done(0);
        });
        return true;
    }

    private static void add(List<Entry> entries, Batch batch) {
        entries.stream().filter(batch::hasRoomFor).forEach(batch::add);
    }

    /** At most, with the gaps between them. */
    private static int sizeOf(List<Entry> entries) {
        return entries.stream().mapToInt(entry -> entry.size() + Entry.HEAD).sum();
    }

    private void addOwed(Batch batch, List<Runnable> applied) {
        for (LeafQueue queue : index.owing()) {
            for (Gap gap : queue.owed()) {
                if (!batch.hasRoomFor(gap.entry(queue.number))) {
                    return; // with the next
                }
                if (!queue.isWritten()) {
                    batch.add(Entry.leaf(queue.number, queue.leaf.text(), 0, 0));
                }
                Batch.Placed place = batch.add(gap.entry(queue.number));
                applied.add(() -> {
                    queue.wasWritten();
                    queue.paid(gap);
                    queue.drop(spot -> gap.covers(spot.sequence()));
                    queue.tell(new LeafQueue.Told(gap, active(), place.offset(), place.size()));
                    queue.arrived.signalAll();
                });
            }
        }
    }

    /** Writes {@code batch} and waits until it survives a power cut. */
    void sync(Batch batch) throws IOException {
        counters.wrote(batch.octets());
        batch.write();
        counters.flushed();
        active().sync();
    }

    void apply(List<Runnable> applied, Set<LeafQueue> moved) {
        index.lock.lock();
        try {
            applied.forEach(Runnable::run);
            moved.forEach(queue -> queue.arrived.signalAll());
        } finally {
            index.lock.unlock();
        }
    }

    /**
     * After a failure nobody knows what of the batch is on disk: its place is left behind, its numbers are not given out
     * again but told as missing.
     */
    void burn(Batch batch) {
        index.lock.lock();
        try {
            leaveBehind(batch);
            for (Batch.Placed placed : batch.placed()) {
                Entry entry = placed.entry();
                if (entry.kind() == Kind.MESSAGE) {
                    Stamp taken = entry.taken();
                    index.leaf(entry.leaf())
                            .ifPresent(
                                    queue -> queue.owe(Gap.refused(entry.sequence(), entry.sequence(), taken, taken)));
                } else if (entry.kind() == Kind.CONFIRM) {
                    Confirmations.forEach(
                            entry.body(), (leaf, _) -> index.leaf(leaf).ifPresent(confirmed::add));
                }
            }
        } finally {
            index.lock.unlock();
        }
    }

    /** Goes on behind a batch that failed, with whole pages: what was written to those that failed is anybody's guess. */
    void leaveBehind(Batch batch) {
        int behind = (batch.end() + PAGE - 1) / PAGE * PAGE;
        active().moveTail(Math.min(behind, active().file.size()));
    }

    /** What of {@code leaf} cannot be read any more is told as missing with the next group. */
    void damaged(LeafQueue queue, long sequence) {
        counters.damage();
        queue.owe(Gap.damaged(sequence, sequence, clock.instant()));
    }

    /** Forgets what the hub has; stored with the next group. */
    void confirm(DeviceId leaf, long sequence) {
        index.lock.lock();
        try {
            LeafQueue queue = index.leaf(leaf);
            if (sequence > queue.stored()) {
                throw new IllegalArgumentException("sequence " + sequence + " of " + leaf
                        + " cannot be confirmed, the last one stored is " + queue.stored());
            }
            if (sequence > queue.confirmed()) {
                counters.acknowledged(queue.confirm(sequence));
                confirmed.add(queue);
            }
        } finally {
            index.lock.unlock();
        }
    }

    /** Whether a gap waits to be stored. */
    boolean owes() {
        return locked(() -> !index.owing().isEmpty());
    }

    /** Writes confirmations without a sync, so that a process that is killed repeats little; they wait for the next one. */
    void jot() throws IOException {
        index.lock.lock();
        try {
            if (confirmed.isEmpty()
                    || segments.active().filter(Segment::hasBegun).isEmpty()) {
                return;
            }
            var batch = new Batch(active());
            int bound = confirmed.octets() + AHEAD;
            if (active().room() < bound) {
                return; // the next segment begins with them
            }
            confirmed.addTo(batch);
            counters.wrote(batch.octets());
            try {
                batch.write();
            } catch (IOException e) {
                burn(batch);
                throw e;
            }
        } finally {
            index.lock.unlock();
        }
    }

    /** Leaves everything as a start likes to find it. */
    void close() throws IOException {
        commit(List.of());
        if (segments.active().isPresent()) {
            // the last numbers once more, so that damage to the end is seen
            List<Entry> last = new ArrayList<>(locked(index::checkpoint));
            last.add(Entry.of(Kind.CLOSED, Bytes.EMPTY));
            begin(sizeOf(last) + SECTOR);
            active().moveTail((active().tail() + SECTOR - 1) / SECTOR * SECTOR); // not beside what it vouches for
            var batch = new Batch(active());
            add(last, batch);
            sync(batch);
        }
        segments.close();
    }

    <T> T locked(Supplier<T> look) {
        index.lock.lock();
        try {
            return look.get();
        } finally {
            index.lock.unlock();
        }
    }

    /** Lets those look at other things who have waited for messages as long as they wanted. */
    void remind(long now) {
        change(() -> index.leaves().forEach(queue -> queue.remind(now)));
    }

    /** Nobody reminds any more: who waits for messages looks at the time itself. */
    void letGo() {
        change(() -> index.leaves().forEach(queue -> queue.arrived.signalAll()));
    }

    void change(Runnable change) {
        index.lock.lock();
        try {
            change.run();
        } finally {
            index.lock.unlock();
        }
    }
}
