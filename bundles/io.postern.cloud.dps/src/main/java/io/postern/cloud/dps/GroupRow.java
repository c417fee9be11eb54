// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.SymmetricKeys;
import io.postern.cloud.store.KeySealer;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** One row of the group table: the document without its attestation, and either the sealed keys or the certificates. */
final class GroupRow {
    private static final String WRITE = """
            INSERT OR REPLACE INTO dps_group(group_id, document, primary_key, secondary_key, x509, etag, created,
            last_updated) VALUES(?, ?, ?, ?, ?, ?, ?, ?)
            """;

    /** The attestation as it lies in its three columns. */
    private record Columns(Optional<Bytes> sealedPrimary, Optional<Bytes> sealedSecondary, Optional<String> x509) {}

    private final KeySealer sealer;

    GroupRow(KeySealer sealer) {
        this.sealer = sealer;
    }

    void write(Connection c, StoredGroup entry) throws SQLException {
        EnrollmentGroup group = entry.group();
        Columns columns = columns(group);
        Sql.update(
                c,
                WRITE,
                group.id().text(),
                EnrollmentCodec.document(group).build().toString(),
                columns.sealedPrimary(),
                columns.sealedSecondary(),
                columns.x509(),
                entry.etag(),
                entry.created(),
                entry.lastUpdated());
    }

    StoredGroup read(Row row) throws SQLException {
        EnrollmentGroupId id = EnrollmentGroupId.of(row.text("group_id"));
        return new StoredGroup(
                EnrollmentCodec.parseGroup(Json.parseObject(row.text("document")), attestation(row, id)),
                row.text("etag"),
                row.instant("created"),
                row.instant("last_updated"));
    }

    private Columns columns(EnrollmentGroup group) {
        return switch (group.attestation()) {
            case AttestationMechanism.SymmetricKey(SymmetricKeys(Secret primary, Secret secondary)) ->
                new Columns(
                        Optional.of(sealer.seal(primary, place(group.id(), "primary"))),
                        Optional.of(sealer.seal(secondary, place(group.id(), "secondary"))),
                        Optional.empty());
            case AttestationMechanism.SigningCertificates signing -> certificates(X509Codec.toJson(signing));
            case AttestationMechanism.CaReferences references -> certificates(X509Codec.toJson(references));
        };
    }

    private static Columns certificates(JsonObject x509) {
        return new Columns(Optional.empty(), Optional.empty(), Optional.of(x509.toString()));
    }

    private AttestationMechanism.OfGroup attestation(Row row, EnrollmentGroupId id) throws SQLException {
        Optional<String> x509 = row.optionalText("x509");
        if (x509.isPresent()) {
            return X509Codec.ofGroup(Json.parseObject(x509.get()));
        }
        return new AttestationMechanism.SymmetricKey(new SymmetricKeys(
                sealer.unseal(row.bytes("primary_key"), place(id, "primary")),
                sealer.unseal(row.bytes("secondary_key"), place(id, "secondary"))));
    }

    private static String place(EnrollmentGroupId id, String which) {
        return "dps_group/" + id + "/" + which;
    }
}
