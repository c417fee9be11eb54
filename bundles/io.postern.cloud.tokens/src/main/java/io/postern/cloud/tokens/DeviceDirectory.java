// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.wire.DeviceId;
import io.postern.wire.Secret;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What the token service must know of the hub's devices. Kept small so that another hub can stand behind it. */
public interface DeviceDirectory {

    /**
     * One device as it stands now.
     *
     * @param keys either of them signs; empty when it proves itself by a certificate
     * @param generationId tells two devices apart that bore the same name one after the other
     */
    record Entry(DeviceId deviceId, List<Secret> keys, boolean enabled, String generationId) {
        public Entry {
            keys = List.copyOf(keys);
        }
    }

    Optional<Entry> find(DeviceId device);

    /** What is wrong with a certificate chain as that of {@code device}; empty when the hub would let it in with it. */
    Optional<String> flaw(DeviceId device, CertificateChain shown);

    /** Until when the name of a deleted device is barred; empty when it is not. */
    Optional<Instant> quarantinedUntil(DeviceId device);
}
