// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.Secret;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.List;
import java.util.Optional;

/**
 * An enrollment group an operator asks for (DPS-23).
 *
 * @param attestation the wire form
 * @param hub the hub wanted; empty: the service's allocation policy decides
 */
public record NewGroup(
        String id, JsonObject attestation, Optional<HubName> hub, Optional<JsonObject> initialTwin, boolean enabled) {
    /** What the hosted application platform calls the group of its devices with keys (CEN-21). */
    public static final String DEFAULT_OF_KEYS = "SAS-IoT-Devices";

    /** With keys the service makes. */
    public static NewGroup symmetricKey(String id) {
        return plain(id, "symmetricKey", Json.object());
    }

    /** With keys of the operator's own. */
    public static NewGroup symmetricKey(String id, Secret primary, Secret secondary) {
        return plain(
                id,
                "symmetricKey",
                Json.object().add("primaryKey", primary.revealBase64()).add("secondaryKey", secondary.revealBase64()));
    }

    /** Of the devices below a CA. @param certificate its DER in base64 */
    public static NewGroup signedBy(String id, String certificate) {
        var primary = Json.object().add("certificate", certificate);
        return plain(
                id,
                "x509",
                Json.object().add("signingCertificates", Json.object().add("primary", primary)));
    }

    /** Of the devices below a CA that the service knows by a name. */
    public static NewGroup underCa(String id, String name) {
        return plain(id, "x509", Json.object().add("caReferences", Json.object().add("primary", name)));
    }

    /** Of the TPMs on a list that is sent afterwards. */
    public static NewGroup keyList(String id, JsonArray accepts) {
        return plain(id, "tpmShipment", Json.object().add("by", "keyList").add("accepts", accepts));
    }

    /** Of the TPMs below vendors' CAs that the service knows by these names. */
    public static NewGroup vendorCa(String id, List<String> names, JsonArray accepts) {
        var vendors = Json.array();
        names.forEach(vendors::add);
        return plain(
                id,
                "tpmShipment",
                Json.object().add("by", "vendorCa").add("vendorCas", vendors).add("accepts", accepts));
    }

    public NewGroup withHub(Optional<HubName> name) {
        return new NewGroup(id, attestation, name, initialTwin, enabled);
    }

    /** @param twin {@code {"tags":{...},"properties":{"desired":{...}}}} */
    public NewGroup withInitialTwin(Optional<JsonObject> twin) {
        return new NewGroup(id, attestation, hub, twin, enabled);
    }

    public NewGroup withEnabled(boolean yes) {
        return new NewGroup(id, attestation, hub, initialTwin, yes);
    }

    JsonObject toJson() {
        JsonObjectBuilder json = Json.object()
                .add("enrollmentGroupId", id)
                .add("attestation", attestation)
                .add("provisioningStatus", enabled ? "enabled" : "disabled");
        hub.ifPresent(name -> json.add("allocationPolicy", "static").add("iotHubHostName", name.text()));
        initialTwin.ifPresent(twin -> json.add("initialTwin", twin));
        return json.build();
    }

    private static NewGroup plain(String id, String type, JsonObjectBuilder how) {
        JsonObject attestation = Json.object().add("type", type).add(type, how).build();
        return new NewGroup(id, attestation, Optional.empty(), Optional.empty(), true);
    }

    @Override
    public String toString() {
        return "NewGroup[" + id + "]"; // the attestation may hold keys
    }
}
