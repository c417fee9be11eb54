// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.dps.RegistrationStatus.Attested;
import io.postern.wire.dps.RegistrationStatus.Mechanism;
import jakarta.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;

/** The registration records of one tenant. There is no way to change one (DPS-26): a registration writes it, an operator deletes it. */
public final class RegistrationRecords {
    private static final String WRITE = Sql.upsert(
            "dps_registration",
            "scope, registration_id",
            "device_id, hub, attestation, group_id, substatus, first_hub, assigned, payload, etag, created, last_updated");

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

    /** What else is written together with a record. */
    interface Besides {
        int write(Connection c, Instant now) throws SQLException;
    }

    /** Writes down that a device has come to a hub, and counts it, as a registration or a re-registration. */
    RegistrationRecord assigned(
            EnrolledDevice device, Optional<Mechanism> mechanism, Destination.To to, Substatus substatus) {
        return moved(device, mechanism, to, substatus, (_, _) -> 0);
    }

    /** Like {@link #assigned}, together with something else. */
    RegistrationRecord moved(
            EnrolledDevice device,
            Optional<Mechanism> mechanism,
            Destination.To to,
            Substatus substatus,
            Besides besides) {
        return written(
                device,
                mechanism,
                to,
                besides,
                (before, now) -> new RegistrationRecord.Assigned(
                        substatus,
                        before.map(record -> record.assigned().firstHub())
                                .orElse(to.place().hub()),
                        now,
                        to.payload()));
    }

    /** Writes down that a device has registered and stays where it is, and counts it. */
    RegistrationRecord assignedAgain(
            EnrolledDevice device, Optional<Mechanism> mechanism, Destination.To to, RegistrationRecord stays) {
        RegistrationRecord.Assigned as = stays.assigned();
        return written(
                device,
                mechanism,
                to,
                (_, _) -> 0,
                (_, _) -> new RegistrationRecord.Assigned(as.substatus(), as.firstHub(), as.since(), to.payload()));
    }

    private RegistrationRecord written(
            EnrolledDevice device,
            Optional<Mechanism> mechanism,
            Destination.To to,
            Besides besides,
            BiFunction<Optional<RegistrationRecord>, Instant, RegistrationRecord.Assigned> how) {
        RegistrationId id = device.registrationId();
        Optional<Attested> attested =
                mechanism.map(kind -> new Attested(kind, device.group().map(EnrollmentGroupId::text)));
        return database.transaction(c -> {
            Optional<RegistrationRecord> before = find(c, id);
            Instant now = clock.instant();
            var record = new RegistrationRecord(
                    id,
                    to.place().device(),
                    to.place().hub(),
                    attested,
                    how.apply(before, now),
                    Etag.fresh(random),
                    before.map(RegistrationRecord::created).orElse(now),
                    now);
            write(c, record, device.group());
            besides.write(c, now);
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
                new RegistrationRecord.Assigned(
                        Substatus.valueOf(row.text("substatus")),
                        HubName.of(row.text("first_hub")),
                        row.instant("assigned"),
                        row.optionalText("payload").map(Json::parseObject)),
                row.text("etag"),
                row.instant("created"),
                row.instant("last_updated"));
    }

    private void write(Connection c, RegistrationRecord record, Optional<EnrollmentGroupId> group) throws SQLException {
        Sql.update(
                c,
                WRITE,
                scope.text(),
                record.registrationId().text(),
                record.deviceId().text(),
                record.assignedHub().text(),
                record.attested().map(how -> how.mechanism().name()),
                group.map(EnrollmentGroupId::text),
                record.assigned().substatus().name(),
                record.assigned().firstHub().text(),
                record.assigned().since(),
                record.assigned().payload().map(JsonObject::toString),
                record.etag(),
                record.created(),
                record.lastUpdated());
    }
}
