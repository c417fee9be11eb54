// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.wire.DeviceId;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only thread that writes. It takes all that waits in its queue, writes it in one transaction, and only when that is
 * synced lets the callers go on: many messages share one flush of the card. Acknowledged messages are deleted along
 * with the next group, or after a second; losing that in a power cut only sends them again.
 */
final class GroupWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupWriter.class);
    private static final int QUEUE = 1024; // ten lines polling flat out make under 500 readings/s
    private static final int GROUP = 512; // beyond this a flush costs little beside the rows (measured)
    private static final int CACHE_KIB = 1024; // the pages the ends of a hundred leaves' queues lie on
    private static final Duration LAZY = Duration.ofSeconds(1); // how long a confirmation may wait for company
    private static final Duration PATIENCE = Duration.ofSeconds(30); // a worn card stalls for seconds
    private static final Duration GOODBYE = Duration.ofSeconds(10);

    private final BlockingQueue<Pending> queue = new ArrayBlockingQueue<>(QUEUE);
    private final ConcurrentMap<DeviceId, LeafProgress> progress = new ConcurrentHashMap<>();
    private final Set<DeviceId> confirmed = ConcurrentHashMap.newKeySet();
    private final StoreFile file;
    private final Readers readers;
    private final long capacity;
    private final FullEpisode episode;
    private final Thread thread;
    private @Nullable Connection connection;
    private @Nullable Ledger ledger;
    private volatile boolean closing;

    GroupWriter(StoreFile file, Readers readers, long capacity) throws IOException {
        this.file = file;
        this.readers = readers;
        this.capacity = capacity;
        this.episode = new FullEpisode(capacity);
        start();
        // a platform thread: it sits in native code during a sync, where a virtual one would hold a carrier
        thread = Thread.ofPlatform().name("store-writer").daemon().start(this::run);
    }

    /** Hands a change over and waits until it is on disk; returns the sequence number of an append, else 0. */
    long write(Change change) throws IOException {
        var pending = new Pending(change);
        try {
            if (closing || !queue.offer(pending, PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new IOException(
                        closing
                                ? "the store is closed"
                                : "the store " + file.path() + " has not kept up for " + PATIENCE.toSeconds()
                                        + " s; is its disk failing?");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the store");
        }
        return pending.await(PATIENCE, file.path());
    }

    LeafProgress progress(DeviceId leaf) {
        return progress.computeIfAbsent(leaf, id -> new LeafProgress());
    }

    void confirm(DeviceId leaf, long sequence) {
        progress(leaf).confirm(sequence);
        confirmed.add(leaf);
    }

    long dropped() {
        return episode.dropped();
    }

    /** Writes what is still in the queue and ends, or gives up after a bound. */
    @Override
    public void close() {
        closing = true;
        thread.interrupt(); // out of its wait for work; a sync is not disturbed
        try {
            if (!thread.join(GOODBYE)) {
                LOG.atError().addKeyValue("file", file.path()).log("the store hangs in its disk; not waiting for it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void start() throws IOException {
        try {
            try {
                ready();
            } catch (SQLException e) {
                if (!StoreFile.tellsDamage(e)) {
                    throw e;
                }
                beginAnew(e);
                ready();
            }
        } catch (SQLException e) {
            throw new IOException("cannot read the store " + file.path(), e);
        }
    }

    private void run() {
        List<Pending> group = new ArrayList<>(GROUP);
        while (!closing || !queue.isEmpty()) {
            collect(group);
            if (!group.isEmpty() || !confirmed.isEmpty() || readers.foundDamage()) {
                commit(group);
            }
            group.clear();
        }
        commit(group);
        disconnect();
    }

    private void collect(List<Pending> group) {
        try {
            Pending first = queue.poll(closing ? 0 : LAZY.toNanos(), TimeUnit.NANOSECONDS);
            if (first != null) {
                group.add(first);
                queue.drainTo(group, GROUP - 1);
            }
        } catch (InterruptedException e) {
            closing = true; // only close() interrupts this thread
        }
    }

    private void commit(List<Pending> group) {
        try {
            SQLException damage = readers.takeDamage();
            if (damage != null) {
                beginAnew(damage);
            }
            try {
                transaction(group);
            } catch (SQLException e) {
                if (!StoreFile.tellsDamage(e)) {
                    throw e;
                }
                beginAnew(e);
                transaction(group);
            }
        } catch (SQLException | IOException | RuntimeException e) {
            disconnect(); // what the ledger counted ahead is not in the file: read it again before the next group
            var failure = new IOException("cannot write to the store " + file.path() + "; is the disk full?", e);
            if (group.isEmpty()) {
                LOG.atWarn().setCause(failure).log("cannot delete acknowledged messages; trying again");
            }
            group.forEach(pending -> pending.failed(failure));
        }
    }

    private void transaction(List<Pending> group) throws SQLException {
        Ledger rows = ready();
        Map<DeviceId, Long> behind = new HashMap<>();
        for (DeviceId leaf : confirmed) {
            behind.put(leaf, progress(leaf).confirmed());
        }
        for (var entry : behind.entrySet()) {
            rows.confirm(entry.getKey(), entry.getValue());
        }
        for (Pending pending : group) {
            pending.sequence = apply(rows, pending.change);
        }
        int gone = rows.makeRoom();
        rows.settle();
        connection().commit();
        behind.forEach((leaf, sequence) -> {
            confirmed.remove(leaf);
            if (progress(leaf).confirmed() > sequence) {
                confirmed.add(leaf); // moved on meanwhile
            }
        });
        episode.after(gone, rows.total());
        group.forEach(this::release);
    }

    private long apply(Ledger rows, Change change) throws SQLException {
        return switch (change) {
            case Change.Append(var leaf, var takenNanos, var body) -> rows.append(leaf, takenNanos, body);
            case Change.PutFact(var name, var body) -> {
                execute("INSERT INTO fact VALUES(?, ?) ON CONFLICT DO UPDATE SET body=excluded.body", name, body);
                yield 0;
            }
            case Change.RemoveFact(var name) -> {
                execute("DELETE FROM fact WHERE name=?", name);
                yield 0;
            }
        };
    }

    private void release(Pending pending) {
        if (pending.change instanceof Change.Append append) {
            progress(append.leaf()).stored(pending.sequence);
        }
        pending.done();
    }

    private void execute(String sql, String... values) throws SQLException {
        try (PreparedStatement statement = connection().prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }

    /** The ledger over an open connection; opened again after a failure. */
    private Ledger ready() throws SQLException {
        if (ledger == null) {
            connection = file.connect(CACHE_KIB);
            connection.setAutoCommit(false);
            ledger = Ledger.load(connection, capacity, progress);
        }
        return ledger;
    }

    private Connection connection() {
        if (connection == null) {
            throw new IllegalStateException("no connection outside a transaction");
        }
        return connection;
    }

    private void beginAnew(SQLException damage) throws IOException {
        disconnect();
        readers.whileClosed(() -> file.beginAnew(damage));
    }

    private void disconnect() {
        try (Connection closed = connection;
                Ledger rows = ledger) {
            if (closed != null) {
                closed.rollback();
            }
        } catch (SQLException e) {
            LOG.atDebug().setCause(e).log("closing the store's connection"); // it is given up either way
        } finally {
            connection = null;
            ledger = null;
        }
    }
}
