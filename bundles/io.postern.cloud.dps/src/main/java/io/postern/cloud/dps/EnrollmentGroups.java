// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.KeySealer;
import io.postern.cloud.store.Sql;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The enrollment groups of one tenant (DPS-23). They are few and every stranger is held against all of them, so they are all kept in
 * memory beside the database; symmetric keys are sealed at rest.
 */
public final class EnrollmentGroups {
    private static final int KEY_LENGTH = 64; // what the hosted service generates
    private static final String MEMBERS = "scope = ? AND group_id = ?";
    private static final int MOST = 100; // spec: limits of the provisioning service, groups of one kind

    private final Database database;
    private final IdScope scope;
    private final GroupRow rows;
    private final InstantSource clock;
    private final SecureRandom random;
    private volatile List<StoredGroup> all; // in the order of ids; replaced as a whole, by the holder of this

    public EnrollmentGroups(
            Database database, IdScope scope, KeySealer sealer, InstantSource clock, SecureRandom random) {
        this.database = database;
        this.scope = scope;
        this.rows = new GroupRow(scope, sealer);
        this.clock = clock;
        this.random = random;
        leaving().forEach(this::empty);
        this.all = readAll();
    }

    /**
     * Reads a group of the service API. Symmetric keys it does not name are those the list holds for it, or new ones.
     *
     * @throws IllegalArgumentException naming the member that is missing or malformed
     */
    public EnrollmentGroup parse(JsonObject json) {
        return EnrollmentCodec.parseGroup(
                json, () -> presentKeys(json).orElseGet(() -> SymmetricKeys.random(KEY_LENGTH, random)));
    }

    public Optional<StoredGroup> find(EnrollmentGroupId id) {
        return all.stream().filter(entry -> entry.group().id().equals(id)).findFirst();
    }

    public synchronized GroupReply.Creation create(EnrollmentGroup group) {
        if (find(group.id()).isPresent()) {
            return new GroupReply.AlreadyExists(group.id());
        }
        if (all.stream().filter(entry -> isAlike(entry.group(), group)).count() >= MOST) {
            return new GroupReply.TooMany(MOST);
        }
        Instant now = clock.instant();
        return new GroupReply.Stored(
                write(new StoredGroup(group, Etag.fresh(random), now, now), Operation.ENROLLMENT_ADD));
    }

    public synchronized GroupReply.Update update(EnrollmentGroup group, IfMatch condition) {
        Optional<StoredGroup> current = find(group.id());
        if (current.isEmpty()) {
            return new GroupReply.NotFound(group.id());
        }
        if (!condition.accepts(current.get().etag())) {
            return new GroupReply.EtagMismatch(group.id(), current.get().etag());
        }
        var next = new StoredGroup(group, Etag.fresh(random), current.get().created(), clock.instant());
        return new GroupReply.Stored(write(next, Operation.ENROLLMENT_UPDATE));
    }

    /**
     * Removes the group and the registration records of its members; the devices stay in their hub. From the first moment
     * on it lets nobody in. When the process dies meanwhile, the next start removes what is left of it.
     */
    public synchronized GroupReply.Deletion delete(EnrollmentGroupId id, IfMatch condition) {
        Optional<StoredGroup> current = find(id);
        if (current.isEmpty()) {
            return new GroupReply.NotFound(id);
        }
        if (!condition.accepts(current.get().etag())) {
            return new GroupReply.EtagMismatch(id, current.get().etag());
        }
        database.transaction(
                c -> Sql.update(c, "UPDATE dps_group SET leaving = 1 WHERE " + MEMBERS, scope.text(), id.text()));
        all = readAll();
        empty(id);
        return new GroupReply.Deleted(id);
    }

    /** Ends the deletion of a group that lets nobody in any more. */
    private void empty(EnrollmentGroupId id) {
        ManyRows.delete(database, "dps_registration", MEMBERS, scope.text(), id.text());
        database.transaction(c -> Sql.update(c, "DELETE FROM dps_group WHERE " + MEMBERS, scope.text(), id.text())
                // those who came meanwhile
                + Sql.update(c, "DELETE FROM dps_registration WHERE " + MEMBERS, scope.text(), id.text()));
    }

    private List<EnrollmentGroupId> leaving() {
        return database.read(c -> Sql.all(
                c,
                "SELECT group_id FROM dps_group WHERE scope = ? AND leaving = 1",
                row -> EnrollmentGroupId.of(row.text("group_id")),
                scope.text()));
    }

    /** @param most from 1 to {@link Enrollments#LARGEST_PAGE} */
    public GroupPage page(int most, Optional<EnrollmentGroupId> after) {
        Enrollments.requirePageSize(most);
        List<StoredGroup> rest = all.stream()
                .filter(entry -> !isShipment(entry.group())) // official clients would choke on them
                .filter(entry -> after.isEmpty() || entry.group().id().compareTo(after.get()) > 0)
                .limit(most + 1L)
                .toList();
        boolean more = rest.size() > most;
        List<StoredGroup> page = more ? rest.subList(0, most) : rest;
        return new GroupPage(page, more ? Optional.of(page.getLast().group().id()) : Optional.empty());
    }

    /** The groups of TPMs, which no page shows: only our own tools know what they are. */
    public List<StoredGroup> shipments() {
        return all.stream().filter(entry -> isShipment(entry.group())).toList();
    }

    /** All groups in the order of their ids. */
    List<EnrollmentGroup> all() {
        return all.stream().map(StoredGroup::group).toList();
    }

    private static boolean isAlike(EnrollmentGroup one, EnrollmentGroup other) {
        return one.attestation() instanceof AttestationMechanism.SymmetricKey
                        == other.attestation() instanceof AttestationMechanism.SymmetricKey
                && isShipment(one) == isShipment(other);
    }

    private static boolean isShipment(EnrollmentGroup group) {
        return group.attestation() instanceof AttestationMechanism.OfShipment;
    }

    private Optional<SymmetricKeys> presentKeys(JsonObject json) {
        return find(EnrollmentGroupId.of(Json.requireText(json, "enrollmentGroupId")))
                .flatMap(present -> switch (present.group().attestation()) {
                    case AttestationMechanism.SymmetricKey(SymmetricKeys keys) -> Optional.of(keys);
                    case AttestationMechanism.SigningCertificates _,
                            AttestationMechanism.CaReferences _,
                            AttestationMechanism.OfShipment _ -> Optional.empty();
                });
    }

    private StoredGroup write(StoredGroup entry, Operation operation) {
        database.transaction(c -> {
            rows.write(c, entry);
            OperationsMeter.count(c, scope, operation);
            return entry;
        });
        all = readAll();
        return entry;
    }

    private List<StoredGroup> readAll() {
        return List.copyOf(database.read(c -> Sql.all(
                c,
                "SELECT * FROM dps_group WHERE scope = ? AND leaving = 0 ORDER BY group_id",
                rows::read,
                scope.text())));
    }
}
