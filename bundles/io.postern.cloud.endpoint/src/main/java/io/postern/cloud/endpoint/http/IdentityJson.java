// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.transfer.AuthenticationJson;
import io.postern.cloud.hub.transfer.RecordJson;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.UtcText;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.time.Instant;
import java.util.Optional;

/** Identities as the hub's service endpoint writes and reads them (spec: REST 2021-04-12). */
final class IdentityJson {
    private IdentityJson() {}

    /** @param commands how many wait for the device */
    static JsonObject identity(DeviceIdentity identity, int commands) {
        JsonObjectBuilder json = Json.object()
                .add("deviceId", identity.deviceId().text())
                .add("generationId", identity.generationId())
                .add("etag", identity.etag());
        addState(json, identity, commands);
        return json.add("connectionStateUpdatedTime", time(identity.connectionChanged()))
                .add("statusUpdatedTime", UtcText.of(identity.statusUpdated()))
                .add("authentication", AuthenticationJson.of(identity.authentication()))
                .build();
    }

    /**
     * What a client asks an identity to be.
     *
     * <p>Lenient where the official clients differ: the status in any case, members that
     * only the hub writes are passed over.
     *
     * @throws IllegalArgumentException naming the member that is wrong
     */
    static IdentityDraft draft(DeviceId path, JsonObject body) {
        DeviceId named = DeviceId.of(Json.requireText(body, "deviceId"));
        if (!named.equals(path)) {
            throw new IllegalArgumentException(
                    "the path names device " + path + ", the body " + named + "; both must name the same");
        }
        return RecordJson.identity(path, body);
    }

    private static void addState(JsonObjectBuilder json, DeviceIdentity identity, int commands) {
        json.add("status", identity.enabled() ? "enabled" : "disabled")
                .add("connectionState", identity.isConnected() ? "Connected" : "Disconnected")
                .add("lastActivityTime", time(identity.lastActivity()))
                .add("cloudToDeviceMessageCount", commands)
                .add("x509Thumbprint", AuthenticationJson.thumbprints(identity.authentication()));
        identity.relations().toJson().forEach(json::add);
        identity.statusReason().ifPresent(reason -> json.add("statusReason", reason));
    }

    private static String time(Optional<Instant> instant) {
        return instant.map(UtcText::of).orElse(UtcText.NEVER);
    }
}
