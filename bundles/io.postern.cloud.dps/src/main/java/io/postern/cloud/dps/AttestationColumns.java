// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.SymmetricKeys;
import io.postern.cloud.store.KeySealer;
import io.postern.cloud.store.Row;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.tpm.EndorsementKey;
import io.postern.wire.tpm.RsaStorageKey;
import jakarta.json.JsonObject;
import java.sql.SQLException;
import java.util.Optional;

/**
 * An attestation mechanism as it lies in the columns of its entry: two pairs and two, of which one is filled.
 *
 * @param x509 the member {@code attestation.x509}
 * @param shipment the member {@code attestation.tpmShipment}
 */
record AttestationColumns(
        Optional<Bytes> endorsementKey,
        Optional<Bytes> storageRootKey,
        Optional<Bytes> sealedPrimary,
        Optional<Bytes> sealedSecondary,
        Optional<String> x509,
        Optional<String> shipment) {

    /**
     * Where keys lie, which they are sealed to.
     *
     * @param entry table, scope and id
     */
    record Place(KeySealer sealer, String entry) {
        private Optional<Bytes> seal(SymmetricKeys keys, String which) {
            return Optional.of(sealer.seal(which.equals("primary") ? keys.primary() : keys.secondary(), of(which)));
        }

        /** The keys of a row that has some. */
        AttestationMechanism.SymmetricKey unseal(Row row) throws SQLException {
            return new AttestationMechanism.SymmetricKey(new SymmetricKeys(
                    sealer.unseal(row.bytes("primary_key"), of("primary")),
                    sealer.unseal(row.bytes("secondary_key"), of("secondary"))));
        }

        private String of(String which) {
            return entry + "/" + which;
        }
    }

    static AttestationColumns of(AttestationMechanism attestation, Place place) {
        return switch (attestation) {
            case AttestationMechanism.Tpm(EndorsementKey ek, Optional<RsaStorageKey> srk) ->
                new AttestationColumns(
                        Optional.of(ek.tpm2bPublic()),
                        srk.map(RsaStorageKey::tpm2bPublic),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty());
            case AttestationMechanism.SymmetricKey(SymmetricKeys keys) ->
                new AttestationColumns(
                        Optional.empty(),
                        Optional.empty(),
                        place.seal(keys, "primary"),
                        place.seal(keys, "secondary"),
                        Optional.empty(),
                        Optional.empty());
            case AttestationMechanism.ClientCertificates certificates -> x509(X509Codec.toJson(certificates));
            case AttestationMechanism.SigningCertificates certificates -> x509(X509Codec.toJson(certificates));
            case AttestationMechanism.CaReferences references -> x509(X509Codec.toJson(references));
            case AttestationMechanism.OfShipment shipment -> shipment(ShipmentCodec.toJson(shipment));
        };
    }

    static AttestationMechanism.OfDevice ofDevice(Row row, Place place) throws SQLException {
        Bytes endorsementKey = row.bytes("endorsement_key");
        if (!endorsementKey.isEmpty()) {
            return new AttestationMechanism.Tpm(
                    EndorsementKey.decode(endorsementKey),
                    Optional.of(row.bytes("storage_root_key"))
                            .filter(key -> !key.isEmpty())
                            .map(RsaStorageKey::decode));
        }
        Optional<JsonObject> x509 = row.optionalText("x509").map(Json::parseObject);
        return x509.isPresent() ? X509Codec.ofDevice(x509.get()) : place.unseal(row);
    }

    static AttestationMechanism.OfGroup ofGroup(Row row, Place place) throws SQLException {
        Optional<JsonObject> x509 = row.optionalText("x509").map(Json::parseObject);
        if (x509.isPresent()) {
            return X509Codec.ofGroup(x509.get());
        }
        Optional<JsonObject> shipment = row.optionalText("shipment").map(Json::parseObject);
        return shipment.isPresent() ? ShipmentCodec.parse(shipment.get()) : place.unseal(row);
    }

    private static AttestationColumns x509(JsonObject member) {
        return new AttestationColumns(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(member.toString()),
                Optional.empty());
    }

    private static AttestationColumns shipment(JsonObject member) {
        return new AttestationColumns(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(member.toString()));
    }
}
