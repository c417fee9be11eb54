// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.dps.RegistrationStatus.Attested;
import io.postern.wire.dps.RegistrationStatus.Mechanism;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** The registration records of one tenant. There is no way to change one (DPS-26): a registration writes it, an operator deletes it. */
public final class RegistrationRecords {
    private final Database database;
    private final IdScope scope;
    private final InstantSource clock;
    private final RandomGenerator random;

    public RegistrationRecords(Database database, IdScope scope, InstantSource clock, RandomGenerator random) {
        this.database = database;
        this.scope = scope;
        this.clock = clock;
        this.random = random;
    }

    public Optional<RegistrationRecord> find(RegistrationId id) {
        return database.read(c -> find(c, id));
    }

    /** @param most from 1 to {@link Enrollments#LARGEST_PAGE} */
    public RecordPage page(EnrollmentGroupId group, int most, Optional<RegistrationId> after) {
        Enrollments.requirePageSize(most);
        List<RegistrationRecord> rest = database.read(c -> Sql.all(
                c,
                "SELECT * FROM dps_registration WHERE scope = ? AND group_id = ? AND registration_id > ? "
                        + "ORDER BY registration_id LIMIT ?",
                RegistrationRecords::read,
                scope.text(),
                group.text(),
                after.map(RegistrationId::text).orElse(""),
                most + 1));
        boolean more = rest.size() > most;
        List<RegistrationRecord> page = more ? rest.subList(0, most) : rest;
        return new RecordPage(page, more ? Optional.of(page.getLast().registrationId()) : Optional.empty());
    }

    /**
     * Who else holds a device name in a hub, in words for {@code asking}: another registration, or one of another
     * tenant that the hub is linked to, of which no more is told (DPS-14).
     */
    Optional<String> otherHolder(HubName hub, DeviceId device, RegistrationId asking) {
        return database.read(c -> Sql.first(
                c,
                "SELECT scope, registration_id FROM dps_registration WHERE hub = ? AND device_id = ?"
                        + " AND (scope, registration_id) != (?, ?)",
                row -> row.text("scope").equals(scope.text())
                        ? "registration " + row.text("registration_id")
                        : "a registration of another id scope",
                hub.text(),
                device.text(),
                scope.text(),
                asking.text()));
    }

    /** Writes down a success and counts it, as a registration or, when there was a record, as a re-registration. */
    RegistrationRecord succeeded(EnrolledDevice device, HubName hub, Optional<Mechanism> mechanism) {
        RegistrationId id = device.registrationId();
        Optional<Attested> attested =
                mechanism.map(how -> new Attested(how, device.group().map(EnrollmentGroupId::text)));
        return database.transaction(c -> {
            Optional<RegistrationRecord> before = find(c, id);
            Instant now = clock.instant();
            Instant created = before.map(RegistrationRecord::created).orElse(now);
            var record = new RegistrationRecord(id, device.deviceId(), hub, attested, Etag.fresh(random), created, now);
            write(c, record, device.group());
            OperationsMeter.count(c, scope, before.isPresent() ? Operation.RE_REGISTRATION : Operation.REGISTRATION);
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
            Sql.update(
                    c, "DELETE FROM dps_registration WHERE scope = ? AND registration_id = ?", scope.text(), id.text());
            return new EntryReply.Deleted(id);
        });
    }

    private Optional<RegistrationRecord> find(Connection c, RegistrationId id) throws SQLException {
        return Sql.first(
                c,
                "SELECT * FROM dps_registration WHERE scope = ? AND registration_id = ?",
                RegistrationRecords::read,
                scope.text(),
                id.text());
    }

    private static RegistrationRecord read(Row row) throws SQLException {
        Optional<String> group = row.optionalText("group_id");
        return new RegistrationRecord(
                RegistrationId.of(row.text("registration_id")),
                DeviceId.of(row.text("device_id")),
                HubName.of(row.text("hub")),
                row.optionalText("attestation").map(Mechanism::valueOf).map(how -> new Attested(how, group)),
                row.text("etag"),
                row.instant("created"),
                row.instant("last_updated"));
    }

    private void write(Connection c, RegistrationRecord record, Optional<EnrollmentGroupId> group) throws SQLException {
        Sql.update(
                c,
                "INSERT OR REPLACE INTO dps_registration(scope, registration_id, device_id, hub, attestation, group_id, etag, "
                        + "created, last_updated) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
                scope.text(),
                record.registrationId().text(),
                record.deviceId().text(),
                record.assignedHub().text(),
                record.attested().map(how -> how.mechanism().name()),
                group.map(EnrollmentGroupId::text),
                record.etag(),
                record.created(),
                record.lastUpdated());
    }
}
