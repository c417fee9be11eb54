// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.spi.Outbox;
import io.postern.gateway.store.Entry.Found;
import io.postern.gateway.store.Entry.Kind;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The outbox in the journal; all its writing is the {@link JournalWriter}'s. */
final class JournalOutbox implements Outbox {
    private static final int LONGEST_BODY = 256 * 1024; // the most a hub takes as one message (IoT Hub quotas)
    private static final int MOST_AT_ONCE = 1000; // what one reader may hold in memory: 1,000 x 100 bytes usually
    private static final int ATTEMPTS = 3; // a disk that cannot read three times will not

    private final Journal journal;
    private final JournalWriter writer;

    JournalOutbox(Journal journal, JournalWriter writer) {
        this.journal = journal;
        this.writer = writer;
    }

    @Override
    public TelemetryMessage append(DeviceId leaf, Priority priority, Stamp taken, Bytes body) throws IOException {
        check(leaf, priority, taken, body);
        long sequence = writer.await(writer.offer(new Change.Append(leaf, priority, taken, body)));
        return new TelemetryMessage(leaf, sequence, priority, taken, body);
    }

    /** What would fail for all that are written together fails here. */
    private void check(DeviceId leaf, Priority priority, Stamp taken, Bytes body) {
        if (body.length() > LONGEST_BODY) {
            throw new IllegalArgumentException(
                    "a message of " + leaf + " has " + body.length() + " bytes, a hub takes at most " + LONGEST_BODY);
        }
        Entry.message(0, 0, priority, taken, Bytes.EMPTY);
        journal.locked(() -> journal.index.leaf(leaf));
    }

    @Override
    public List<TelemetryMessage> head(DeviceId leaf, int most) throws IOException {
        return head(leaf, most, Long.MAX_VALUE);
    }

    @Override
    public List<TelemetryMessage> head(DeviceId leaf, int most, long octets) throws IOException {
        if (most < 1 || most > MOST_AT_ONCE) {
            throw new IllegalArgumentException("between 1 and " + MOST_AT_ONCE + " messages, not " + most);
        }
        return head(journal, leaf, most, octets);
    }

    /** As {@link #head(DeviceId, int, long)}, of any journal. */
    static List<TelemetryMessage> head(Journal journal, DeviceId leaf, int most, long octets) throws IOException {
        LeafQueue queue = journal.locked(() -> journal.index.leaf(leaf));
        List<TelemetryMessage> messages = new ArrayList<>();
        while (true) {
            List<Waiting> waiting = journal.locked(() -> show(queue, most, octets));
            messages.clear();
            boolean moved = false;
            long left = octets;
            for (Waiting each : waiting) {
                Optional<TelemetryMessage> message = read(journal, queue, each);
                if (message.isEmpty()) {
                    moved = journal.locked(() -> !queue.first(waiting.size()).equals(waiting));
                    break;
                }
                left -= message.get().body().length();
                if (left < 0 && !messages.isEmpty()) {
                    break;
                }
                messages.add(message.get());
            }
            if (!moved) {
                return List.copyOf(messages);
            }
        }
    }

    /** The first that wait, as far as none of them is known to be unreadable; they count as handed out. */
    private static List<Waiting> show(LeafQueue queue, int most, long octets) {
        List<Waiting> first = new ArrayList<>();
        for (Waiting each : queue.first(most, octets)) {
            if (queue.owesBefore(each.sequence())) {
                break; // the gap that is about to be stored
            }
            first.add(each);
        }
        if (!first.isEmpty()) {
            queue.show(first.getLast().sequence());
        }
        return first;
    }

    private static Optional<TelemetryMessage> read(Journal journal, LeafQueue queue, Waiting waiting)
            throws IOException {
        return switch (waiting) {
            case Waiting.Missing(var told) -> Optional.of(message(queue, told.gap()));
            case Waiting.Message(var spot, var segment) -> read(journal, queue, spot, segment);
        };
    }

