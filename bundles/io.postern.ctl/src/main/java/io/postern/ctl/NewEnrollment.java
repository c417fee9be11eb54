// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.Secret;
import io.postern.wire.tpm.EndorsementKey;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.Optional;

/**
 * An individual enrollment an operator asks for (DPS-22).
 *
 * @param attestation the wire form, see {@link #tpm} and {@link #symmetricKey}
 * @param deviceId the name wanted in the hub; empty: the registration id (DPS-12)
 * @param hub the hub wanted; empty: the service's allocation policy decides
 */
public record NewEnrollment(
        RegistrationId registrationId,
        JsonObject attestation,
        Optional<DeviceId> deviceId,
        Optional<HubName> hub,
        Optional<JsonObject> initialTwin,
        boolean enabled) {

    /** For the TPM that holds this endorsement key (CEN-11). */
    public static NewEnrollment tpm(RegistrationId id, EndorsementKey key) {
        JsonObject tpm = Json.object()
                .add("endorsementKey", key.tpm2bPublic().toBase64())
                .build();
        return plain(id, Json.object().add("type", "tpm").add("tpm", tpm).build());
    }

    /** With keys the service makes. */
    public static NewEnrollment symmetricKey(RegistrationId id) {
        return plain(id, symmetricKey(Json.object()));
    }

    /** With keys of the operator's own (CEN-09). */
    public static NewEnrollment symmetricKey(RegistrationId id, Secret primary, Secret secondary) {
        return plain(
                id,
                symmetricKey(Json.object()
                        .add("primaryKey", primary.revealBase64())
                        .add("secondaryKey", secondary.revealBase64())));
    }

    /** With this very certificate, which may be self-signed (CEN-10). @param certificate its DER in base64 */
    public static NewEnrollment certificate(RegistrationId id, String certificate) {
        var primary = Json.object().add("certificate", certificate);
        return x509(id, Json.object().add("clientCertificates", Json.object().add("primary", primary)));
    }

    /** With any certificate for its name below a CA that the service knows by a name. */
    public static NewEnrollment underCa(RegistrationId id, String name) {
        return x509(id, Json.object().add("caReferences", Json.object().add("primary", name)));
    }

    public NewEnrollment withDeviceId(Optional<DeviceId> name) {
        return new NewEnrollment(registrationId, attestation, name, hub, initialTwin, enabled);
    }

    public NewEnrollment withHub(Optional<HubName> name) {
        return new NewEnrollment(registrationId, attestation, deviceId, name, initialTwin, enabled);
    }

    /** @param twin {@code {"tags":{...},"properties":{"desired":{...}}}} */
    public NewEnrollment withInitialTwin(Optional<JsonObject> twin) {
        return new NewEnrollment(registrationId, attestation, deviceId, hub, twin, enabled);
    }

    public NewEnrollment withEnabled(boolean yes) {
        return new NewEnrollment(registrationId, attestation, deviceId, hub, initialTwin, yes);
    }

    JsonObject toJson() {
        JsonObjectBuilder json = Json.object()
                .add("registrationId", registrationId.text())
                .add("attestation", attestation)
                .add("provisioningStatus", enabled ? "enabled" : "disabled");
        deviceId.ifPresent(name -> json.add("deviceId", name.text()));
        hub.ifPresent(name -> json.add("allocationPolicy", "static").add("iotHubHostName", name.text()));
        initialTwin.ifPresent(twin -> json.add("initialTwin", twin));
        return json.build();
    }

    private static NewEnrollment plain(RegistrationId id, JsonObject attestation) {
        return new NewEnrollment(id, attestation, Optional.empty(), Optional.empty(), Optional.empty(), true);
    }

    private static NewEnrollment x509(RegistrationId id, JsonObjectBuilder how) {
        return plain(id, Json.object().add("type", "x509").add("x509", how).build());
    }

    private static JsonObject symmetricKey(JsonObjectBuilder keys) {
        return Json.object()
                .add("type", "symmetricKey")
                .add("symmetricKey", keys)
                .build();
    }

    @Override
    public String toString() {
        return "NewEnrollment[" + registrationId + "]"; // the attestation may hold keys
    }
}
