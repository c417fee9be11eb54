// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.SymmetricKeys;
import io.postern.cloud.store.KeySealer;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.Secret;
import io.postern.wire.tpm.EndorsementKey;
import io.postern.wire.tpm.RsaStorageKey;
import jakarta.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** One row of the enrollment table: the document without its attestation, and the public keys, the sealed keys or the certificates. */
final class EnrollmentRow {
    private static final String WRITE = """
            INSERT OR REPLACE INTO dps_enrollment(registration_id, document, endorsement_key, storage_root_key,
            primary_key, secondary_key, x509, etag, created, last_updated) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;

    /** The attestation as it lies in its five columns; two pairs and one, of which one is filled. */
    private record Keys(
            Optional<Bytes> endorsementKey,
            Optional<Bytes> storageRootKey,
            Optional<Bytes> sealedPrimary,
            Optional<Bytes> sealedSecondary,
            Optional<String> x509) {}

    private final KeySealer sealer;

    EnrollmentRow(KeySealer sealer) {
        this.sealer = sealer;
    }

    void write(Connection c, StoredEnrollment entry) throws SQLException {
        IndividualEnrollment enrollment = entry.enrollment();
        Keys keys = keys(enrollment);
        Sql.update(
                c,
                WRITE,
                enrollment.registrationId().text(),
                EnrollmentCodec.document(enrollment).build().toString(),
                keys.endorsementKey(),
                keys.storageRootKey(),
                keys.sealedPrimary(),
                keys.sealedSecondary(),
                keys.x509(),
                entry.etag(),
                entry.created(),
                entry.lastUpdated());
    }

    StoredEnrollment read(Row row) throws SQLException {
        RegistrationId id = RegistrationId.of(row.text("registration_id"));
        return new StoredEnrollment(
                EnrollmentCodec.parse(Json.parseObject(row.text("document")), attestation(row, id)),
                row.text("etag"),
                row.instant("created"),
                row.instant("last_updated"));
    }

    private Keys keys(IndividualEnrollment enrollment) {
        RegistrationId id = enrollment.registrationId();
        return switch (enrollment.attestation()) {
            case AttestationMechanism.Tpm(EndorsementKey ek, Optional<RsaStorageKey> srk) ->
                new Keys(
                        Optional.of(ek.tpm2bPublic()),
                        srk.map(RsaStorageKey::tpm2bPublic),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty());
            case AttestationMechanism.SymmetricKey(SymmetricKeys(Secret primary, Secret secondary)) ->
                new Keys(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(sealer.seal(primary, place(id, "primary"))),
                        Optional.of(sealer.seal(secondary, place(id, "secondary"))),
                        Optional.empty());
            case AttestationMechanism.ClientCertificates certificates -> certificates(X509Codec.toJson(certificates));
            case AttestationMechanism.CaReferences references -> certificates(X509Codec.toJson(references));
        };
    }

    private static Keys certificates(JsonObject x509) {
        return new Keys(
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(x509.toString()));
    }

    private AttestationMechanism.OfDevice attestation(Row row, RegistrationId id) throws SQLException {
        Bytes endorsementKey = row.bytes("endorsement_key");
        if (!endorsementKey.isEmpty()) {
            return new AttestationMechanism.Tpm(
                    EndorsementKey.decode(endorsementKey),
                    Optional.of(row.bytes("storage_root_key"))
                            .filter(key -> !key.isEmpty())
                            .map(RsaStorageKey::decode));
        }
        Optional<String> x509 = row.optionalText("x509");
        if (x509.isPresent()) {
            return X509Codec.ofDevice(Json.parseObject(x509.get()));
        }
        return new AttestationMechanism.SymmetricKey(new SymmetricKeys(
                sealer.unseal(row.bytes("primary_key"), place(id, "primary")),
                sealer.unseal(row.bytes("secondary_key"), place(id, "secondary"))));
    }

    private static String place(RegistrationId id, String which) {
        return "dps_enrollment/" + id + "/" + which;
    }
}
