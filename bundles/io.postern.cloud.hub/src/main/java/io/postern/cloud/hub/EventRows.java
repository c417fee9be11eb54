// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.DeviceId;
import io.postern.wire.hub.PropertyBag;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Events as rows of the database. */
final class EventRows {
    static final String COMPONENT = "hub_events";
    // what was accepted before there were partitions is read from the first one
    static final List<String> STEPS = List.of("""
            ALTER TABLE hub_event ADD COLUMN lane INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE hub_event ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
            UPDATE hub_event SET place = sequence - 1;
            CREATE UNIQUE INDEX hub_event_place ON hub_event(lane, place);
            CREATE TABLE hub_event_lane(lane INTEGER PRIMARY KEY, place INTEGER NOT NULL, enqueued INTEGER NOT NULL);
            """);

    private static final int PAGE_BYTES = 1024 * 1024; // 4 of the largest messages; a reader that stalls holds a page
    private static final String PAGE = """
            SELECT * FROM (
              SELECT page.*, sum(length(body)) OVER (ORDER BY sequence) AS bytes FROM (
                SELECT * FROM hub_event WHERE %s LIMIT ?) AS page) AS measured
            WHERE bytes - length(body) < ? ORDER BY sequence
            """;
    private static final String PAGE_OF_ALL = PAGE.formatted("sequence >= ? ORDER BY sequence");
    private static final String PAGE_OF_LANE = PAGE.formatted("lane = ? AND place >= ? ORDER BY place");

    private EventRows() {}

    /**
     * Where the stream ended when it was last open.
     *
     * @throws IllegalArgumentException when it had more partitions then: their events would be out of reach
     */
    static Numbering.End end(Connection c, int partitions) throws SQLException {
        long known = one(c, "SELECT coalesce(max(lane) + 1, 0) AS n FROM hub_event_lane");
        if (known > partitions) {
            throw new IllegalArgumentException("the hub has events in " + known
                    + " partitions, the setting partitions is " + partitions + "; it may grow, never shrink");
        }
        long sequence = one(c, "SELECT coalesce(max(sequence), 0) AS n FROM hub_event");
        long enqueued = one(c, "SELECT coalesce(max(enqueued), 0) AS n FROM hub_event WHERE sequence = ?", sequence);
        List<Numbering.PartitionEnd> ends = new ArrayList<>();
        for (int lane = 0; lane < partitions; lane++) {
            Sql.update(c, "INSERT INTO hub_event_lane VALUES(?, -1, 0) ON CONFLICT(lane) DO NOTHING", lane);
            ends.add(Sql.first(
                            c,
                            """
                            SELECT place, enqueued FROM (
                              SELECT * FROM (SELECT place, enqueued FROM hub_event WHERE lane = ?
                                ORDER BY place DESC LIMIT 1) AS newest
                              UNION ALL SELECT place, enqueued FROM hub_event_lane WHERE lane = ?) AS known
                            ORDER BY place DESC LIMIT 1
                            """,
                            row -> new Numbering.PartitionEnd(row.number("place"), row.instant("enqueued")),
                            lane,
                            lane)
                    .orElse(Numbering.PartitionEnd.EMPTY));
        }
        return new Numbering.End(sequence, Instant.ofEpochMilli(enqueued), ends);
    }

    static void insert(Connection c, List<Numbering.Placed> events) throws SQLException {
        Sql.updateEach(c, """
                INSERT INTO hub_event(sequence, device, generation, enqueued, scope, type, issuer, policy,
                  properties, body, lane, place) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """, events, EventRows::values);
    }

    private static Object[] values(Numbering.Placed placed) {
        EventStream.Accepted event = placed.event();
        return new Object[] {
            placed.sequence(),
            event.deviceId().text(),
            event.generationId(),
            placed.enqueued(),
            event.authMethod().scope(),
            event.authMethod().type(),
            event.authMethod().issuer(),
            event.policy(),
            event.telemetry().properties().encode(),
            event.telemetry().body(),
            placed.partition(),
            placed.offset()
        };
    }

    static List<HubEvent> read(Connection c, long from, int most) throws SQLException {
        return Sql.all(c, PAGE_OF_ALL, EventRows::event, from, most, PAGE_BYTES);
    }

    static List<HubEvent> read(Connection c, int partition, long from, int most) throws SQLException {
        return Sql.all(c, PAGE_OF_LANE, EventRows::event, partition, from, most, PAGE_BYTES);
    }

    /** The oldest event kept in the partition. */
    static OptionalLong first(Connection c, int partition) throws SQLException {
        return Sql.first(
                        c,
                        "SELECT place FROM hub_event WHERE lane = ? ORDER BY place LIMIT 1",
                        row -> OptionalLong.of(row.number("place")),
                        partition)
                .orElse(OptionalLong.empty());
    }

    /** When the event was enqueued that stands at {@code offset} or is the next one behind it. */
    static Instant enqueued(Connection c, int partition, long offset) throws SQLException {
        return Sql.first(
                        c,
                        "SELECT enqueued FROM hub_event WHERE lane = ? AND place >= ? ORDER BY place LIMIT 1",
                        row -> row.instant("enqueued"),
                        partition,
                        offset)
                .orElse(Instant.MAX);
    }

    /** When the event was enqueued that stands at {@code sequence} or is the next one behind it. */
    static Instant enqueued(Connection c, long sequence) throws SQLException {
        return Sql.first(
                        c,
                        "SELECT enqueued FROM hub_event WHERE sequence >= ? ORDER BY sequence LIMIT 1",
                        row -> row.instant("enqueued"),
                        sequence)
                .orElse(Instant.MAX);
    }

    /** The oldest event kept. */
    static long first(Connection c) throws SQLException {
        return one(c, "SELECT coalesce(min(sequence), 1) AS n FROM hub_event");
    }

    /** Deletes the oldest, and writes down where the partitions end: one may have lost all its events. */
    static void deleteUpTo(Connection c, long sequence, Numbering.End end) throws SQLException {
        for (int lane = 0; lane < end.partitions().size(); lane++) {
            Numbering.PartitionEnd known = end.partitions().get(lane);
            Sql.update(
                    c,
                    "UPDATE hub_event_lane SET place = ?, enqueued = ? WHERE lane = ?",
                    known.offset(),
                    known.enqueued(),
                    lane);
        }
        Sql.update(c, "DELETE FROM hub_event WHERE sequence <= ?", sequence);
    }

    private static HubEvent event(Row row) throws SQLException {
        return new HubEvent(
                row.number("sequence"),
                (int) row.number("lane"),
                row.number("place"),
                DeviceId.of(row.text("device")),
                row.text("generation"),
                row.instant("enqueued"),
                new AuthMethod(row.text("scope"), row.text("type"), row.text("issuer")),
                row.optionalText("policy"),
                PropertyBag.recorded(row.text("properties")),
                row.bytes("body"));
    }

    private static long one(Connection c, String sql, Object... values) throws SQLException {
        return Sql.first(c, sql, row -> row.number("n"), values).orElseThrow();
    }
}
