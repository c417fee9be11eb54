// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.shipment;

import io.postern.cloud.dps.EnrollmentGroupId;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** The lists of endorsement-key hashes, one for each group that has one. A key stands on one list of its tenant only. */
public final class KeyLists {
    /** The most entries of one page. */
    public static final int LARGEST_PAGE = 1000; // as other lists of the service

    private final Database database;
    private final IdScope scope;
    private final ListImport imports;

    /** A key and the group whose list it stands on. */
    public record Entry(EnrollmentGroupId group, ListedKey key) {}

    /** @param continueAfter the hash after which the next page starts; empty on the last */
    public record Page(List<ListedKey> keys, Optional<Bytes> continueAfter) {
        public Page {
            keys = List.copyOf(keys);
        }
    }

    KeyLists(Database database, IdScope scope) {
        this.database = database;
        this.scope = scope;
        this.imports = new ListImport(scope);
    }

    /**
     * Reads rows into a group's list, all good ones in one transaction. Rows that stand there already are left as they
     * are, or updated when they say something else.
     *
     * @param csv a header and rows; at most a few thousand, for the database is busy meanwhile
     * @param firstLine where the first row stands in its file, counted from 1
     * @param run names the import this is a part of: a key that came before in the same run is told as a duplicate
     * @throws IllegalArgumentException when the header is unusable
     */
    public ImportReport read(EnrollmentGroupId group, String csv, int firstLine, String run) {
        return database.transaction(c -> imports.run(c, group, csv, firstLine, run));
    }

    /** The entry of a key, whichever list it stands on. */
    public Optional<Entry> find(Bytes hash) {
        return database.read(c -> Sql.first(
                c,
                "SELECT * FROM dps_listed_key WHERE scope = ? AND key_hash = ?",
                row -> new Entry(EnrollmentGroupId.of(row.text("group_id")), key(row)),
                scope.text(),
                hash));
    }

    public long count(EnrollmentGroupId group) {
        return database.read(c -> Sql.first(
                        c,
                        "SELECT COUNT(*) AS keys FROM dps_listed_key WHERE scope = ? AND group_id = ?",
                        row -> row.number("keys"),
                        scope.text(),
                        group.text()))
                .orElse(0L);
    }

    /** @param most from 1 to {@link #LARGEST_PAGE} */
    public Page page(EnrollmentGroupId group, int most, Optional<Bytes> after) {
        if (most < 1 || most > LARGEST_PAGE) {
            throw new IllegalArgumentException("a page has 1 to " + LARGEST_PAGE + " entries, not " + most);
        }
        List<ListedKey> rest = database.read(c -> Sql.all(
                c,
                "SELECT * FROM dps_listed_key WHERE scope = ? AND group_id = ? AND key_hash > ? "
                        + "ORDER BY key_hash LIMIT ?",
                KeyLists::key,
                scope.text(),
                group.text(),
                after.orElse(Bytes.EMPTY),
                most + 1));
        boolean more = rest.size() > most;
        List<ListedKey> page = more ? rest.subList(0, most) : rest;
        return new Page(page, more ? Optional.of(page.getLast().hash()) : Optional.empty());
    }

    /** Takes a key off a list; its TPM can no longer register. Whether it stood there. */
    public boolean delete(EnrollmentGroupId group, Bytes hash) {
        return database.transaction(c -> Sql.update(
                        c,
                        "DELETE FROM dps_listed_key WHERE scope = ? AND group_id = ? AND key_hash = ?",
                        scope.text(),
                        group.text(),
                        hash))
                > 0;
    }

    static ListedKey key(Row row) throws SQLException {
        Bytes certificate = row.bytes("certificate");
        return new ListedKey(
                row.bytes("key_hash"),
                row.flag("own_id") ? Optional.of(RegistrationId.of(row.text("registration_id"))) : Optional.empty(),
                row.optionalText("device_id").map(DeviceId::of),
                certificate.isEmpty() ? Optional.empty() : Optional.of(EndorsementCertificate.decode(certificate)));
    }
}
