// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** Twins as rows of the database. They come and go with their identity. */
final class TwinRows {
    private TwinRows() {}

    static void insert(Connection c, IdentityDraft draft, Instant now) throws SQLException {
        Sql.update(
                c,
                """
                INSERT INTO hub_twin(device, version, service_version, tags, desired, desired_version, desired_at,
                  reported, reported_version, reported_at) VALUES(?, 1, 1, ?, ?, 1, ?, '{}', 1, ?)
                """,
                draft.deviceId().text(),
                draft.tags().toString(),
                draft.desired().toString(),
                now,
                now);
    }

    static Optional<DeviceTwin> find(Connection c, DeviceId device) throws SQLException {
        return Sql.first(c, "SELECT * FROM hub_twin WHERE device = ?", TwinRows::read, device.text());
    }

    static void writeService(Connection c, DeviceTwin twin) throws SQLException {
        Sql.update(
                c,
                """
                UPDATE hub_twin SET version = ?, service_version = service_version + 1, tags = ?, desired = ?,
                  desired_version = ?, desired_at = ?, desired_stamps = ? WHERE device = ?
                """,
                twin.version(),
                twin.tags().toString(),
                twin.desired().properties().toString(),
                twin.desired().version(),
                twin.desired().updated(),
                twin.desired().stamps().toString(),
                twin.deviceId().text());
    }

    static void writeReported(Connection c, DeviceTwin twin) throws SQLException {
        Sql.update(
                c,
                """
                UPDATE hub_twin SET version = ?, reported = ?, reported_version = ?, reported_at = ?,
                  reported_stamps = ? WHERE device = ?
                """,
                twin.version(),
                twin.reported().properties().toString(),
                twin.reported().version(),
                twin.reported().updated(),
                twin.reported().stamps().toString(),
                twin.deviceId().text());
    }

    static Optional<Instant> firstContact(Connection c, DeviceId device) throws SQLException {
        return Sql.first(
                        c,
                        "SELECT first_contact FROM hub_twin WHERE device = ?",
                        row -> row.optionalInstant("first_contact"),
                        device.text())
                .flatMap(at -> at);
    }

    static int writeFirstContact(Connection c, DeviceId device, Optional<Instant> at) throws SQLException {
        return Sql.update(c, "UPDATE hub_twin SET first_contact = ? WHERE device = ?", at, device.text());
    }

    static DeviceTwin read(Row row) throws SQLException {
        return new DeviceTwin(
                DeviceId.of(row.text("device")),
                etag(row.number("service_version")),
                row.number("version"),
                Json.parseObject(row.text("tags")),
                section(row, "desired"),
                section(row, "reported"));
    }

    private static DeviceTwin.Section section(Row row, String name) throws SQLException {
        return new DeviceTwin.Section(
                Json.parseObject(row.text(name)),
                row.number(name + "_version"),
                row.instant(name + "_at"),
                Json.parseObject(row.text(name + "_stamps")));
    }

    static String etag(long serviceVersion) {
        return Bytes.of(ByteBuffer.allocate(Long.BYTES).putLong(serviceVersion).array())
                .toBase64();
    }
}
