// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.UtcText;
import io.postern.wire.dps.RegistrationStatus;
import jakarta.json.JsonObject;
import java.time.Instant;
import java.util.Optional;

/**
 * That a device has registered, and where it went. Made on success only; an operator may delete it, never change it
 * (DPS-26).
 *
 * @param attested how the device proved itself; empty for a TPM
 * @param lastUpdated when the device registered last
 */
public record RegistrationRecord(
        RegistrationId registrationId,
        DeviceId deviceId,
        HubName assignedHub,
        Optional<RegistrationStatus.Attested> attested,
        Assigned assigned,
        String etag,
        Instant created,
        Instant lastUpdated) {

    /**
     * How the device came to its hub.
     *
     * @param firstHub the hub of its first registration
     * @param since when it was assigned to the hub and name it has now
     * @param payload what the allocation webhook had for it
     */
    public record Assigned(Substatus substatus, HubName firstHub, Instant since, Optional<JsonObject> payload) {}

    RegistrationStatus.State state(Optional<Bytes> authenticationKey) {
        return new RegistrationStatus.State(
                registrationId,
                RegistrationStatus.Status.ASSIGNED,
                Optional.of(assigned.substatus().text()),
                Optional.of(assignedHub),
                Optional.of(deviceId),
                created,
                lastUpdated,
                Optional.of(etag),
                Optional.empty(),
                Optional.empty(),
                authenticationKey,
                attested,
                assigned.payload());
    }

    public JsonObject toJson() {
        return state(Optional.empty()).toJson();
    }

    /**
     * With a member of our own that official clients pass over: {@code "postern":{"configured":true|false|null}} and,
     * when it is, {@code configuredDateTimeUtc} (DPS-02).
     */
    public JsonObject toJson(Configuration configuration) {
        var ours = Json.object();
        switch (configuration) {
            case Configuration.Done(Instant at) ->
                ours.add("configured", true).add("configuredDateTimeUtc", UtcText.of(at));
            case Configuration.Pending() -> ours.add("configured", false);
            case Configuration.Unknown() -> ours.addNull("configured");
        }
        return Json.object(toJson()).add("postern", ours).build();
    }
}
