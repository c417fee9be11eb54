// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.LeafDevice;
import io.postern.gateway.Milestones;
import io.postern.gateway.https.HttpDpsLink;
import io.postern.gateway.https.HttpTokenLink;
import io.postern.gateway.https.HttpsExchange;
import io.postern.gateway.https.TrustAnchors;
import io.postern.gateway.provisioning.Assignment;
import io.postern.gateway.provisioning.Backoff;
import io.postern.gateway.provisioning.Pause;
import io.postern.gateway.provisioning.Provisioner;
import io.postern.gateway.provisioning.ProvisioningOutcome;
import io.postern.gateway.spi.HubLink;
import io.postern.gateway.spi.Outbox;
import io.postern.gateway.spi.SecurityModule;
import io.postern.gateway.spi.StateStore;
import io.postern.gateway.spi.TokenLink;
import io.postern.gateway.uplink.GatewayIdentity;
import io.postern.gateway.uplink.GatewayPresence;
import io.postern.gateway.uplink.LeafToken;
import io.postern.gateway.uplink.Retry;
import io.postern.gateway.uplink.Sessions;
import io.postern.gateway.uplink.Uplink;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Puts the parts of a gateway together; who is connected to whom stands here and nowhere else. */
final class Assembly {
    private final GatewaySettings settings;
    private final SecurityModule module;
    private final Outbox outbox;
    private final HubLink link;
    private final TokenLink tokens;
    private final Milestones milestones;
    private final InstantSource clock = InstantSource.system();
    private final RandomGenerator random = new SecureRandom();
    private final Retry retry = Retry.standard(random, Pause.REAL);

    private Assembly(
            GatewaySettings settings,
            SecurityModule module,
            Outbox outbox,
            HubLink link,
            TokenLink tokens,
            Milestones milestones) {
        this.settings = settings;
        this.module = module;
        this.outbox = outbox;
        this.link = link;
        this.tokens = tokens;
        this.milestones = milestones;
    }

    /** @throws IOException when the root certificates cannot be read; nothing else is touched yet */
    static GatewayRuntime of(
            GatewaySettings settings,
            SecurityModule module,
            Outbox outbox,
            StateStore state,
            HubLink link,
            Milestones milestones)
            throws IOException {
        Optional<TrustAnchors> own = Optional.empty();
        if (settings.caFile().isPresent()) {
            own = Optional.of(TrustAnchors.load(settings.caFile().get()));
        }
        var https = new HttpsExchange(own.orElseGet(TrustAnchors::ofRuntime), HttpsExchange.Limits.DEFAULT);
        var assembly =
                new Assembly(settings, module, outbox, link, new HttpTokenLink(settings.tokens(), https), milestones);
        var provisioner = new Provisioner(
                new Provisioner.Settings(settings.idScope(), settings.registrationId(), Optional.empty()),
                module,
                new HttpDpsLink(settings.provisioning(), https),
                state,
                assembly.clock,
                Pause.REAL,
                milestones);
        // an operator who has just enrolled a gateway should not wait long; five minutes spare a service that is down
        var backoff = new Backoff(Duration.ofSeconds(2), Duration.ofMinutes(5), assembly.random);
        return new GatewayRuntime(provisioning(provisioner), assembly::sessions, backoff, Pause.REAL, milestones);
    }

    private static GatewayRuntime.Provisioning provisioning(Provisioner provisioner) {
        return new GatewayRuntime.Provisioning() {
            @Override
            public Optional<Assignment> stored() throws IOException {
                return provisioner.stored();
            }

            @Override
            public ProvisioningOutcome attempt() throws InterruptedException {
                return provisioner.attempt();
            }
        };
    }

    private Sessions sessions(Assignment assignment, Runnable stranger) {
        var identity = new GatewayIdentity(module, assignment.hub(), assignment.deviceId(), clock);
        var presence = new GatewayPresence(
                assignment.hub(), link, identity, report(settings.leaves()), stranger, retry, milestones, clock);
        List<Uplink> uplinks = settings.leaves().stream()
                .map(leaf -> new Uplink(
                        leaf,
                        assignment.hub(),
                        link,
                        outbox,
                        new LeafToken(leaf.id(), tokens, identity, clock, random),
                        retry,
                        milestones,
                        clock))
                .toList();
        return new Sessions(presence, uplinks);
    }

    /** What the gateway tells the hub of itself; ids of leaves are values, for a name in a twin allows fewer characters. */
    private static JsonObject report(List<LeafDevice> leaves) {
        var ids = Json.array();
        leaves.forEach(leaf -> ids.add(leaf.id().text()));
        return Json.object()
                .add(
                        "gateway",
                        Json.object().add("version", GatewayVersion.text()).add("leaves", ids))
                .build();
    }
}
