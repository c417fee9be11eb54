// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.hub.IdentityRegistry;
import io.postern.cloud.hub.RegistryReply;
import io.postern.wire.DeviceId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The devices of our own hub. */
public record HubDirectory(IdentityRegistry identities) implements DeviceDirectory {
    @Override
    public Optional<Entry> find(DeviceId device) {
        return identities
                .find(device)
                .map(found -> new Entry(
                        device,
                        List.of(found.keys().primary(), found.keys().secondary()),
                        found.enabled(),
                        found.generationId()));
    }

    @Override
    public Optional<Instant> quarantinedUntil(DeviceId device) {
        return identities.quarantine().of(device).map(RegistryReply.Quarantined::until);
    }
}
