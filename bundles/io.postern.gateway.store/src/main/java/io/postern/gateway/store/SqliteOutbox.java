// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.spi.Outbox;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The outbox in the store's file; all its writing is the {@link GroupWriter}'s. */
final class SqliteOutbox implements Outbox {
    private static final int LONGEST_BODY = 256 * 1024; // the most a hub takes as one message (IoT Hub quotas)
    private static final int MOST_AT_ONCE = 1000; // what one reader may hold in memory: 1,000 x 100 bytes usually
    private static final long NANOS = 1_000_000_000L;

    private final GroupWriter writer;
    private final Readers readers;

    SqliteOutbox(GroupWriter writer, Readers readers) {
        this.writer = writer;
        this.readers = readers;
    }

    @Override
    public TelemetryMessage append(DeviceId leaf, Instant taken, Bytes body) throws IOException {
        if (body.length() > LONGEST_BODY) {
            throw new IllegalArgumentException(
                    "a message of " + leaf + " has " + body.length() + " bytes, a hub takes at most " + LONGEST_BODY);
        }
        long sequence = writer.write(new Change.Append(leaf, nanos(taken), body));
        return new TelemetryMessage(leaf, sequence, taken, body);
    }

    @Override
    public List<TelemetryMessage> head(DeviceId leaf, int most) throws IOException {
        if (most < 1 || most > MOST_AT_ONCE) {
            throw new IllegalArgumentException("between 1 and " + MOST_AT_ONCE + " messages, not " + most);
        }
        LeafProgress progress = writer.progress(leaf);
        long confirmed = progress.confirmed();
        return progress.hasBehind(confirmed) ? readers.read(db -> select(db, leaf, confirmed, most)) : List.of();
    }

    @Override
    public void confirm(DeviceId leaf, long sequence) {
        writer.confirm(leaf, sequence);
    }

    @Override
    public boolean await(DeviceId leaf, long sequence, Duration atMost) throws InterruptedException {
        return writer.progress(leaf).await(sequence, atMost);
    }

    /** Messages given up because the outbox was full, since it was opened. */
    long dropped() {
        return writer.dropped();
    }

    private static long nanos(Instant taken) {
        try {
            return Math.addExact(Math.multiplyExact(taken.getEpochSecond(), NANOS), taken.getNano());
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("a reading is taken between 1677 and 2262, not " + taken, e);
        }
    }

    private static List<TelemetryMessage> select(Connection db, DeviceId leaf, long behind, int most)
            throws SQLException {
        try (PreparedStatement statement = db.prepareStatement("SELECT sequence, taken_nanos, body FROM message"
                + " WHERE leaf=(SELECT id FROM leaf WHERE name=?) AND sequence>? ORDER BY sequence LIMIT ?")) {
            statement.setString(1, leaf.text());
            statement.setLong(2, behind);
            statement.setInt(3, most);
            List<TelemetryMessage> messages = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    long taken = row.getLong(2);
                    messages.add(new TelemetryMessage(
                            leaf,
                            row.getLong(1),
                            Instant.ofEpochSecond(Math.floorDiv(taken, NANOS), Math.floorMod(taken, NANOS)),
                            Bytes.of(row.getBytes(3))));
                }
            }
            return List.copyOf(messages);
        }
    }
}
