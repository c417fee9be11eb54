// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.ModelId;
import jakarta.json.JsonObject;
import java.util.Optional;

/**
 * What a registration tells the service besides who it is; put together here and nowhere else.
 *
 * @param configured what an allocation webhook is to be told
 * @param model what the gateway is (CEN-22)
 * @param latencies what a service that assigns to the nearest hub is to know
 */
public record RegistrationPayload(Optional<JsonObject> configured, Optional<ModelId> model, HubLatencies latencies) {
    public static final RegistrationPayload NONE =
            new RegistrationPayload(Optional.empty(), Optional.empty(), HubLatencies.NONE);

    private static final String MODEL = "modelId";
    /** Postern's own member; other services do not notice it. */
    private static final String POSTERN = "postern";

    /** @throws IllegalArgumentException when the configured payload has a member that is filled in here */
    public RegistrationPayload {
        if (configured.filter(json -> json.containsKey(POSTERN)).isPresent()) {
            throw new IllegalArgumentException("the member \"" + POSTERN + "\" is the gateway's own");
        }
        if (model.isPresent()
                && configured.filter(json -> json.containsKey(MODEL)).isPresent()) {
            throw new IllegalArgumentException("the member \"" + MODEL + "\" stands in the key modelId already");
        }
    }

    /**
     * The payload of one attempt; empty when there is nothing to tell.
     *
     * @param certificate of the TPM's endorsement key, from its maker
     */
    Optional<JsonObject> of(Recollection memory, Optional<Bytes> certificate) {
        var json = configured.map(Json::object).orElseGet(Json::object);
        model.ifPresent(id -> json.add(MODEL, id.text()));
        var own = Json.object();
        certificate.ifPresent(der -> own.add("endorsementKeyCertificate", der.toBase64()));
        if (memory instanceof Recollection.Lost(TpmChange.Replaced(var former, var _, var device))) {
            own.add(
                    "replaces",
                    Json.object().add("registrationId", former.text()).add("deviceId", device.text()));
        }
        var milliseconds = Json.object();
        latencies.measure().forEach((hub, latency) -> milliseconds.add(hub.text(), latency.toMillis()));
        JsonObject measured = milliseconds.build();
        if (!measured.isEmpty()) {
            own.add("latencyMs", measured);
        }
        JsonObject postern = own.build();
        if (!postern.isEmpty()) {
            json.add(POSTERN, postern);
        }
        JsonObject payload = json.build();
        return payload.isEmpty() ? Optional.empty() : Optional.of(payload);
    }
}
