// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.commands;

import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.DeviceId;
import io.postern.wire.hub.PropertyBag;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Commands as rows of the database. Who holds one is not stored: whoever held it is gone after a restart. */
final class CommandRows {
    /** A command that has left its queue, or was delivered in vain once more. */
    record Handled(
            DeviceId device,
            long sequence,
            String messageId,
            Acknowledgement acknowledgement,
            int deliveries,
            Instant expires) {}

    /** Where a command stands. */
    record Place(DeviceId device, long sequence) {}

    private static final String HANDLED = " RETURNING device, sequence, message, acknowledgement, deliveries, expires";
    private static final int MOST_EXPIRED = 1_000; // one sweep's transaction stays short; the next second takes more

    private CommandRows() {}

    static Optional<String> generation(Connection c, DeviceId device) throws SQLException {
        return Sql.first(
                c, "SELECT generation FROM hub_device WHERE device = ?", r -> r.text("generation"), device.text());
    }

    /** Two senders to one device wait for each other here, so that neither counts past the other. */
    static long nextNumber(Connection c, DeviceId device) throws SQLException {
        return Sql.first(c, """
                        INSERT INTO hub_command_number(device, newest) VALUES(?, 1)
                        ON CONFLICT(device) DO UPDATE SET newest = hub_command_number.newest + 1 RETURNING newest
                        """, row -> row.number("newest"), device.text()).orElseThrow();
    }

    static int pending(Connection c, DeviceId device) throws SQLException {
        return Sql.first(
                        c,
                        "SELECT count(*) AS pending FROM hub_command WHERE device = ?",
                        row -> (int) row.number("pending"),
                        device.text())
                .orElseThrow();
    }

    static void insert(Connection c, Place place, String messageId, Command command, Instant now, Instant expires)
            throws SQLException {
        Sql.update(
                c,
                """
                INSERT INTO hub_command(device, sequence, message, properties, body, enqueued, expires, acknowledgement,
                  deliveries) VALUES(?, ?, ?, ?, ?, ?, ?, ?, 0)
                """,
                place.device().text(),
                place.sequence(),
                messageId,
                command.properties().encode(),
                command.body(),
                now,
                expires,
                command.acknowledgement().wireName());
    }

    /** The numbers of what waits for {@code device} and has not expired, in order. */
    static List<Long> waiting(Connection c, DeviceId device, Instant now) throws SQLException {
        return Sql.all(
                c,
                "SELECT sequence FROM hub_command WHERE device = ? AND expires > ? ORDER BY sequence",
                row -> row.number("sequence"),
                device.text(),
                now);
    }

    static Optional<LockedCommand> find(Connection c, DeviceId device, Locks.Lock lock) throws SQLException {
        return Sql.first(
                c,
                "SELECT * FROM hub_command WHERE device = ? AND sequence = ?",
                row -> command(row, lock),
                device.text(),
                lock.sequence());
    }

    static Optional<Handled> delete(Connection c, Place place) throws SQLException {
        return Sql.first(
                c,
                "DELETE FROM hub_command WHERE device = ? AND sequence = ?" + HANDLED,
                CommandRows::handled,
                place.device().text(),
                place.sequence());
    }

    static List<Handled> deleteAll(Connection c, DeviceId device) throws SQLException {
        return Sql.all(c, "DELETE FROM hub_command WHERE device = ?" + HANDLED, CommandRows::handled, device.text());
    }

    /** One more delivery in vain. */
    static Optional<Handled> countDelivery(Connection c, Place place) throws SQLException {
        return Sql.first(
                c,
                "UPDATE hub_command SET deliveries = deliveries + 1 WHERE device = ? AND sequence = ?" + HANDLED,
                CommandRows::handled,
                place.device().text(),
                place.sequence());
    }

    static List<Place> expired(Connection c, Instant now) throws SQLException {
        return Sql.all(
                c,
                "SELECT device, sequence FROM hub_command WHERE expires <= ? ORDER BY expires LIMIT ?",
                row -> new Place(DeviceId.of(row.text("device")), row.number("sequence")),
                now,
                MOST_EXPIRED);
    }

    private static Handled handled(Row row) throws SQLException {
        return new Handled(
                DeviceId.of(row.text("device")),
                row.number("sequence"),
                row.text("message"),
                Acknowledgement.parse(row.text("acknowledgement")),
                (int) row.number("deliveries"),
                row.instant("expires"));
    }

    private static LockedCommand command(Row row, Locks.Lock lock) throws SQLException {
        return new LockedCommand(
                lock.token(),
                lock.until(),
                lock.sequence(),
                (int) row.number("deliveries"),
                row.instant("enqueued"),
                row.instant("expires"),
                row.text("message"),
                PropertyBag.recorded(row.text("properties")),
                row.bytes("body"),
                Acknowledgement.parse(row.text("acknowledgement")));
    }
}
