// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import jakarta.json.JsonObject;

/**
 * Where the provisioning service has put this gateway, and for which identity that holds.
 *
 * @param endorsementKeyDigest SHA-256 over the endorsement key: another chip is another machine (DPS-30)
 */
public record Assignment(
        IdScope idScope, RegistrationId registrationId, Bytes endorsementKeyDigest, HubName hub, DeviceId deviceId) {

    /** @throws IllegalArgumentException naming the member that is missing or malformed */
    static Assignment parse(JsonObject json) {
        return new Assignment(
                IdScope.of(Json.requireText(json, "idScope")),
                RegistrationId.of(Json.requireText(json, "registrationId")),
                Bytes.hex(Json.requireText(json, "endorsementKeyDigest")),
                HubName.of(Json.requireText(json, "hub")),
                DeviceId.of(Json.requireText(json, "deviceId")));
    }

    JsonObject toJson() {
        return Json.object()
                .add("idScope", idScope.text())
                .add("registrationId", registrationId.text())
                .add("endorsementKeyDigest", endorsementKeyDigest.toString())
                .add("hub", hub.text())
                .add("deviceId", deviceId.text())
                .build();
    }
}
