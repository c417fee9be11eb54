// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * What happened to each leaf, newest first. The same happening again and again, as renewals or a gateway that keeps asking
 * in vain, is one entry that counts; {@value #MOST} entries a leaf are kept, so that nobody's asking fills the disk.
 */
final class LeafHistory {
    static final int MOST = 50; // some changes of hands and revocations, each with what was asked before and after

    static final String TABLE = """
            CREATE TABLE tokens_history(
              hub TEXT NOT NULL, leaf TEXT NOT NULL, number INTEGER NOT NULL, event TEXT NOT NULL, gateway TEXT NOT NULL,
              actor TEXT NOT NULL, reason TEXT NOT NULL, since INTEGER NOT NULL, last INTEGER NOT NULL,
              times INTEGER NOT NULL, PRIMARY KEY (hub, leaf, number));
            """;

    /** What can happen to a leaf. */
    enum Event {
        ASSIGNED,
        /** Taken from another gateway. */
        HANDED_OVER,
        /** A token, the first or a renewal. */
        ISSUED,
        REFUSED,
        REVOKED,
        GRANTED
    }

    /**
     * One entry.
     *
     * @param gateway who asked, or who speaks for the leaf from now on
     * @param who the operator's policy; empty when a gateway asked
     * @param times how often, from {@code since} to {@code last}
     */
    record Entry(Event event, DeviceId gateway, String who, String reason, Instant since, Instant last, long times) {
        JsonObject toJson() {
            return Json.object()
                    .add("event", event.name().toLowerCase(Locale.ROOT))
                    .add("gateway", gateway.text())
                    .add("who", who)
                    .add("reason", reason)
                    .add("since", since.toString())
                    .add("last", last.toString())
                    .add("times", times)
                    .build();
        }
    }

    private final String hub;

    LeafHistory(String hub) {
        this.hub = hub;
    }

    void add(Connection c, DeviceId leaf, Event event, DeviceId gateway, String who, String reason, Instant now)
            throws SQLException {
        long newest = Sql.first(
                        c,
                        "SELECT coalesce(max(number), 0) AS newest FROM tokens_history WHERE hub = ? AND leaf = ?",
                        row -> row.number("newest"),
                        hub,
                        leaf.text())
                .orElse(0L);
        int again = Sql.update(
                c,
                "UPDATE tokens_history SET times = times + 1, last = ? WHERE hub = ? AND leaf = ? AND number = ?"
                        + " AND event = ? AND gateway = ? AND actor = ? AND reason = ?",
                now,
                hub,
                leaf.text(),
                newest,
                event.name(),
                gateway.text(),
                who,
                reason);
        if (again > 0) {
            return;
        }
        Sql.update(
                c,
                "INSERT INTO tokens_history(hub, leaf, number, event, gateway, actor, reason, since, last, times)"
                        + " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
                hub,
                leaf.text(),
                newest + 1,
                event.name(),
                gateway.text(),
                who,
                reason,
                now,
                now);
        Sql.update(
                c,
                "DELETE FROM tokens_history WHERE hub = ? AND leaf = ? AND number <= ?",
                hub,
                leaf.text(),
                newest + 1 - MOST);
    }

    void forget(Connection c, DeviceId leaf) throws SQLException {
        Sql.update(c, "DELETE FROM tokens_history WHERE hub = ? AND leaf = ?", hub, leaf.text());
    }

    List<Entry> of(Connection c, DeviceId leaf) throws SQLException {
        return Sql.all(
                c,
                "SELECT * FROM tokens_history WHERE hub = ? AND leaf = ? ORDER BY number DESC",
                LeafHistory::entry,
                hub,
                leaf.text());
    }

    private static Entry entry(Row row) throws SQLException {
        return new Entry(
                Event.valueOf(row.text("event")),
                DeviceId.of(row.text("gateway")),
                row.text("actor"),
                row.text("reason"),
                row.instant("since"),
                row.instant("last"),
                row.number("times"));
    }
}
