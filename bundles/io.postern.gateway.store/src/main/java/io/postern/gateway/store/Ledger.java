// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/**
 * The rows of the outbox over one connection: numbers, sizes, and who gives way when it is full. Owned by the writer's
 * thread; its counts run ahead of the file inside a transaction, so after a rollback it is thrown away and loaded again.
 */
final class Ledger implements AutoCloseable {
    /** Counted for each message beside its body: its row, its share of the pages. */
    static final int OVERHEAD = 64;

    private final Map<DeviceId, Entry> entries = new HashMap<>();
    private final PreparedStatement insertLeaf;
    private final PreparedStatement updateLeaf;
    private final PreparedStatement insertMessage;
    private final PreparedStatement oldest;
    private final PreparedStatement delete;
    private final long capacity;
    private long total;

    private Ledger(Connection connection, long capacity) throws SQLException {
        this.capacity = capacity;
        insertLeaf =
                connection.prepareStatement("INSERT INTO leaf(name, sequence, bytes) VALUES(?, 0, 0) RETURNING id");
        updateLeaf = connection.prepareStatement("UPDATE leaf SET sequence=?, bytes=? WHERE id=?");
        insertMessage = connection.prepareStatement("INSERT INTO message VALUES(?, ?, ?, ?)");
        oldest = connection.prepareStatement("SELECT min(sequence) FROM message WHERE leaf=?");
        delete = connection.prepareStatement("DELETE FROM message WHERE leaf=? AND sequence<=? RETURNING length(body)");
    }

    /** Reads what the file holds and tells each leaf's progress. */
    static Ledger load(Connection connection, long capacity, Map<DeviceId, LeafProgress> progress) throws SQLException {
        var ledger = new Ledger(connection, capacity);
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT id, name, sequence, bytes,"
                        + " (SELECT min(m.sequence) FROM message m WHERE m.leaf=leaf.id) FROM leaf")) {
            while (row.next()) {
                DeviceId leaf = leaf(row.getString(2));
                var entry = new Entry(row.getLong(1), row.getLong(3), row.getLong(4));
                ledger.entries.put(leaf, entry);
                ledger.total += entry.bytes;
                long first = row.getLong(5);
                long gone = row.wasNull() ? entry.sequence : first - 1;
                progress.computeIfAbsent(leaf, id -> new LeafProgress()).restart(entry.sequence, gone);
            }
        }
        return ledger;
    }

    /** @return the sequence number given */
    long append(DeviceId leaf, long takenNanos, Bytes body) throws SQLException {
        Entry entry = entry(leaf);
        long sequence = entry.sequence + 1;
        insertMessage.setLong(1, entry.id);
        insertMessage.setLong(2, sequence);
        insertMessage.setLong(3, takenNanos);
        insertMessage.setBytes(4, body.toArray());
        insertMessage.executeUpdate();
        entry.sequence = sequence;
        resize(entry, body.length() + OVERHEAD);
        return sequence;
    }

    /** Deletes what the hub has acknowledged. */
    void confirm(DeviceId leaf, long sequence) throws SQLException {
        Entry entry = entry(leaf);
        deleteUpTo(entry, sequence);
    }

    /**
     * Makes room: the oldest messages of the leaf with the most bytes go, so that a leaf that floods pays for itself.
     *
     * @return how many messages went
     */
    int makeRoom() throws SQLException {
        int gone = 0;
        while (total > capacity) {
            Entry largest = entries.values().stream()
                    .max(Comparator.comparingLong(e -> e.bytes))
                    .orElseThrow();
            gone += deleteUpTo(largest, oldest(largest));
        }
        return gone;
    }

    /** Writes the numbers of the leaves that changed; to be called once before each commit. */
    void settle() throws SQLException {
        for (Entry entry : entries.values()) {
            if (entry.changed) {
                updateLeaf.setLong(1, entry.sequence);
                updateLeaf.setLong(2, entry.bytes);
                updateLeaf.setLong(3, entry.id);
                updateLeaf.executeUpdate();
                entry.changed = false;
            }
        }
    }

    long total() {
        return total;
    }

    @Override
    public void close() throws SQLException {
        for (PreparedStatement statement :
                new PreparedStatement[] {insertLeaf, updateLeaf, insertMessage, oldest, delete}) {
            statement.close();
        }
    }

    private static DeviceId leaf(String name) throws SQLException {
        try {
            return DeviceId.of(name);
        } catch (IllegalArgumentException e) {
            throw new SQLException("a leaf's name cannot have been written so", "", StoreFile.CORRUPT, e);
        }
    }

    private Entry entry(DeviceId leaf) throws SQLException {
        Entry known = entries.get(leaf);
        if (known != null) {
            return known;
        }
        insertLeaf.setString(1, leaf.text());
        try (ResultSet row = insertLeaf.executeQuery()) {
            row.next();
            var entry = new Entry(row.getLong(1), 0, 0);
            entries.put(leaf, entry);
            return entry;
        }
    }

    private long oldest(Entry entry) throws SQLException {
        oldest.setLong(1, entry.id);
        try (ResultSet row = oldest.executeQuery()) {
            long sequence = row.next() ? row.getLong(1) : 0;
            if (sequence == 0) {
                throw new SQLException("the sizes of the store do not agree with its messages", "", StoreFile.CORRUPT);
            }
            return sequence;
        }
    }

    private int deleteUpTo(Entry entry, long sequence) throws SQLException {
        delete.setLong(1, entry.id);
        delete.setLong(2, sequence);
        int gone = 0;
        try (ResultSet row = delete.executeQuery()) {
            while (row.next()) {
                resize(entry, -(row.getLong(1) + OVERHEAD));
                gone++;
            }
        }
        return gone;
    }

    private void resize(Entry entry, long by) {
        entry.bytes += by;
        total += by;
        entry.changed = true;
    }

    private static final class Entry {
        final long id;
        long sequence;
        long bytes;
        boolean changed;

        Entry(long id, long sequence, long bytes) {
            this.id = id;
            this.sequence = sequence;
            this.bytes = bytes;
        }
    }
}
