// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.Milestones;
import io.postern.gateway.control.ControlDesk;
import io.postern.gateway.control.GatewayMethods;
import io.postern.gateway.downlink.Downlinks;
import io.postern.gateway.https.HttpTokenLink;
import io.postern.gateway.https.HttpsExchange;
import io.postern.gateway.https.TlsDialer;
import io.postern.gateway.https.TrustAnchors;
import io.postern.gateway.leaf.Roster;
import io.postern.gateway.provisioning.Assignment;
import io.postern.gateway.provisioning.Backoff;
import io.postern.gateway.provisioning.Pause;
import io.postern.gateway.provisioning.Provisioner;
import io.postern.gateway.provisioning.ProvisioningEvent;
import io.postern.gateway.provisioning.ProvisioningOutcome;
import io.postern.gateway.provisioning.ProvisioningRules;
import io.postern.gateway.spi.HubLink;
import io.postern.gateway.spi.LeafOrders;
import io.postern.gateway.spi.Outbox;
import io.postern.gateway.spi.SecurityModule;
import io.postern.gateway.spi.StateStore;
import io.postern.gateway.spi.TokenLink;
import io.postern.gateway.spi.Transport;
import io.postern.gateway.trust.TrustUpdater;
import io.postern.gateway.uplink.GatewayIdentity;
import io.postern.gateway.uplink.GatewayPresence;
import io.postern.gateway.uplink.LeafToken;
import io.postern.gateway.uplink.Retry;
import io.postern.gateway.uplink.Sessions;
import io.postern.gateway.uplink.Uplink;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** Puts the parts of a gateway together; who is connected to whom stands here and nowhere else. */
final class Assembly {
    private final GatewaySettings settings;
    private final Identity identity;
    private final Roster roster;
    private final Outbox outbox;
    private final HubLink link;
    private final TokenLink tokens;
    private final Downlinks downlinks;
    private final ControlDesk desk;
    private final Milestones milestones;
    private final InstantSource clock = InstantSource.system();
    private final RandomGenerator random = new SecureRandom();
    private final Retry retry = Retry.standard(random, Pause.REAL);

    private Assembly(
            GatewaySettings settings,
            Identity identity,
            Roster roster,
            Outbox outbox,
            HubLink link,
            TokenLink tokens,
            Optional<LeafOrders> orders,
            ControlDesk desk,
            Milestones milestones) {
        this.settings = settings;
        this.identity = identity;
        this.roster = roster;
        this.outbox = outbox;
        this.link = link;
        this.tokens = tokens;
        this.downlinks = orders.map(to -> Downlinks.to(to, random)).orElse(Downlinks.NONE);
        this.desk = desk;
        this.milestones = milestones;
    }

    /**
     * @param module to be there when the settings' identity needs it
     * @param orders to carry out what the hub wants of leaves; none leaves that to a later start
     * @param desk to answer the gateway's direct methods
     * @param transports to be there as far as the settings name them
     * @throws IOException when the root certificates cannot be read; nothing else is touched yet
     */
    static Assembled of(
            GatewaySettings settings,
            Optional<SecurityModule> module,
            Roster roster,
            Outbox outbox,
            StateStore state,
            HubLink link,
            Optional<LeafOrders> orders,
            ControlDesk desk,
            Milestones milestones,
            Transports transports)
            throws IOException {
        Optional<TrustAnchors> own = Optional.empty();
        if (settings.caFile().isPresent()) {
            own = Optional.of(TrustAnchors.load(settings.caFile().get()));
        }
        TrustAnchors anchors = own.orElseGet(TrustAnchors::ofRuntime);
        Optional<TrustUpdater> trust = trust(settings, anchors);
        var https = new HttpsExchange(anchors, settings.proxy(), HttpsExchange.Limits.DEFAULT);
        Identity identity = Identity.of(settings.identity(), module);
        var journal = new ProvisioningJournal(
                settings.stateFile(), settings.identity().text(), milestones, InstantSource.system());
        var assembly = new Assembly(
                settings,
                identity,
                roster,
                outbox,
                link,
                new HttpTokenLink(settings.tokens(), https),
                orders,
                desk,
                new LeafTroubles(milestones, journal::leaves));
        Provisioner provisioner = identity.provisioner(
                new Provisioner.Settings(settings.idScope(), settings.payload()),
                new Links(
                        settings,
                        https,
                        new TlsDialer(anchors, settings.proxy(), TlsDialer.Limits.DEFAULT),
                        transports,
                        journal::reached),
                state,
                assembly.clock,
                milestones);
        // an operator who has just enrolled a gateway should not wait long; five minutes spare a service that is down
        var backoff = new Backoff(Duration.ofSeconds(2), Duration.ofMinutes(5), assembly.random);
        return new Assembled(
                new GatewayRuntime(
                        provisioning(provisioner),
                        assembly::sessions,
                        new ProvisioningRules(backoff),
                        Pause.REAL,
                        journal),
                trust);
    }

    /** A gateway, and what keeps its roots up to date when somebody may. */
    record Assembled(GatewayRuntime runtime, Optional<TrustUpdater> trust) implements AutoCloseable {
        void start() {
            trust.ifPresent(TrustUpdater::start);
            runtime.start();
        }

        @Override
        public void close() {
            runtime.close();
            trust.ifPresent(TrustUpdater::close);
        }
    }

    private static Optional<TrustUpdater> trust(GatewaySettings settings, TrustAnchors anchors) throws IOException {
        if (settings.caFile().isEmpty() || settings.trustSignerFile().isEmpty()) {
            return Optional.empty();
        }
        TransportSettings to = settings.transports();
        int port = to.port(Transport.HTTPS);
        var updater = TrustUpdater.of(
                settings.caFile().get(),
                settings.trustSignerFile().get(),
                URI.create("https://" + to.host() + ":" + port + "/" + settings.idScope() + "/trust-bundle"),
                new HttpsExchange(TrustAnchors.ofAnyone(), settings.proxy(), HttpsExchange.Limits.DEFAULT),
                System::nanoTime,
                new SecureRandom());
        anchors.onRefusal(updater::notTrusted);
        return Optional.of(updater);
    }

    private static GatewayRuntime.Provisioning provisioning(Provisioner provisioner) {
        return new GatewayRuntime.Provisioning() {
            @Override
            public Optional<Assignment> stored() throws IOException {
                return provisioner.stored();
            }

            @Override
            public ProvisioningOutcome attempt(Consumer<ProvisioningEvent> progress) throws InterruptedException {
                return provisioner.attempt(progress);
            }
        };
    }

    private Sessions sessions(Assignment assignment, Runnable stranger) {
        GatewayIdentity own = identity.toHub(assignment.hub(), assignment.deviceId(), clock);
        var presence = new GatewayPresence(
                assignment.hub(),
                link,
                own,
                settings.model(),
                () -> GatewayReport.of(roster.members()),
                new GatewayMethods(desk, assignment.hub()),
                stranger,
                retry,
                milestones,
                clock);
        return new Sessions(
                presence,
                roster,
                leaf -> new Uplink(
                        leaf,
                        assignment.hub(),
                        link,
                        outbox,
                        new LeafToken(leaf.id(), tokens, own, clock, random),
                        downlinks,
                        retry,
                        milestones,
                        clock));
    }
}
