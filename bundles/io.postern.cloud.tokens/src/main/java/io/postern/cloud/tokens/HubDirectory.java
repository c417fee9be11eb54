// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.hub.AccessDecision;
import io.postern.cloud.hub.AccessDecision.Denial;
import io.postern.cloud.hub.DeviceAuthentication;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Principal;
import io.postern.cloud.hub.RegistryReply;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.wire.DeviceId;
import io.postern.wire.Secret;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The devices of our own hub. */
public record HubDirectory(Hub hub) implements DeviceDirectory {
    @Override
    public Optional<Entry> find(DeviceId device) {
        return hub.identities()
                .find(device)
                .map(found -> new Entry(device, keys(found.authentication()), found.enabled(), found.generationId()));
    }

    /** That a device is disabled is told apart by its entry. */
    @Override
    public Optional<String> flaw(DeviceId device, CertificateChain shown) {
        return switch (hub.gatekeeper().admitDevice(shown, device)) {
            case AccessDecision.Allowed<Principal.Device> _ -> Optional.empty();
            case AccessDecision.Denied<Principal.Device>(Denial reason, String text) ->
                reason == Denial.DISABLED_DEVICE ? Optional.empty() : Optional.of(text);
        };
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
        return hub.identities().quarantine().of(device).map(RegistryReply.Quarantined::until);
    }
}
