// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.UtcText;
import io.postern.wire.dps.TpmAttestation;
import jakarta.json.JsonObject;
import java.time.Instant;

/**
 * A TPM that has shown that it exists and asks to be a device that another TPM, or the same one before it was cleared,
 * has been so far. An operator decides.
 *
 * @param former the registration the device has been under
 * @param registrationId what the TPM registers as; the same as {@code former} when it was only cleared
 * @param asked when it asked last
 */
public record TpmReplacement(
        RegistrationId former, RegistrationId registrationId, DeviceId deviceId, TpmAttestation tpm, Instant asked) {

    /** Whether it is the same TPM with another storage root key. */
    public boolean isCleared() {
        return former.equals(registrationId);
    }

    public JsonObject toJson() {
        return Json.object()
                .add("formerRegistrationId", former.text())
                .add("registrationId", registrationId.text())
                .add("deviceId", deviceId.text())
                .add("reason", isCleared() ? "cleared" : "replaced")
                .add("endorsementKeyHash", tpm.endorsementKey().digest().toString())
                .add("askedDateTimeUtc", UtcText.of(asked))
                .build();
    }
}
