// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.hub.DeviceAuthentication;
import io.postern.cloud.hub.IdentityRegistry;
import io.postern.cloud.hub.RegistryReply;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.wire.DeviceId;
import io.postern.wire.Secret;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The devices of our own hub. */
public record HubDirectory(IdentityRegistry identities) implements DeviceDirectory {
    @Override
    public Optional<Entry> find(DeviceId device) {
        return identities
                .find(device)
                .map(found -> new Entry(device, keys(found.authentication()), found.enabled(), found.generationId()));
    }

    private static List<Secret> keys(DeviceAuthentication authentication) {
        return switch (authentication) {
            case DeviceAuthentication.Sas(SymmetricKeys(Secret primary, Secret secondary)) ->
                List.of(primary, secondary);
            case DeviceAuthentication.ByCertificate _ -> List.of();
        };
    }

    @Override
    public Optional<Instant> quarantinedUntil(DeviceId device) {
        return identities.quarantine().of(device).map(RegistryReply.Quarantined::until);
    }
}
