// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.commands;

import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.DeviceId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Feedback as rows of the database; {@code batch} names the consumer's lock. */
final class FeedbackRows {
    /** What a consumer would get now. */
    record Front(int records, Optional<Instant> oldest) {}

    private FeedbackRows() {}

    static void insert(Connection c, long sequence, FeedbackRecord record) throws SQLException {
        Sql.update(
                c,
                "INSERT INTO hub_feedback(sequence, message, outcome, device, generation, recorded)"
                        + " VALUES(?, ?, ?, ?, ?, ?)",
                sequence,
                record.messageId(),
                record.outcome().wireName(),
                record.deviceId().text(),
                record.generationId(),
                record.at());
    }

    static Front front(Connection c, int most) throws SQLException {
        return Sql.first(c, """
                        SELECT count(*) AS records, min(recorded) AS oldest FROM (
                          SELECT recorded FROM hub_feedback WHERE batch IS NULL ORDER BY sequence LIMIT ?) AS waiting
                        """, row -> new Front((int) row.number("records"), row.optionalInstant("oldest")), most)
                .orElseThrow();
    }

    static List<FeedbackRecord> lock(Connection c, LockToken batch, int most) throws SQLException {
        Sql.update(c, """
                UPDATE hub_feedback SET batch = ? WHERE batch IS NULL AND sequence IN (
                  SELECT sequence FROM hub_feedback WHERE batch IS NULL ORDER BY sequence LIMIT ?)
                """, batch.text(), most);
        return Sql.all(
                c, "SELECT * FROM hub_feedback WHERE batch = ? ORDER BY sequence", FeedbackRows::record, batch.text());
    }

    static int deleteBatch(Connection c, LockToken batch) throws SQLException {
        return Sql.update(c, "DELETE FROM hub_feedback WHERE batch = ?", batch.text());
    }

    static int unlock(Connection c, LockToken batch) throws SQLException {
        return Sql.update(c, "UPDATE hub_feedback SET batch = NULL WHERE batch = ?", batch.text());
    }

    static int deleteUpTo(Connection c, long sequence) throws SQLException {
        return Sql.update(c, "DELETE FROM hub_feedback WHERE sequence <= ?", sequence);
    }

    static boolean hasOlder(Connection c, Instant limit) throws SQLException {
        return Sql.first(
                        c, "SELECT recorded FROM hub_feedback ORDER BY sequence LIMIT 1", row -> row.instant("recorded")
                                .isBefore(limit))
                .orElse(false);
    }

    static int deleteOlder(Connection c, Instant limit) throws SQLException {
        return Sql.update(c, "DELETE FROM hub_feedback WHERE recorded < ?", limit);
    }

    static long count(Connection c) throws SQLException {
        return Sql.first(c, "SELECT count(*) AS records FROM hub_feedback", row -> row.number("records"))
                .orElseThrow();
    }

    private static FeedbackRecord record(Row row) throws SQLException {
        return new FeedbackRecord(
                row.text("message"),
                Outcome.parse(row.text("outcome")),
                DeviceId.of(row.text("device")),
                row.text("generation"),
                row.instant("recorded"));
    }
}
