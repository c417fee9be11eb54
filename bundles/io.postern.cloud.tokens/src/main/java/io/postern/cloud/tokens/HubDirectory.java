// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.hub.AccessDecision;
import io.postern.cloud.hub.AccessDecision.Denial;
import io.postern.cloud.hub.DeviceAuthentication;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.Principal;
import io.postern.cloud.hub.RegistryReply;
import io.postern.cloud.hub.RevocationBarriers.Barrier;
import io.postern.cloud.hub.RevocationBarriers.Order;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.cloud.hub.diagnostics.Actor;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.Secret;
import jakarta.json.JsonValue;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The devices of our own hub. */
public record HubDirectory(Hub hub) implements DeviceDirectory {
    @Override
    public Optional<Entry> find(DeviceId device) {
        return hub.identities().find(device).map(this::entry);
    }

    private Entry entry(DeviceIdentity found) {
        Optional<Barrier> barrier = hub.barriers().find(found.deviceId());
        return new Entry(
                found.deviceId(),
                keys(found.authentication()),
                found.enabled() && !hub.lists().bars(found.deviceId()),
                found.generationId(),
                barrier.map(Barrier::until).orElse(Instant.EPOCH),
                barrier.filter(each -> each.closes(found.generationId())).isPresent());
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

    @Override
    public Optional<String> create(DeviceId leaf, DeviceId gateway) {
        IdentityDraft draft = IdentityDraft.of(leaf)
                .withTwin(Json.object().add("gateway", gateway.text()).build(), JsonValue.EMPTY_JSON_OBJECT);
        return switch (Actor.within("gateway " + gateway)
                .does(() -> hub.identities().create(draft))) {
            case RegistryReply.Created _, RegistryReply.AlreadyExists _ -> Optional.empty();
            case RegistryReply.Quarantined barred ->
                Optional.of("the name " + leaf + " is barred until " + barred.until());
        };
    }

    @Override
    public void carryOut(List<Order> orders, Consumer<Order> done) {
        hub.barriers().carryOut(orders);
        orders.forEach(done);
    }

    @Override
    public String effect() {
        return "tokens issued so far do not count any more and the live session is cut; the identity stays";
    }
}
