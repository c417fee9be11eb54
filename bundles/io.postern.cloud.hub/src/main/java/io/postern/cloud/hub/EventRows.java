// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.DeviceId;
import io.postern.wire.hub.PropertyBag;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Events as rows of the database. */
final class EventRows {
    private static final int PAGE_BYTES = 4 * 1024 * 1024; // 16 of the largest messages; keeps one reader's page small

    private EventRows() {}

    static long last(Connection c) throws SQLException {
        return Sql.first(c, "SELECT coalesce(max(sequence), 0) AS last FROM hub_event", row -> row.number("last"))
                .orElseThrow();
    }

    static void insert(Connection c, long sequence, EventStream.Accepted event) throws SQLException {
        Sql.update(
                c,
                """
                INSERT INTO hub_event(sequence, device, generation, enqueued, scope, type, issuer, policy,
                  properties, body) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                sequence,
                event.deviceId().text(),
                event.generationId(),
                event.enqueued(),
                event.authMethod().scope(),
                event.authMethod().type(),
                event.authMethod().issuer(),
                event.policy(),
                event.telemetry().properties().encode(),
                event.telemetry().body());
    }

    static List<HubEvent> read(Connection c, long from, int most) throws SQLException {
        return Sql.all(c, """
                SELECT * FROM (
                  SELECT *, sum(length(body)) OVER (ORDER BY sequence) AS bytes FROM (
                    SELECT * FROM hub_event WHERE sequence >= ? ORDER BY sequence LIMIT ?))
                WHERE bytes - length(body) < ? ORDER BY sequence
                """, EventRows::event, from, most, PAGE_BYTES);
    }

    static void deleteUpTo(Connection c, long sequence) throws SQLException {
        Sql.update(c, "DELETE FROM hub_event WHERE sequence <= ?", sequence);
    }

    private static HubEvent event(Row row) throws SQLException {
        return new HubEvent(
                row.number("sequence"),
                DeviceId.of(row.text("device")),
                row.text("generation"),
                row.instant("enqueued"),
                new AuthMethod(row.text("scope"), row.text("type"), row.text("issuer")),
                row.optionalText("policy"),
                PropertyBag.decode(row.text("properties")),
                row.bytes("body"));
    }
}
