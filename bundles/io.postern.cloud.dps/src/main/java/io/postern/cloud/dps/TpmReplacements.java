// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.allocation.AllocationTerms;
import io.postern.cloud.dps.shipment.TpmRecords;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.DeviceId;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.dps.TpmAttestation;
import io.postern.wire.tpm.EndorsementKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * TPMs that wait to take a device over, and the tombstones of those that were replaced (DPS-30). Approval moves the
 * device: the new TPM is enrolled for the same device id in the same hub, so its twin and its leaves stay, and the former
 * TPM never registers here again, on whatever list it stands.
 */
public final class TpmReplacements {
    /** A site that exchanges more boards than this at once has another problem; the oldest requests go. */
    private static final int MOST_WAITING = 1_000;

    private final Database database;
    private final IdScope scope;
    private final Enrollments enrollments;
    private final EnrollmentGroups groups;
    private final RegistrationRecords records;
    private final TpmRecords tpms;
    private final InstantSource clock;

    TpmReplacements(
            Database database,
            IdScope scope,
            Enrollments enrollments,
            EnrollmentGroups groups,
            RegistrationRecords records,
            TpmRecords tpms,
            InstantSource clock) {
        this.database = database;
        this.scope = scope;
        this.enrollments = enrollments;
        this.groups = groups;
        this.records = records;
        this.tpms = tpms;
        this.clock = clock;
    }

    /** What an operator's decision came to. */
    public sealed interface Reply {
        record Moved(TpmReplacement replacement) implements Reply {}

        record Rejected(TpmReplacement replacement) implements Reply {}

        record NotFound() implements Reply {}

        /** @param reason what has changed since the TPM asked */
        record NoLonger(String reason) implements Reply {}
    }

    /** A TPM that another one has taken the place of. */
    public record Tombstone(
            RegistrationId registrationId, DeviceId deviceId, RegistrationId successor, Instant buried) {}

    /** Those that wait, the latest first. */
    public List<TpmReplacement> waiting() {
        return database.read(c -> Sql.all(
                c,
                "SELECT * FROM dps_replacement WHERE scope = ? ORDER BY asked DESC, registration_id",
                TpmReplacements::read,
                scope.text()));
    }

    /** Enrolls the new TPM, or accepts the cleared one, in the place of the former; all or nothing. */
    public Reply approve(RegistrationId former, RegistrationId replacement) {
        return database.transaction(c -> {
            Optional<TpmReplacement> asked = find(c, former, replacement);
            if (asked.isEmpty()) {
                return new Reply.NotFound();
            }
            Optional<String> obstacle = asked.get().isCleared() ? rebind(c, asked.get()) : move(c, asked.get());
            if (obstacle.isPresent()) {
                return new Reply.NoLonger(obstacle.get());
            }
            Sql.update(c, "DELETE FROM dps_replacement WHERE scope = ? AND former = ?", scope.text(), former.text());
            return new Reply.Moved(asked.get());
        });
    }

    /** Forgets the request; the TPM asks again when it is still there. */
    public Reply reject(RegistrationId former, RegistrationId replacement) {
        return database.transaction(c -> {
            Optional<TpmReplacement> asked = find(c, former, replacement);
            if (asked.isEmpty()) {
                return new Reply.NotFound();
            }
            Sql.update(
                    c,
                    "DELETE FROM dps_replacement WHERE scope = ? AND former = ? AND registration_id = ?",
                    scope.text(),
                    former.text(),
                    replacement.text());
            return new Reply.Rejected(asked.get());
        });
    }

    /** Writes down that a TPM asks. */
    void keep(TpmReplacement asking) {
        database.transaction(c -> {
            Sql.update(
                    c,
                    Sql.upsert(
                            "dps_replacement",
                            "scope, former, registration_id",
                            "device_id, endorsement_key, storage_root_key, asked"),
                    scope.text(),
                    asking.former().text(),
                    asking.registrationId().text(),
                    asking.deviceId().text(),
                    asking.tpm().endorsementKey().tpm2bPublic(),
                    asking.tpm().storageRootKey().tpm2bPublic(),
                    asking.asked().toEpochMilli());
            return Sql.update(
                    c,
                    "DELETE FROM dps_replacement WHERE scope = ? AND (former, registration_id) NOT IN ("
                            + "SELECT former, registration_id FROM dps_replacement WHERE scope = ? "
                            + "ORDER BY asked DESC LIMIT ?)",
                    scope.text(),
                    scope.text(),
                    MOST_WAITING);
        });
    }

