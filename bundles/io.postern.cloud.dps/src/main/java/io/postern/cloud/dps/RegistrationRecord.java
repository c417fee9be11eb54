// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.RegistrationId;
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
        String etag,
        Instant created,
        Instant lastUpdated) {

    RegistrationStatus.State state(Optional<Bytes> authenticationKey) {
        return new RegistrationStatus.State(
                registrationId,
                RegistrationStatus.Status.ASSIGNED,
                Optional.of("initialAssignment"),
                Optional.of(assignedHub),
                Optional.of(deviceId),
                created,
                lastUpdated,
                Optional.of(etag),
                Optional.empty(),
                Optional.empty(),
                authenticationKey,
                attested);
    }

    public JsonObject toJson() {
        return state(Optional.empty()).toJson();
    }
}
