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

/** One row of the enrollment table: the document without its attestation, and the columns of that. */
final class EnrollmentRow {
    private static final String WRITE = Sql.upsert(
            "dps_enrollment",
            "scope, registration_id",
            "document, endorsement_key, storage_root_key, primary_key, secondary_key, x509, etag, created, last_updated");

    private final IdScope scope;
    private final KeySealer sealer;

    EnrollmentRow(IdScope scope, KeySealer sealer) {
        this.scope = scope;
        this.sealer = sealer;
    }

    void write(Connection c, StoredEnrollment entry) throws SQLException {
        IndividualEnrollment enrollment = entry.enrollment();
        String id = enrollment.registrationId().text();
        AttestationColumns attestation = AttestationColumns.of(enrollment.attestation(), place(id));
        Sql.update(
                c,
                WRITE,
                scope.text(),
                id,
                EnrollmentCodec.document(enrollment).build().toString(),
                attestation.endorsementKey(),
                attestation.storageRootKey(),
                attestation.sealedPrimary(),
                attestation.sealedSecondary(),
                attestation.x509(),
                entry.etag(),
                entry.created(),
                entry.lastUpdated());
    }

    StoredEnrollment read(Row row) throws SQLException {
        var attestation = AttestationColumns.ofDevice(row, place(row.text("registration_id")));
        return new StoredEnrollment(
                EnrollmentCodec.parse(Json.parseObject(row.text("document")), attestation),
                row.text("etag"),
                row.instant("created"),
                row.instant("last_updated"));
    }

    private Place place(String id) {
        return new Place(sealer, "dps_enrollment/" + scope + "/" + id);
    }
}
