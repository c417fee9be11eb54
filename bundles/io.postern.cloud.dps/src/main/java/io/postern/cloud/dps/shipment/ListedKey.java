// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.shipment;

import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.tpm.EndorsementKey;
import jakarta.json.JsonObject;
import java.util.Optional;

/**
 * One TPM of a list.
 *
 * @param hash {@link EndorsementKey#digest()}: all that has to be known of a TPM before it arrives
 * @param ownId the registration id it is to have when not the one it gives itself (DEC-5)
 * @param deviceId its name in the hub when that is not its registration id (DPS-12)
 */
public record ListedKey(
        Bytes hash,
        Optional<RegistrationId> ownId,
        Optional<DeviceId> deviceId,
        Optional<EndorsementCertificate> certificate) {

    public RegistrationId registrationId() {
        return ownId.orElseGet(() -> EndorsementKey.registrationId(hash));
    }

    public DeviceId device() {
        return deviceId.orElseGet(() -> DeviceId.of(registrationId().text()));
    }

    /** Without the certificate, of which it only tells whether there is one. */
    public JsonObject toJson() {
        return Json.object()
                .add("endorsementKeyHash", hash.toString())
                .add("registrationId", registrationId().text())
                .add("deviceId", device().text())
                .add("endorsementKeyCertificate", certificate.isPresent())
                .build();
    }
}
