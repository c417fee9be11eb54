// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.Priority;
import io.postern.gateway.TelemetryMessage;
import io.postern.wire.DeviceId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.function.Predicate;

/** What waits of one leaf, and how far it has come. Guarded by the {@link Journal}'s lock. */
final class LeafQueue {
    /** A gap that waits to be told, and where it is stored. */
    record Told(Gap gap, Segment segment, int offset, int size) {}

    private static final long NEVER = Long.MIN_VALUE;
    private static final int SMALL = 1024; // octets of a body that is kept in memory, one of each leaf

    final int number;
    final DeviceId leaf;
    private long stored;
    private long confirmed;
    private boolean written; // whether the store knows its number
    private long shown; // handed out, and perhaps on its way to the hub
    private final List<Run> runs = new ArrayList<>(); // by sequence
    private final TreeMap<Long, Told> gaps = new TreeMap<>(); // by position

    final Condition arrived;
    private final List<Gap> owed = new ArrayList<>();
    private final Set<LeafQueue> owing;
    private long lookAgain = NEVER; // when whoever waits looks at other things, by nanoTime
    private Optional<TelemetryMessage> kept = Optional.empty();
    private int failedReads;
    private boolean woken;

    /** @param owing where it stands as long as it has gaps that are not stored yet */
    LeafQueue(int number, DeviceId leaf, Condition arrived, Set<LeafQueue> owing) {
        this.number = number;
        this.leaf = leaf;
        this.arrived = arrived;
        this.owing = owing;
    }

    /** Whoever waits for messages, now or next, waits no longer. */
    void wake() {
        woken = true;
        arrived.signalAll();
    }

    /** Whether it was woken since this was asked last. */
    boolean wasWoken() {
        boolean was = woken;
        woken = false;
        return was;
    }

    /** Waits for {@link #arrived}, or until {@link #remind} finds that the time has come. */
    void await(long until) throws InterruptedException {
        lookAgain = until;
        try {
            arrived.await();
        } finally {
            lookAgain = NEVER;
        }
    }

    /** Ends a wait whose time has come; one thread looks for all, since a timer for each costs more than a message. */
    void remind(long now) {
        if (lookAgain != NEVER && lookAgain - now <= 0) {
            arrived.signalAll();
        }
    }

    boolean isWritten() {
        return written;
    }

    void wasWritten() {
        written = true;
    }

    /** Gaps that are not stored yet. */
    List<Gap> owed() {
        return List.copyOf(owed);
    }

    /** {@code gap} is stored. */
    void paid(Gap gap) {
        owed.remove(gap);
        if (owed.isEmpty()) {
            owing.remove(this);
        }
    }

    /** Numbers of what is missing; told with the next group. */
    void owe(Gap gap) {
        stored = Math.max(stored, gap.position());
        Optional<Gap> joined =
                owed.isEmpty() ? Optional.empty() : owed.getLast().with(gap);
        joined.ifPresent(_ -> owed.removeLast());
        owed.add(joined.orElse(gap));
        owing.add(this);
    }

    /** Keeps a message that nobody waits before, so that who hands it out at once need not read it from the disk. */
    void keep(TelemetryMessage message) {
        if (isEmpty() && message.body().length() <= SMALL) {
            kept = Optional.of(message);
        }
    }

    /** The message of that number, if it was kept. */
    Optional<TelemetryMessage> kept(long sequence) {
        return kept.filter(message -> message.sequence() == sequence);
    }

    /** @return how often its next message could not be read, this time counted */
    int failedRead() {
        return ++failedReads;
    }

    void wasRead() {
        failedReads = 0;
    }

    long stored() {
        return stored;
    }

    void moveStored(long to) {
        stored = Math.max(stored, to);
    }

    /** As the store says, before {@link #settle}. */
    void moveConfirmed(long to) {
        confirmed = Math.max(confirmed, to);
    }

    long confirmed() {
        return confirmed;
    }

    long shown() {
        return shown;
    }

    void show(long sequence) {
        shown = Math.max(shown, sequence);
    }

    TreeMap<Long, Told> gaps() {
        return gaps;
    }

    List<Run> runs() {
        return runs;
    }

    /** Adds a message behind all others. */
    void add(Segment segment, long sequence, int offset, Priority priority, int size) {
        stored = Math.max(stored, sequence);
        place(segment, sequence, offset, priority, size);
    }

    private void place(Segment segment, long sequence, int offset, Priority priority, int size) {
        Run last = runs.isEmpty() ? null : runs.getLast();
        if (last == null || !last.takes(segment, sequence, offset)) {
            last = new Run(segment);
            runs.add(last);
        }
        last.add(sequence, offset, priority, size);
        segment.hold(1, size);
    }

    void tell(Told told) {
        if (told.gap().position() <= confirmed) {
            return;
        }
        gaps.put(told.gap().position(), told);
        stored = Math.max(stored, told.gap().position());
        told.segment().hold(1, told.size());
    }

    void untell(long position) {
        Told told = gaps.remove(position);
        if (told != null) {
            told.segment().release(1, told.size());
        }
    }

