// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.shipment;

import io.postern.cloud.dps.EnrollmentGroupId;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.dps.TpmAttestation;
import io.postern.wire.tpm.RsaStorageKey;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** What is known of the TPMs that have registered. */
public final class TpmRecords {
    private final Database database;
    private final IdScope scope;

    TpmRecords(Database database, IdScope scope) {
        this.database = database;
        this.scope = scope;
    }

    public Optional<TpmRecord> find(RegistrationId id) {
        return database.read(c -> Sql.first(
                c,
                "SELECT * FROM dps_tpm WHERE scope = ? AND registration_id = ?",
                TpmRecords::read,
                scope.text(),
                id.text()));
    }

    /** How many members of a group have registered, by provenance. */
    public Map<Provenance, Long> counts(EnrollmentGroupId group) {
        Map<Provenance, Long> counts = new EnumMap<>(Provenance.class);
        database.read(c -> Sql.all(
                        c,
                        "SELECT provenance, COUNT(*) AS tpms FROM dps_tpm WHERE scope = ? AND group_id = ? "
                                + "GROUP BY provenance",
                        row -> Map.entry(Provenance.parse(row.text("provenance")), row.number("tpms")),
                        scope.text(),
                        group.text()))
                .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
        return counts;
    }

    /** Keeps what a challenge has proven. Costs a write only when it says something new. */
    public void keep(RegistrationId id, Optional<EnrollmentGroupId> group, TpmAttestation tpm, Verdict verdict) {
        var record = TpmRecord.of(id, group, tpm, verdict);
        if (!find(id).equals(Optional.of(record))) {
            database.transaction(c -> Sql.update(
                    c,
                    Sql.upsert(
                            "dps_tpm",
                            "scope, registration_id",
                            "group_id, key_hash, storage_root_key, provenance, verdict"),
                    scope.text(),
                    id.text(),
                    group.map(EnrollmentGroupId::text),
                    record.keyHash(),
                    record.storageRootKey().tpm2bPublic(),
                    record.provenance().text(),
                    record.verdict().toString()));
        }
    }

    private static TpmRecord read(Row row) throws SQLException {
        return new TpmRecord(
                RegistrationId.of(row.text("registration_id")),
                row.optionalText("group_id").map(EnrollmentGroupId::of),
                row.bytes("key_hash"),
                RsaStorageKey.decode(row.bytes("storage_root_key")),
                Provenance.parse(row.text("provenance")),
                Json.parseObject(row.text("verdict")));
    }
}
