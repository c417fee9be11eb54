// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.AttestationColumns.Place;
import io.postern.cloud.store.KeySealer;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import java.sql.Connection;
import java.sql.SQLException;

/** One row of the group table: the document without its attestation, and the columns of that. */
final class GroupRow {
    private static final String WRITE = Sql.upsert(
            "dps_group",
            "scope, group_id",
            "document, primary_key, secondary_key, x509, shipment, etag, created, last_updated");

    private final IdScope scope;
    private final KeySealer sealer;

    GroupRow(IdScope scope, KeySealer sealer) {
        this.scope = scope;
        this.sealer = sealer;
    }

    void write(Connection c, StoredGroup entry) throws SQLException {
        EnrollmentGroup group = entry.group();
        AttestationColumns attestation =
                AttestationColumns.of(group.attestation(), place(group.id().text()));
        Sql.update(
                c,
                WRITE,
                scope.text(),
                group.id().text(),
                EnrollmentCodec.document(group).build().toString(),
                attestation.sealedPrimary(),
                attestation.sealedSecondary(),
                attestation.x509(),
                attestation.shipment(),
                entry.etag(),
                entry.created(),
                entry.lastUpdated());
    }

    StoredGroup read(Row row) throws SQLException {
        var attestation = AttestationColumns.ofGroup(row, place(row.text("group_id")));
        return new StoredGroup(
                EnrollmentCodec.parseGroup(Json.parseObject(row.text("document")), attestation),
                row.text("etag"),
                row.instant("created"),
                row.instant("last_updated"));
    }

    private Place place(String id) {
        return new Place(sealer, "dps_group/" + scope + "/" + id);
    }
}
