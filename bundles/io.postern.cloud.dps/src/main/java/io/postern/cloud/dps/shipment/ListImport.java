// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.shipment;

import io.postern.cloud.dps.EnrollmentGroupId;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.DeviceId;
import io.postern.wire.IdScope;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes the rows of a file to a list, keeping the good ones and telling what is wrong with the others. */
final class ListImport {
    private static final String WRITE = Sql.upsert(
            "dps_listed_key",
            "scope, key_hash",
            "group_id, registration_id, own_id, device_id, certificate, import, line");

    /** What a good row did. */
    private enum Effect {
        ADDED,
        UPDATED,
        UNCHANGED
    }

    /** A row that stands there already. */
    private record Standing(ListedKey key, String group, String run, long line) {
        static Standing read(Row row) throws SQLException {
            return new Standing(KeyLists.key(row), row.text("group_id"), row.text("import"), row.number("line"));
        }
    }

    /** Where a row comes from and where it goes. */
    private record Place(EnrollmentGroupId group, String run, long line) {}

    private final IdScope scope;

    ListImport(IdScope scope) {
        this.scope = scope;
    }

    ImportReport run(Connection c, EnrollmentGroupId group, String csv, int firstLine, String run) throws SQLException {
        Iterator<String> lines = csv.lines().iterator();
        var parser = new RowParser(lines.hasNext() ? lines.next() : "");
        Map<Effect, Long> effects = new EnumMap<>(Effect.class);
        List<BadRow> bad = new ArrayList<>();
        for (int line = firstLine; lines.hasNext(); line++) {
            String row = lines.next();
            if (row.isBlank()) {
                continue;
            }
            try {
                effects.merge(write(c, parser.parse(row, line), new Place(group, run, line)), 1L, Long::sum);
            } catch (BadFieldException e) {
                bad.add(new BadRow(line, e.column(), e.text(), row));
            }
        }
        long added = effects.getOrDefault(Effect.ADDED, 0L);
        long updated = effects.getOrDefault(Effect.UPDATED, 0L);
        long unchanged = effects.getOrDefault(Effect.UNCHANGED, 0L);
        return new ImportReport(added + updated + unchanged + bad.size(), added, updated, unchanged, bad);
    }

    private Effect write(Connection c, ListedKey key, Place place) throws SQLException, BadFieldException {
        Optional<Standing> standing = standing(c, "key_hash = ?", key.hash());
        if (standing.isPresent()) {
            requireFree(standing.get(), place);
        }
        requireOwnName(c, key);
        Sql.update(
                c,
                WRITE,
                scope.text(),
                key.hash(),
                place.group().text(),
                key.registrationId().text(),
                key.ownId().isPresent(),
                key.deviceId().map(DeviceId::text),
                key.certificate().map(EndorsementCertificate::encode),
                place.run(),
                place.line());
        return standing.map(before -> before.key().equals(key) ? Effect.UNCHANGED : Effect.UPDATED)
                .orElse(Effect.ADDED);
    }

    private static void requireFree(Standing standing, Place place) throws BadFieldException {
        if (!standing.group().equals(place.group().text())) {
            throw new BadFieldException(
                    RowParser.HASH,
                    "this key is on the list of " + standing.group() + " already; take it off there first");
        }
        if (standing.run().equals(place.run()) && standing.line() != place.line()) {
            throw new BadFieldException(
                    RowParser.HASH, "this key stands in line " + standing.line() + " already; that row counts");
        }
    }

    private void requireOwnName(Connection c, ListedKey key) throws SQLException, BadFieldException {
        Optional<Standing> holder = standing(
                        c, "registration_id = ?", key.registrationId().text())
                .filter(other -> !other.key().hash().equals(key.hash()));
        if (holder.isPresent()) {
            throw new BadFieldException(
                    RowParser.ID,
                    "another key has the id " + key.registrationId() + " already: "
                            + holder.get().key().hash() + " on the list of "
                            + holder.get().group());
        }
    }

    private Optional<Standing> standing(Connection c, String condition, Object value) throws SQLException {
        return Sql.first(
                c,
                "SELECT * FROM dps_listed_key WHERE scope = ? AND " + condition,
                Standing::read,
                scope.text(),
                value);
    }
}
