// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.RegistrationId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** The registration records. There is no way to change one (DPS-26): a registration writes it, an operator deletes it. */
public final class RegistrationRecords {
    private final Database database;
    private final InstantSource clock;
    private final RandomGenerator random;

    public RegistrationRecords(Database database, InstantSource clock, RandomGenerator random) {
        this.database = database;
        this.clock = clock;
        this.random = random;
        Tables.migrate(database);
    }

    public Optional<RegistrationRecord> find(RegistrationId id) {
        return database.read(c -> find(c, id));
    }

    /** Who holds a device name in a hub. */
    Optional<RegistrationId> holder(HubName hub, DeviceId device) {
        return database.read(c -> Sql.first(
                c,
                "SELECT registration_id FROM dps_registration WHERE hub = ? AND device_id = ?",
                row -> RegistrationId.of(row.text("registration_id")),
                hub.text(),
                device.text()));
    }

    /** Writes down a success and counts it, as a registration or, when there was a record, as a re-registration. */
    RegistrationRecord succeeded(RegistrationId id, DeviceId device, HubName hub) {
        return database.transaction(c -> {
            Optional<RegistrationRecord> before = find(c, id);
            Instant now = clock.instant();
            Instant created = before.map(RegistrationRecord::created).orElse(now);
            var record = new RegistrationRecord(id, device, hub, Etag.fresh(random), created, now);
            write(c, record);
            OperationsMeter.count(c, before.isPresent() ? Operation.RE_REGISTRATION : Operation.REGISTRATION);
            return record;
        });
    }

    public EntryReply.Deletion delete(RegistrationId id, IfMatch condition) {
        return database.transaction(c -> {
            Optional<RegistrationRecord> current = find(c, id);
            if (current.isEmpty()) {
                return new EntryReply.NotFound(id);
            }
            if (!condition.accepts(current.get().etag())) {
                return new EntryReply.EtagMismatch(id, current.get().etag());
            }
            Sql.update(c, "DELETE FROM dps_registration WHERE registration_id = ?", id.text());
            return new EntryReply.Deleted(id);
        });
    }

    private static Optional<RegistrationRecord> find(Connection c, RegistrationId id) throws SQLException {
        return Sql.first(
                c, "SELECT * FROM dps_registration WHERE registration_id = ?", RegistrationRecords::read, id.text());
    }

    private static RegistrationRecord read(Row row) throws SQLException {
        return new RegistrationRecord(
                RegistrationId.of(row.text("registration_id")),
                DeviceId.of(row.text("device_id")),
                HubName.of(row.text("hub")),
                row.text("etag"),
                row.instant("created"),
                row.instant("last_updated"));
    }

    private static void write(Connection c, RegistrationRecord record) throws SQLException {
        Sql.update(
                c,
                "INSERT OR REPLACE INTO dps_registration(registration_id, device_id, hub, etag, created, last_updated) "
                        + "VALUES(?, ?, ?, ?, ?, ?)",
                record.registrationId().text(),
                record.deviceId().text(),
                record.assignedHub().text(),
                record.etag(),
                record.created(),
                record.lastUpdated());
    }
}