    /** What waits, when it can be read; of a store in which nobody is at work. */
    static Optional<TelemetryMessage> read(LeafQueue queue, Waiting waiting) throws IOException {
        return switch (waiting) {
            case Waiting.Missing(var told) -> Optional.of(message(queue, told.gap()));
            case Waiting.Message(var spot, var segment) -> message(queue, spot, segment.read(spot.offset()));
        };
    }

    private static TelemetryMessage message(LeafQueue queue, Gap gap) {
        return new TelemetryMessage(queue.leaf, gap.position(), Priority.MEASUREMENT, gap.end(), gap.body());
    }

    private static Optional<TelemetryMessage> message(LeafQueue queue, Run.Spot spot, Found found) {
        return found instanceof Found.Good(Entry entry, var _)
                        && entry.kind() == Kind.MESSAGE
                        && entry.leaf() == queue.number
                        && entry.sequence() == spot.sequence()
                ? Optional.of(new TelemetryMessage(
                        queue.leaf, entry.sequence(), entry.priority(), entry.taken(), entry.body()))
                : Optional.empty();
    }

    private static Optional<TelemetryMessage> read(Journal journal, LeafQueue queue, Run.Spot spot, Segment segment)
            throws IOException {
        Optional<TelemetryMessage> kept = journal.locked(() -> queue.kept(spot.sequence()));
        if (kept.isPresent()) {
            return kept;
        }
        Found found;
        try {
            found = segment.read(spot.offset());
        } catch (IOException e) {
            if (journal.locked(queue::failedRead) < ATTEMPTS) {
                throw new IOException("cannot read from the outbox: " + e.getMessage(), e);
            }
            found = new Found.Nothing();
        }
        journal.change(queue::wasRead);
        Optional<TelemetryMessage> message = message(queue, spot, found);
        if (message.isPresent()) {
            return message;
        }
        journal.change(() -> {
            // not if it was carried elsewhere, or confirmed, while it was read
            boolean still =
                    queue.runs().stream().filter(run -> run.segment == segment).anyMatch(run -> run.has(spot));
            if (still) {
                journal.damaged(queue, spot.sequence());
            }
        });
        return Optional.empty();
    }

    @Override
    public void confirm(DeviceId leaf, long sequence) {
        journal.confirm(leaf, sequence);
    }

    @Override
    public boolean await(DeviceId leaf, long sequence, Duration atMost) throws InterruptedException {
        long until = System.nanoTime() + atMost.toNanos();
        journal.index.lock.lockInterruptibly();
        try {
            LeafQueue queue = journal.index.leaf(leaf);
            while (!queue.isReady(sequence)) {
                if (queue.wasWoken() || until - System.nanoTime() <= 0) {
                    return false;
                }
                if (writer.isClosing()) {
                    queue.arrived.awaitNanos(until - System.nanoTime());
                } else {
                    queue.await(until);
                }
            }
            return true;
        } finally {
            journal.index.lock.unlock();
        }
    }

    @Override
    public void wake(DeviceId leaf) {
        journal.locked(() -> {
            LeafQueue queue = journal.index.leaf(leaf);
            queue.wake();
            return queue;
        });
    }

    /** When the oldest waiting message was taken, as near as the first of each leaf tell. */
    Optional<Instant> oldest() {
        Optional<Instant> oldest = Optional.empty();
        for (LeafQueue queue : journal.index.leaves()) {
            for (Waiting first : queue.first(1)) {
                Optional<Instant> taken = taken(first);
                if (taken.isPresent() && (oldest.isEmpty() || taken.get().isBefore(oldest.get()))) {
                    oldest = taken;
                }
            }
        }
        return oldest;
    }

    private static Optional<Instant> taken(Waiting waiting) {
        try {
            return switch (waiting) {
                case Waiting.Missing(var told) ->
                    Optional.of(told.gap().begin().orElse(told.gap().end()).instant());
                case Waiting.Message(var spot, var segment) ->
                    segment.read(spot.offset()) instanceof Found.Good(Entry entry, var _)
                            ? Optional.of(entry.taken().instant())
                            : Optional.empty();
            };
        } catch (IOException e) {
            return Optional.empty(); // head() will say so
        }
    }
}
