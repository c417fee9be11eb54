// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.store.Database;
import io.postern.wire.DeviceId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * All accepted telemetry of the hub, in the order of acceptance, as far back as the retention bound reaches.
 *
 * <p>{@link #append} returns only after commit and sync: what a device got an acknowledgement for survives a power cut.
 * Appends of many sessions that come at the same time share one commit.
 */
public final class EventStream implements AutoCloseable {
    private static final int LARGEST_PAGE = 1_000;

    private final Database database;
    private final EventCommitter committer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition grown = lock.newCondition();
    private long last; // guarded by lock

    /** @param retained how many events are kept; the oldest go first */
    EventStream(Database database, long retained) {
        this.database = database;
        this.last = database.read(EventRows::last);
        this.committer = new EventCommitter(database, retained, last, this::grownTo);
    }

    /**
     * Appends events of one session, in order, all or none.
     *
     * @return the sequence number of the last one
     * @throws io.postern.cloud.store.DatabaseException when they could not be made durable; none of them may be
     *     acknowledged
     */
    long append(List<Accepted> events) throws InterruptedException {
        return committer.append(events);
    }

    /** Up to {@code most} (at most 1000, and about 4 MB) events from sequence number {@code from} on. */
    public List<HubEvent> read(long from, int most) {
        return database.read(c -> EventRows.read(c, from, Math.clamp(most, 1, LARGEST_PAGE)));
    }

    /** Like {@link #read}, but waits up to {@code atMost} for the first one; empty when none came. */
    public List<HubEvent> await(long from, int most, Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lockInterruptibly();
        try {
            while (last < from && left > 0) {
                left = grown.awaitNanos(left);
            }
            if (last < from) {
                return List.of();
            }
        } finally {
            lock.unlock();
        }
        return read(from, most);
    }

    /** The sequence number of the newest event; 0 before the first. */
    public long last() {
        lock.lock();
        try {
            return last;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the committer; idempotent. What was appended stays, what waits to be appended fails. */
    @Override
    public void close() {
        committer.close();
    }

    private void grownTo(long sequence) {
        lock.lock();
        try {
            last = sequence;
            grown.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** An event that has everything but its sequence number. */
    record Accepted(
            DeviceId deviceId,
            String generationId,
            Instant enqueued,
            AuthMethod authMethod,
            Optional<String> policy,
            Telemetry telemetry) {}
}
