// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.allocation.AllocationTerms;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.Optional;

/** What enrollments and groups say alike on the wire: whether and where to, with which first twin. */
record Terms(
        ProvisioningStatus status,
        InitialTwin initialTwin,
        AllocationTerms allocation,
        ReprovisionPolicy reprovisionPolicy) {

    static Terms parse(JsonObject json) {
        return new Terms(
                filled(json, "provisioningStatus")
                        .map(ProvisioningStatus::parse)
                        .orElse(ProvisioningStatus.ENABLED),
                Json.object(json, "initialTwin").map(InitialTwin::parse).orElse(InitialTwin.EMPTY),
                AllocationTerms.parse(json),
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
                .add("capabilities", Json.object().add("iotEdge", false));
        allocation.writeTo(json);
    }

    /** A text member that says something; empty texts stand for "not given". */
    private static Optional<String> filled(JsonObject json, String name) {
        return Json.text(json, name).filter(text -> !text.isBlank());
    }
}
