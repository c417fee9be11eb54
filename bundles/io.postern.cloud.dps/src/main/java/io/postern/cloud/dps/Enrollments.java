// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.KeySealer;
import io.postern.cloud.store.Sql;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.tpm.RsaStorageKey;
import jakarta.json.JsonObject;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The enrollment list of one tenant: who may register (DPS-15, DPS-22). Symmetric keys are sealed at rest. */
public final class Enrollments {
    /** The most entries of one page; the hosted service gives no more in one answer. */
    public static final int LARGEST_PAGE = 1000;

    private static final int KEY_LENGTH = 64; // what the hosted service generates

    private final Database database;
    private final IdScope scope;
    private final EnrollmentRow rows;
    private final InstantSource clock;
    private final SecureRandom random;

    public Enrollments(Database database, IdScope scope, KeySealer sealer, InstantSource clock, SecureRandom random) {
        this.database = database;
        this.scope = scope;
        this.rows = new EnrollmentRow(scope, sealer);
        this.clock = clock;
        this.random = random;
    }

    /**
     * Reads an enrollment of the service API. Symmetric keys it does not name are those the list holds for it, or new
     * ones.
     *
     * @throws IllegalArgumentException naming the member that is missing or malformed
     */
    public IndividualEnrollment parse(JsonObject json) {
        return EnrollmentCodec.parse(
                json, () -> presentKeys(json).orElseGet(() -> SymmetricKeys.random(KEY_LENGTH, random)));
    }

    public Optional<StoredEnrollment> find(RegistrationId id) {
        return database.read(c -> find(c, id));
    }

    /** Makes one transaction of all that {@code changes} does here, so that many entries cost one sync. */
    public <T extends @Nullable Object> T together(Supplier<T> changes) {
        return database.together(changes);
    }

    public EntryReply.Creation create(IndividualEnrollment enrollment) {
        return database.transaction(c -> {
            if (find(c, enrollment.registrationId()).isPresent()) {
                return new EntryReply.AlreadyExists(enrollment.registrationId());
            }
            Instant now = clock.instant();
            return new EntryReply.Stored(
                    write(c, new StoredEnrollment(enrollment, Etag.fresh(random), now, now), Operation.ENROLLMENT_ADD));
        });
    }

    public EntryReply.Update update(IndividualEnrollment enrollment, IfMatch condition) {
        return database.transaction(c -> {
            Optional<StoredEnrollment> current = find(c, enrollment.registrationId());
            if (current.isEmpty()) {
                return new EntryReply.NotFound(enrollment.registrationId());
            }
            if (!condition.accepts(current.get().etag())) {
                return new EntryReply.EtagMismatch(
                        enrollment.registrationId(), current.get().etag());
            }
            var next = new StoredEnrollment(
                    enrollment, Etag.fresh(random), current.get().created(), clock.instant());
            return new EntryReply.Stored(write(c, next, Operation.ENROLLMENT_UPDATE));
        });
    }

    /** Removes the enrollment and its registration record; the device stays in its hub. */
    public EntryReply.Deletion delete(RegistrationId id, IfMatch condition) {
        return database.transaction(c -> {
            Optional<StoredEnrollment> current = find(c, id);
            if (current.isEmpty()) {
                return new EntryReply.NotFound(id);
            }
            if (!condition.accepts(current.get().etag())) {
                return new EntryReply.EtagMismatch(id, current.get().etag());
            }
            Sql.update(
                    c, "DELETE FROM dps_enrollment WHERE scope = ? AND registration_id = ?", scope.text(), id.text());
            Sql.update(
                    c, "DELETE FROM dps_registration WHERE scope = ? AND registration_id = ?", scope.text(), id.text());
            return new EntryReply.Deleted(id);
        });
    }

    /** Puts an enrollment in the place of another registration, which goes with its record; counts one update. */
    void replace(Connection c, RegistrationId former, IndividualEnrollment enrollment) throws SQLException {
        Sql.update(
                c, "DELETE FROM dps_enrollment WHERE scope = ? AND registration_id = ?", scope.text(), former.text());
        Sql.update(
                c, "DELETE FROM dps_registration WHERE scope = ? AND registration_id = ?", scope.text(), former.text());
        Instant now = clock.instant();
        write(c, new StoredEnrollment(enrollment, Etag.fresh(random), now, now), Operation.ENROLLMENT_UPDATE);
    }

    /** @param most from 1 to {@link #LARGEST_PAGE} */
    public EnrollmentPage page(int most, Optional<RegistrationId> after) {
        requirePageSize(most);
        return database.read(c -> {
            List<StoredEnrollment> entries = Sql.all(
                    c,
                    "SELECT * FROM dps_enrollment WHERE scope = ? AND registration_id > ? ORDER BY registration_id LIMIT ?",
                    rows::read,
                    scope.text(),
                    after.map(RegistrationId::text).orElse(""),
                    most + 1);
            boolean more = entries.size() > most;
            List<StoredEnrollment> page = more ? entries.subList(0, most) : entries;
            return new EnrollmentPage(
                    page, more ? Optional.of(page.getLast().enrollment().registrationId()) : Optional.empty());
        });
    }

    /** Keeps the storage root key a TPM has just proven to hold, unless one is kept already. */
    void bindStorageRootKey(RegistrationId id, RsaStorageKey key) {
        database.transaction(c -> Sql.update(
                c,
                "UPDATE dps_enrollment SET storage_root_key = ? "
                        + "WHERE scope = ? AND registration_id = ? AND endorsement_key IS NOT NULL AND storage_root_key IS NULL",
                key.tpm2bPublic(),
                scope.text(),
                id.text()));
    }

    static void requirePageSize(int most) {
        if (most < 1 || most > LARGEST_PAGE) {
            throw new IllegalArgumentException("a page has 1 to " + LARGEST_PAGE + " entries, not " + most);
        }
    }

    private Optional<SymmetricKeys> presentKeys(JsonObject json) {
        return find(RegistrationId.of(Json.requireText(json, "registrationId")))
                .flatMap(present -> switch (present.enrollment().attestation()) {
                    case AttestationMechanism.SymmetricKey(SymmetricKeys keys) -> Optional.of(keys);
                    case AttestationMechanism.Tpm _,
                            AttestationMechanism.ClientCertificates _,
                            AttestationMechanism.CaReferences _ -> Optional.empty();
                });
    }

    private Optional<StoredEnrollment> find(Connection c, RegistrationId id) throws SQLException {
        return Sql.first(
                c,
                "SELECT * FROM dps_enrollment WHERE scope = ? AND registration_id = ?",
                rows::read,
                scope.text(),
                id.text());
    }

    private StoredEnrollment write(Connection c, StoredEnrollment entry, Operation operation) throws SQLException {
        rows.write(c, entry);
        OperationsMeter.count(c, scope, operation);
        return entry;
    }
}