    /**
     * Forgets what the hub has.
     *
     * @return how many messages that were
     */
    int confirm(long sequence) {
        confirmed = Math.max(confirmed, sequence);
        kept = kept.filter(message -> message.sequence() > confirmed);
        int gone = 0;
        while (!runs.isEmpty()) {
            Run first = runs.getFirst();
            int before = first.count();
            long freed = first.forget(confirmed);
            first.segment.release(before - first.count(), freed);
            gone += before - first.count();
            if (first.count() > 0) {
                break;
            }
            runs.removeFirst();
        }
        while (!gaps.isEmpty() && gaps.firstKey() <= confirmed) {
            untell(gaps.firstKey());
        }
        return gone;
    }

    /** Takes out messages that are given up. */
    void drop(Predicate<Run.Spot> gone) {
        List<Run> left = new ArrayList<>();
        for (Run run : runs) {
            Run less = run.without(gone);
            run.segment.release(run.count() - less.count(), run.bytes() - less.bytes());
            if (less.count() > 0) {
                left.add(less);
            }
        }
        runs.clear();
        runs.addAll(left);
    }

    /** A message that stands somewhere else now. */
    record Moved(long sequence, int offset, Priority priority, int size) {}

    /** Takes out what is in {@code victim} and puts in its copies, as far as they are still wanted. */
    void relocate(Segment victim, Segment target, List<Moved> copies) {
        for (Run run : runs) {
            if (run.segment == victim) {
                victim.release(run.count(), run.bytes());
            }
        }
        runs.removeIf(run -> run.segment == victim);
        List<Run> others = new ArrayList<>(runs);
        runs.clear();
        for (Moved copy : copies) {
            if (copy.sequence() > confirmed) {
                long sequence = copy.sequence();
                boolean parted = !runs.isEmpty()
                        && others.stream()
                                .anyMatch(run -> run.lastSequence() < sequence
                                        && run.firstSequence() > runs.getLast().lastSequence());
                if (parted) {
                    runs.add(new Run(target)); // others stand between
                }
                place(target, sequence, copy.offset(), copy.priority(), copy.size());
            }
        }
        runs.removeIf(run -> run.count() == 0);
        runs.addAll(others);
        runs.sort(Comparator.comparingLong(Run::firstSequence));
    }

    int count(Priority priority) {
        return runs.stream().mapToInt(run -> run.count(priority)).sum();
    }

    long bytes() {
        return runs.stream().mapToLong(Run::bytes).sum()
                + gaps.values().stream().mapToLong(Told::size).sum();
    }

    boolean isEmpty() {
        return runs.isEmpty() && gaps.isEmpty();
    }

    /** Whether something behind {@code sequence} can be handed out. */
    boolean isReady(long sequence) {
        boolean waits = !runs.isEmpty() && runs.getLast().lastSequence() > sequence
                || !gaps.isEmpty() && gaps.lastKey() > sequence;
        return waits && !owesBefore(first(1).getFirst().sequence());
    }

    /** Whether a gap that is not stored yet comes first. */
    boolean owesBefore(long sequence) {
        return owed.stream().anyMatch(gap -> gap.ranges().getFirst().from() <= sequence);
    }

    /** Adds a message as it is found in the log, where copies come late; {@link #settle} puts all in order. */
    void recover(Segment segment, long sequence, int offset, Priority priority, int size) {
        add(segment, sequence, offset, priority, size);
    }

    /** Puts what was recovered in order, the newest copy of each message alone. */
    void settle() {
        runs.sort(Comparator.comparingLong(Run::firstSequence));
        boolean overlaps = false;
        for (int i = 1; i < runs.size(); i++) {
            overlaps |= runs.get(i).firstSequence() <= runs.get(i - 1).lastSequence();
        }
        if (!overlaps) {
            return;
        }
        record Copy(Run.Spot spot, Segment segment, int size) {}
        var newest = new TreeMap<Long, Copy>();
        for (Run run : runs) {
            int average = (int) (run.bytes() / run.count());
            run.segment.release(run.count(), run.bytes());
            run.walk(spot -> {
                newest.merge(
                        spot.sequence(),
                        new Copy(spot, run.segment, average),
                        (a, b) -> a.segment().number() > b.segment().number() ? a : b);
                return false;
            });
        }
        runs.clear();
        newest.values()
                .forEach(copy -> place(
                        copy.segment(),
                        copy.spot().sequence(),
                        copy.spot().offset(),
                        copy.spot().priority(),
                        copy.size()));
    }

    /** The first that wait, in order. */
    List<Waiting> first(int most) {
        return first(most, Long.MAX_VALUE);
    }

    /** As {@link #first(int)}, as many as take {@code octets} by the average of those around them, and one at least. */
    List<Waiting> first(int most, long octets) {
        Run run = runs.isEmpty() ? null : runs.getFirst();
        long each = run == null ? 1 : Math.max(1, run.bytes() / run.count());
        return Waiting.first(runs, gaps.values(), (int) Math.clamp(octets / each, 1, most));
    }
}
