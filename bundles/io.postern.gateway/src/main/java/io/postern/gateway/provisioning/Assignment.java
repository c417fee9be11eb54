// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import io.postern.gateway.identity.Attestation.Kind;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import jakarta.json.JsonObject;
import java.util.Optional;

/**
 * Where the provisioning service has put this gateway, and for which identity that holds.
 *
 * @param tpm the keys of the TPM it was made for; none when the gateway proves itself otherwise
 */
public record Assignment(
        IdScope idScope,
        RegistrationId registrationId,
        Kind kind,
        Optional<TpmKeys> tpm,
        HubName hub,
        DeviceId deviceId) {

    /** Under which name of the state store the one that holds is remembered. */
    public static final String FACT = "assignment";

    public Assignment {
        if (tpm.isPresent() != (kind == Kind.TPM)) {
            throw new IllegalArgumentException("a TPM's keys belong to an assignment by TPM, and to no other");
        }
    }

    /**
     * The keys of a TPM: another endorsement key is another machine (DPS-30).
     *
     * @param endorsement SHA-256 over the endorsement key
     * @param storageRoot the storage root key's name
     */
    public record TpmKeys(Bytes endorsement, Bytes storageRoot) {
        static TpmKeys parse(JsonObject json) {
            return new TpmKeys(
                    Bytes.hex(Json.requireText(json, "endorsementKeyDigest")),
                    Bytes.hex(Json.requireText(json, "storageRootKeyName")));
        }

        JsonObject toJson() {
            return Json.object()
                    .add("endorsementKeyDigest", endorsement.toString())
                    .add("storageRootKeyName", storageRoot.toString())
                    .build();
        }
    }

    /** @throws IllegalArgumentException naming the member that is missing or malformed */
    static Assignment parse(JsonObject json) {
        return new Assignment(
                IdScope.of(Json.requireText(json, "idScope")),
                RegistrationId.of(Json.requireText(json, "registrationId")),
                Kind.parse(Json.requireText(json, "attestation")),
                Json.object(json, "tpm").map(TpmKeys::parse),
                HubName.of(Json.requireText(json, "hub")),
                DeviceId.of(Json.requireText(json, "deviceId")));
    }

    JsonObject toJson() {
        var json = Json.object()
                .add("idScope", idScope.text())
                .add("registrationId", registrationId.text())
                .add("attestation", kind.text())
                .add("hub", hub.text())
                .add("deviceId", deviceId.text());
        tpm.ifPresent(keys -> json.add("tpm", keys.toJson()));
        return json.build();
    }
}