    Optional<Tombstone> tombstone(EndorsementKey key) {
        return database.read(c -> Sql.first(
                c,
                "SELECT * FROM dps_tombstone WHERE scope = ? AND key_hash = ?",
                row -> new Tombstone(
                        RegistrationId.of(row.text("registration_id")),
                        DeviceId.of(row.text("device_id")),
                        RegistrationId.of(row.text("successor")),
                        Instant.ofEpochMilli(row.number("buried"))),
                scope.text(),
                key.digest()));
    }

    /** What the former registration was granted, while it attests with a TPM and its record names {@code device}. */
    Optional<EnrolledDevice> terms(RegistrationId former, DeviceId device) {
        if (records.find(former)
                .filter(record -> record.deviceId().equals(device))
                .isEmpty()) {
            return Optional.empty();
        }
        Optional<EnrolledDevice> individual = enrollments
                .find(former)
                .map(StoredEnrollment::enrollment)
                .filter(enrollment -> enrollment.attestation() instanceof AttestationMechanism.Tpm)
                .map(IndividualEnrollment::device);
        return individual.or(() -> tpms.find(former)
                .flatMap(tpm -> tpm.group().flatMap(groups::find))
                .map(entry -> entry.group().member(former).called(device)));
    }

    private Optional<String> rebind(Connection c, TpmReplacement asked) throws SQLException {
        int rows = Sql.update(
                c,
                "UPDATE dps_enrollment SET storage_root_key = ? WHERE scope = ? AND registration_id = ? "
                        + "AND endorsement_key = ?",
                asked.tpm().storageRootKey().tpm2bPublic(),
                scope.text(),
                asked.registrationId().text(),
                asked.tpm().endorsementKey().tpm2bPublic());
        rows += Sql.update(
                c,
                "UPDATE dps_tpm SET storage_root_key = ? WHERE scope = ? AND registration_id = ? AND key_hash = ?",
                asked.tpm().storageRootKey().tpm2bPublic(),
                scope.text(),
                asked.registrationId().text(),
                asked.tpm().endorsementKey().digest());
        return rows > 0
                ? Optional.empty()
                : Optional.of("the registration " + asked.former() + " is gone, or another TPM's by now");
    }

    private Optional<String> move(Connection c, TpmReplacement asked) throws SQLException {
        Optional<EnrolledDevice> terms = terms(asked.former(), asked.deviceId());
        Optional<RegistrationRecord> record = records.find(asked.former());
        if (terms.isEmpty() || record.isEmpty()) {
            return Optional.of("the registration " + asked.former() + " of device " + asked.deviceId() + " is gone");
        }
        if (enrollments.find(asked.registrationId()).isPresent()) {
            return Optional.of(asked.registrationId() + " is enrolled by itself already");
        }
        bury(c, asked);
        enrollments.replace(
                c,
                asked.former(),
                new IndividualEnrollment(
                        asked.registrationId(),
                        Optional.of(asked.deviceId()),
                        new AttestationMechanism.Tpm(
                                asked.tpm().endorsementKey(),
                                Optional.of(asked.tpm().storageRootKey())),
                        terms.get().status(),
                        terms.get().initialTwin(),
                        AllocationTerms.only(record.get().assignedHub()),
                        terms.get().reprovisionPolicy()));
        return Optional.empty();
    }

    private void bury(Connection c, TpmReplacement asked) throws SQLException {
        Optional<EndorsementKey> enrolled = enrollments
                .find(asked.former())
                .flatMap(entry -> entry.enrollment().attestation() instanceof AttestationMechanism.Tpm tpm
                        ? Optional.of(tpm.endorsementKey())
                        : Optional.empty());
        var keyHash = enrolled.map(EndorsementKey::digest)
                .or(() -> tpms.find(asked.former()).map(tpm -> tpm.keyHash()))
                .orElseThrow();
        Sql.update(
                c,
                Sql.upsert("dps_tombstone", "scope, key_hash", "registration_id, device_id, successor, buried"),
                scope.text(),
                keyHash,
                asked.former().text(),
                asked.deviceId().text(),
                asked.registrationId().text(),
                clock.instant().toEpochMilli());
    }

    private Optional<TpmReplacement> find(Connection c, RegistrationId former, RegistrationId replacement)
            throws SQLException {
        return Sql.first(
                c,
                "SELECT * FROM dps_replacement WHERE scope = ? AND former = ? AND registration_id = ?",
                TpmReplacements::read,
                scope.text(),
                former.text(),
                replacement.text());
    }

    private static TpmReplacement read(Row row) throws SQLException {
        return new TpmReplacement(
                RegistrationId.of(row.text("former")),
                RegistrationId.of(row.text("registration_id")),
                DeviceId.of(row.text("device_id")),
                TpmAttestation.decode(row.bytes("endorsement_key"), row.bytes("storage_root_key")),
                Instant.ofEpochMilli(row.number("asked")));
    }
}
