// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.Distribution;
import io.postern.wire.DeviceId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * All accepted telemetry of the hub, in the order of acceptance, as far back as the retention bound reaches.
 *
 * <p>Each event stands in the whole stream, under its sequence number, and in one of a fixed number of partitions, under
 * its offset. All events of a device are in one partition. Times of enqueuing never run backwards.
 *
 * <p>{@link #append} returns only after commit and sync: what a device got an acknowledgement for survives a power cut.
 * Appends of many sessions that come at the same time share one commit.
 */
public final class EventStream implements AutoCloseable {
    private static final int LARGEST_PAGE = 1_000;

    private final Database database;
    private final EventCommitter committer;
    private final Distribution appending = Distribution.ofTimes();
    private final Distribution together = Distribution.ofSizes();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition grown = lock.newCondition();
    private volatile Numbering.End end; // written under lock
    private volatile boolean closed; // written under lock

    /**
     * @param retained how many events are kept; the oldest go first
     * @throws IllegalArgumentException when the stream had more partitions before
     */
    EventStream(Database database, long retained, int partitions) {
        this.database = database;
        database.migrate(EventRows.COMPONENT, EventRows.STEPS);
        this.end = database.transaction(c -> EventRows.end(c, partitions));
        this.committer = new EventCommitter(database, retained, end, together, this::grownTo);
    }

    /**
     * Appends events of one session, in order, all or none.
     *
     * @return the sequence number of the last one, or of a later one that was committed with it
     * @throws io.postern.cloud.store.DatabaseException when they could not be made durable; none of them may be
     *     acknowledged
     */
    long append(List<Accepted> events) throws InterruptedException {
        long begun = System.nanoTime();
        long sequence = committer.append(events);
        appending.add(System.nanoTime() - begun);
        return sequence;
    }

    /** Up to {@code most} (at most 1000, and about 1 MB) events from sequence number {@code from} on. */
    public List<HubEvent> read(long from, int most) {
        return database.read(c -> EventRows.read(c, from, page(most)));
    }

    /** Like {@link #read(long, int)}, but waits up to {@code atMost} for the first one; empty when none came. */
    public List<HubEvent> await(long from, int most, Duration atMost) throws InterruptedException {
        return awaitEnd(now -> now.sequence() >= from, atMost) ? read(from, most) : List.of();
    }

    /**
     * Like {@link #await(long, int, Duration)}, but ends also when {@code enough} holds: asked at the beginning and after
     * each {@link #wake}.
     */
    public List<HubEvent> await(long from, int most, Duration atMost, BooleanSupplier enough)
            throws InterruptedException {
        boolean some = awaitEnd(now -> now.sequence() >= from || enough.getAsBoolean(), atMost);
        return some && last() >= from ? read(from, most) : List.of();
    }

    /** Lets all that wait look again at what they wait for. */
    public void wake() {
        lock.lock();
        try {
            grown.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The sequence number of the newest event; 0 before the first. */
    public long last() {
        return end.sequence();
    }

    /** The sequence number of the oldest event kept that was enqueued at {@code time} or later; else of the next one. */
    public long firstSince(Instant time) {
        return database.read(c -> search(EventRows.first(c), end.sequence() + 1, at -> EventRows.enqueued(c, at)
                .isBefore(time)));
    }

    /** How many partitions there are; they are numbered from 0 on. */
    public int partitions() {
        return end.partitions().size();
    }

    /** The partition that events of the device go to. */
    public int partitionOf(DeviceId device) {
        return Numbering.partition(device, partitions());
    }

    /** Up to {@code most} (at most 1000, and about 1 MB) events of the partition from offset {@code from} on. */
    public List<HubEvent> read(int partition, long from, int most) {
        return database.read(c -> EventRows.read(c, known(partition), from, page(most)));
    }

    /** Like {@link #read(int, long, int)}, but waits up to {@code atMost} for the first one; empty when none came. */
    public List<HubEvent> await(int partition, long from, int most, Duration atMost) throws InterruptedException {
        known(partition);
        return awaitEnd(now -> now.partitions().get(partition).offset() >= from, atMost)
                ? read(partition, from, most)
                : List.of();
    }

    /** The offset of the newest event of the partition; -1 before the first. */
    public long lastOf(int partition) {
        return end.partitions().get(known(partition)).offset();
    }

    public EventPartition partition(int partition) {
        Numbering.PartitionEnd newest = end.partitions().get(known(partition));
        long first = database.read(c -> EventRows.first(c, partition)).orElse(newest.offset() + 1);
        return new EventPartition(
                partition,
                first,
                newest.offset(),
                Optional.of(newest.enqueued()).filter(_ -> newest.offset() >= 0));
    }

    /** The offset of the oldest event kept in the partition that was enqueued at {@code time} or later; else of the next one. */
    public long firstSince(int partition, Instant time) {
        EventPartition now = partition(partition);
        return database.read(c -> search(now.first(), now.last() + 1, at -> EventRows.enqueued(c, partition, at)
                .isBefore(time)));
    }

    /** How long appends took until they were durable, in nanoseconds. */
    Distribution appending() {
        return appending;
    }

    /** How many events each commit brought. */
    Distribution together() {
        return together;
    }

    /** The sequence number of the oldest event kept; of the next one while there is none. */
    long first() {
        return database.read(EventRows::first);
    }

    /** Whether the stream still takes and gives events. */
    public boolean isOpen() {
        return !closed;
    }

    /** Ends the committer; idempotent. What was appended stays, what waits to be appended fails. */
    @Override
    public void close() {
        committer.close();
        lock.lock();
        try {
            closed = true;
            grown.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean awaitEnd(Predicate<Numbering.End> wanted, Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lockInterruptibly();
        try {
            while (!closed && !wanted.test(end) && left > 0) {
                left = grown.awaitNanos(left);
            }
            return !closed && wanted.test(end);
        } finally {
            lock.unlock();
        }
    }

    private void grownTo(Numbering.End newEnd) {
        lock.lock();
        try {
            end = newEnd;
            grown.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private int known(int partition) {
        if (partition < 0 || partition >= partitions()) {
            throw new IllegalArgumentException(
                    "there is no partition " + partition + ", only 0 to " + (partitions() - 1));
        }
        return partition;
    }

    private static int page(int most) {
        return Math.clamp(most, 1, LARGEST_PAGE);
    }

    private interface Look {
        boolean isBefore(long place) throws java.sql.SQLException;
    }

    /** The first place in {@code [from, to)} that does not stand before what is sought; {@code to} when all do. */
    private static long search(long from, long to, Look look) throws java.sql.SQLException {
        long low = from;
        long high = to;
        while (low < high) {
            long middle = low + (high - low) / 2;
            if (look.isBefore(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** An event that has everything but its place. */
    record Accepted(
            DeviceId deviceId,
            String generationId,
            Instant enqueued,
            AuthMethod authMethod,
            Optional<String> policy,
            Telemetry telemetry) {}
}
