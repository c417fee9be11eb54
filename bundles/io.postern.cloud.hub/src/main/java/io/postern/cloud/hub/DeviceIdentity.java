// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.DeviceId;
import io.postern.wire.ModelId;
import java.time.Instant;
import java.util.Optional;

/**
 * One entry of the identity registry, as it stood when it was read.
 *
 * @param generationId tells two devices apart that bore the same name one after the other
 * @param etag changes with every update of the identity, not with its connection state
 * @param statusReason why it is disabled, in the operator's words
 * @param connectedSince present while a session is live
 * @param connectionChanged when a device last came or went
 * @param lastActivity the last connect, message or disconnect
 * @param model what the device last said it is (CEN-22)
 */
public record DeviceIdentity(
        DeviceId deviceId,
        String generationId,
        String etag,
        boolean enabled,
        Optional<String> statusReason,
        DeviceAuthentication authentication,
        Relations relations,
        Instant created,
        Instant statusUpdated,
        Optional<Instant> connectedSince,
        Optional<Instant> connectionChanged,
        Optional<Instant> lastActivity,
        Optional<ModelId> model) {

    /**
     * The keys of a device that authenticates by them.
     *
     * @throws IllegalStateException when it does so by a certificate; ask {@link #authentication()} first
     */
    public SymmetricKeys keys() {
        if (authentication instanceof DeviceAuthentication.Sas(SymmetricKeys keys)) {
            return keys;
        }
        throw new IllegalStateException(
                "device " + deviceId + " has no keys, its authentication is " + authentication.type());
    }

    public boolean isConnected() {
        return connectedSince.isPresent();
    }
}
