// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.commands;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.Sql;
import io.postern.cloud.store.SqlWork;
import io.postern.wire.DeviceId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * What became of commands whose senders asked to be told: one queue for the hub, read in batches of up to 64 records or
 * of what has waited for 15 s (wire 5.3).
 *
 * <p>A record becomes durable with the end of its command. It is kept for 2 days, and the newest 100 000 of them.
 */
public final class FeedbackQueue {
    /** How many records a batch has at most. */
    public static final int BATCH = 64;

    /** How long a record waits for others to share a batch with. */
    public static final Duration PATIENCE = Duration.ofSeconds(15);

    /** How long a consumer may hold a batch. */
    public static final Duration LOCK = Duration.ofMinutes(1); // spec: feedback queue, lock duration

    private static final Duration KEPT = Duration.ofDays(2); // spec: feedback queue, longest time to live
    private static final long MOST = 100_000; // some 20 MB; about a day of a hub that asks for all feedback
    private static final int MOST_LOCKED = 64; // batches; a consumer settles each before its credit lets it ask again

    private final Database database;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final AtomicLong newest;
    private final Map<LockToken, Instant> locked = new ConcurrentHashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    FeedbackQueue(Database database, InstantSource clock, RandomGenerator random) {
        this.database = database;
        this.clock = clock;
        this.random = random;
        this.newest = new AtomicLong(database.transaction(c -> {
            Sql.update(c, "UPDATE hub_feedback SET batch = NULL WHERE batch IS NOT NULL");
            return Sql.first(
                            c, "SELECT coalesce(max(sequence), 0) AS newest FROM hub_feedback", r -> r.number("newest"))
                    .orElseThrow();
        }));
    }

    /** Called when a batch may be there, from any thread; must be quick and must not throw. */
    public void onReady(Runnable listener) {
        listeners.add(listener);
    }

    public void removeListener(Runnable listener) {
        listeners.remove(listener);
    }

    /** Locks the next batch for {@link #LOCK}; empty while none is full and no record has waited for {@link #PATIENCE}. */
    public Optional<FeedbackBatch> take() {
        Instant now = clock.instant();
        if (locked.size() >= MOST_LOCKED || !isReady(now)) {
            return Optional.empty();
        }
        var token = LockToken.of(random.nextLong(), random.nextLong());
        Instant until = now.plus(LOCK);
        List<FeedbackRecord> records = database.transaction(c -> FeedbackRows.lock(c, token, BATCH));
        if (records.isEmpty()) {
            return Optional.empty(); // another consumer was faster
        }
        locked.put(token, until);
        return Optional.of(new FeedbackBatch(token, until, records));
    }

    /** The consumer has it: its records go. False when the lock is lost. */
    public boolean complete(LockToken batch) {
        if (!isHeld(batch)) {
            return false;
        }
        database.transaction(c -> FeedbackRows.deleteBatch(c, batch));
        return true;
    }

    /** The consumer does not want it now: its records wait again. False when the lock is lost. */
    public boolean abandon(LockToken batch) {
        if (!isHeld(batch)) {
            return false;
        }
        database.transaction(c -> FeedbackRows.unlock(c, batch));
        tellReady();
        return true;
    }

    /** How many records there are, locked ones included. */
    public long size() {
        return database.read(FeedbackRows::count);
    }

    /** Runs {@code work}, which records, as one transaction. */
    <T> T recorded(SqlWork<T> work) {
        long before = newest.get();
        T result = database.transaction(work);
        if (newest.get() > before && isReady(clock.instant())) {
            tellReady();
        }
        return result;
    }

    /** In the transaction that ends the command. */
    void record(Connection c, CommandRows.Handled command, Outcome outcome) throws SQLException {
        if (command.acknowledgement().wants(outcome)) {
            DeviceId device = command.device();
            String generation = CommandRows.generation(c, device).orElse("");
            long sequence = newest.incrementAndGet();
            FeedbackRows.insert(
                    c, sequence, new FeedbackRecord(command.messageId(), outcome, device, generation, clock.instant()));
            FeedbackRows.deleteUpTo(c, sequence - MOST);
        }
    }

    void sweep() {
        Instant now = clock.instant();
        locked.forEach((batch, until) -> {
            if (!until.isAfter(now) && locked.remove(batch) != null) {
                database.transaction(c -> FeedbackRows.unlock(c, batch));
            }
        });
        if (database.read(c -> FeedbackRows.hasOlder(c, now.minus(KEPT)))) {
            database.transaction(c -> FeedbackRows.deleteOlder(c, now.minus(KEPT)));
        }
        if (isReady(now)) {
            tellReady();
        }
    }

    private boolean isHeld(LockToken batch) {
        Instant until = locked.remove(batch);
        if (until == null) {
            return false;
        }
        if (until.isAfter(clock.instant())) {
            return true;
        }
        locked.put(batch, until); // for the sweep, which lets the records wait again
        return false;
    }

    private boolean isReady(Instant now) {
        FeedbackRows.Front front = database.read(c -> FeedbackRows.front(c, BATCH));
        return front.records() >= BATCH
                || front.oldest().filter(at -> !at.plus(PATIENCE).isAfter(now)).isPresent();
    }

    private void tellReady() {
        listeners.forEach(Runnable::run);
    }
}
