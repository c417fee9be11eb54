// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.HubName;
import io.postern.wire.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.util.Optional;

/** What enrollments and groups say alike on the wire: whether and where to, with which first twin. */
record Terms(
        ProvisioningStatus status,
        InitialTwin initialTwin,
        Optional<HubName> desiredHub,
        ReprovisionPolicy reprovisionPolicy) {

    static Terms parse(JsonObject json) {
        JsonObject twin = Json.object(json, "initialTwin").orElse(JsonValue.EMPTY_JSON_OBJECT);
        return new Terms(
                filled(json, "provisioningStatus")
                        .map(ProvisioningStatus::parse)
                        .orElse(ProvisioningStatus.ENABLED),
                new InitialTwin(
                        Json.object(twin, "tags").orElse(JsonValue.EMPTY_JSON_OBJECT),
                        Json.object(twin, "properties")
                                .flatMap(properties -> Json.object(properties, "desired"))
                                .orElse(JsonValue.EMPTY_JSON_OBJECT)),
                desiredHub(json),
                Json.object(json, "reprovisionPolicy")
                        .map(policy -> new ReprovisionPolicy(
                                policy.getBoolean("updateHubAssignment", true),
                                policy.getBoolean("migrateDeviceData", true)))
                        .orElse(ReprovisionPolicy.MIGRATE));
    }

    void writeTo(JsonObjectBuilder json) {
        json.add("provisioningStatus", status.text())
                .add(
                        "initialTwin",
                        Json.object()
                                .add("tags", initialTwin.tags())
                                .add("properties", Json.object().add("desired", initialTwin.desired())))
                .add(
                        "reprovisionPolicy",
                        Json.object()
                                .add("updateHubAssignment", reprovisionPolicy.updateHubAssignment())
                                .add("migrateDeviceData", reprovisionPolicy.migrateDeviceData()))
                .add("allocationPolicy", desiredHub.isPresent() ? "static" : "hashed")
                .add("capabilities", Json.object().add("iotEdge", false));
        desiredHub.ifPresent(hub -> json.add("iotHubHostName", hub.text())
                .add("iotHubs", Json.array().add(hub.text())));
    }

    private static Optional<HubName> desiredHub(JsonObject json) {
        Optional<HubName> one = filled(json, "iotHubHostName").map(HubName::of);
        if (one.isEmpty() && json.get("iotHubs") instanceof JsonArray hubs && !hubs.isEmpty()) {
            if (hubs.size() > 1) {
                throw new IllegalArgumentException("iotHubs names " + hubs.size() + " hubs; name one or none");
            }
            return Optional.of(HubName.of(hubs.getString(0, "")));
        }
        return one;
    }

    /** A text member that says something; empty texts stand for "not given". */
    private static Optional<String> filled(JsonObject json, String name) {
        return Json.text(json, name).filter(text -> !text.isBlank());
    }
}
