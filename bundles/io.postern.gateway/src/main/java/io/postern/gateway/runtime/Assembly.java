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
import io.postern.gateway.identity.BoxWitness;
import io.postern.gateway.leaf.Roster;
import io.postern.gateway.provisioning.Assignment;
import io.postern.gateway.provisioning.Backoff;
import io.postern.gateway.provisioning.Pause;
import io.postern.gateway.provisioning.Provisioner;
import io.postern.gateway.provisioning.ProvisioningEvent;
import io.postern.gateway.provisioning.ProvisioningOutcome;
import io.postern.gateway.provisioning.ProvisioningRules;
import io.postern.gateway.settings.RemoteSettings;
import io.postern.gateway.spi.DpsTransport;
import io.postern.gateway.spi.Exchanges;
import io.postern.gateway.spi.GatewayClock;
import io.postern.gateway.spi.HubTransport;
import io.postern.gateway.spi.LeafOrders;
import io.postern.gateway.spi.Outbox;
import io.postern.gateway.spi.SecurityModule;
import io.postern.gateway.spi.StateStore;
import io.postern.gateway.spi.TokenLink;
import io.postern.gateway.spi.Transport;
import io.postern.gateway.time.SystemTime;
import io.postern.gateway.time.TimeWitness;
import io.postern.gateway.time.TrustedClock;
import io.postern.gateway.trust.TrustUpdater;
import io.postern.gateway.uplink.FallbackHubLink;
import io.postern.gateway.uplink.GatewayIdentity;
import io.postern.gateway.uplink.GatewayPresence;
import io.postern.gateway.uplink.LeafToken;
import io.postern.gateway.uplink.Retry;
import io.postern.gateway.uplink.Sessions;
import io.postern.gateway.uplink.Transit;
import io.postern.gateway.uplink.UncopiedIdentity;
import io.postern.gateway.uplink.Uplink;
import io.postern.gateway.uplink.UplinkLedger;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Puts the parts of a gateway together; who is connected to whom stands here and nowhere else. */
final class Assembly {
    private final GatewaySettings settings;
    private final Identity identity;
    private final Roster roster;
    private final Outbox outbox;
    private final FallbackHubLink link;
    private final TokenLink tokens;
    private final BoxWitness witness;
    private final Downlinks downlinks;
    private final ControlDesk desk;
    private final Exchanges exchanges;
    private final RemoteSettings remote;
    private final Optional<TrustUpdater> trust;
    private final UplinkLedger ledger;
    private final PostedHealth health;
    private final Milestones milestones;
    private final GatewayClock clock;
    private final TimeKeeper time;
    private final RandomGenerator random = new SecureRandom();
    private final Retry retry;

    private Assembly(
            GatewaySettings settings,
            Identity identity,
            Roster roster,
            Outbox outbox,
            FallbackHubLink link,
            TokenLink tokens,
            BoxWitness witness,
            Optional<LeafOrders> orders,
            ControlDesk desk,
            Exchanges exchanges,
            RemoteSettings remote,
            Optional<TrustUpdater> trust,
            UplinkLedger ledger,
            PostedHealth health,
            Milestones milestones,
            GatewayClock clock,
            TimeKeeper time) {
        this.settings = settings;
        this.identity = identity;
        this.roster = roster;
        this.outbox = outbox;
        this.link = link;
        this.tokens = tokens;
        this.witness = witness;
        this.downlinks = orders.map(to -> Downlinks.to(to, random)).orElse(Downlinks.NONE);
        this.desk = desk;
        this.retry = Retry.standard(settings.openings(), random, Pause.REAL, System::nanoTime);
        this.exchanges = exchanges;
        this.remote = remote;
        this.trust = trust;
        this.ledger = ledger;
        this.health = health;
        this.milestones = milestones;
        this.clock = clock;
        this.time = time;
    }

    /**
     * @param module to be there when the settings' identity needs it
     * @param orders to carry out what the hub wants of leaves; none leaves that to a later start
     * @param desk to answer the gateway's direct methods
     * @param ledger to be written
     * @param health what is not well, told in the report
     * @param exchanges told of those that succeed; whether fresh ones are wanted
     * @param remote what was changed since, told in the report
     * @param transports to be there as far as the settings name them, and so {@code hubTransports}
     * @throws IOException when the root certificates cannot be read; nothing else is touched yet
     */
    static Assembled of(
            GatewaySettings settings,
            Optional<SecurityModule> module,
            Roster roster,
            Outbox outbox,
            StateStore state,
            Optional<LeafOrders> orders,
            ControlDesk desk,
            Exchanges exchanges,
            RemoteSettings remote,
            UplinkLedger ledger,
            PostedHealth health,
            Milestones milestones,
            TrustedClock clock,
            Transports<DpsTransport> transports,
            Transports<HubTransport> hubTransports)
            throws IOException {
        Optional<TrustAnchors> own = Optional.empty();
        if (settings.caFile().isPresent()) {
            own = Optional.of(TrustAnchors.load(settings.caFile().get()));
        }
        TrustAnchors anchors = own.orElseGet(TrustAnchors::ofRuntime);
        Optional<TrustUpdater> trust = trust(settings, anchors, state, exchanges);
        var dialer = new TlsDialer(anchors, settings.proxy(), TlsDialer.Limits.DEFAULT);
        var https = new HttpsExchange(anchors, settings.proxy(), HttpsExchange.Limits.DEFAULT);
        Identity identity = Identity.of(settings.identity(), module);
        anchors.datesBy(clock);
        https.heardBy(new TimeWitness(clock, identity.signer(), System::nanoTime, new SecureRandom()));
        var journal = new ProvisioningJournal(
                settings.stateFile(), settings.identity().text(), milestones, clock);
        Runnable known = () -> {
            anchors.judgeAgain();
            journal.timeKnown();
        };
        TimeKeeper time = timeKeeper(settings, clock, known, https);
        var witness = new BoxWitness(module, state, new SecureRandom(), System::nanoTime);
        FallbackHubLink link = new HubWays(settings.hub(), dialer, https, hubTransports, state)
                .link(roster, journal::reached, new SecureRandom());
        var assembly = new Assembly(
                settings,
                identity,
                roster,
                outbox,
                link,
                settings.tokens()
                        .<TokenLink>map(host -> new HttpTokenLink(host, https, witness))
                        .orElse(TokenLink.NONE),
                witness,
                orders,
                desk,
                exchanges,
                remote,
                trust,
                ledger,
                health,
                new LeafTroubles(noting(exchanges, milestones), journal::leaves),
                clock,
                time);
        Provisioner provisioner = identity.provisioner(
                new Provisioner.Settings(settings.idScope(), settings.payload()),
                new Links(settings, https, dialer, transports, journal::reached),
                state,
                clock,
                milestones);
        // an operator who has just enrolled a gateway should not wait long; five minutes spare a service that is down
        var backoff = new Backoff(Duration.ofSeconds(2), Duration.ofMinutes(5), assembly.random);
        var runtime = new GatewayRuntime(
                provisioning(provisioner, exchanges, time),
                assembly::sessions,
                new ProvisioningRules(backoff),
                Pause.REAL,
                journal);
        journal.follow(runtime::sessions);
        return new Assembled(runtime, link, trust, time, journal);
    }

    /** A gateway, its way to hubs, what keeps its roots and its time right, and where it tells how it stands. */
    record Assembled(
            GatewayRuntime runtime,
            FallbackHubLink link,
            Optional<TrustUpdater> trust,
            TimeKeeper time,
            ProvisioningJournal journal)
            implements AutoCloseable {
        void start() {
            trust.ifPresent(TrustUpdater::start);
            time.start();
            runtime.start();
            link.start();
        }

        @Override
        public void close() {
            runtime.close();
            link.close();
            time.close();
            trust.ifPresent(TrustUpdater::close);
        }
    }

    private static TimeKeeper timeKeeper(
            GatewaySettings settings, TrustedClock clock, Runnable known, HttpsExchange https) {
        TransportSettings to = settings.transports();
        List<URI> servers = Stream.concat(
                        Stream.of(to.host() + ":" + to.port(Transport.HTTPS)), settings.tokens().stream())
                .map(server -> URI.create("https://" + server + "/"))
                .toList();
        Optional<SystemTime> system = settings.trustsSystemTime() ? Optional.of(SystemTime.open()) : Optional.empty();
        return new TimeKeeper(clock, known, system, https, servers, new SecureRandom(), TimeKeeper.PATIENCE);
    }

    private static Optional<TrustUpdater> trust(
            GatewaySettings settings, TrustAnchors anchors, StateStore state, Exchanges exchanges) throws IOException {
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
                new HttpsExchange(anchors, settings.proxy(), HttpsExchange.Limits.DEFAULT),
                state,
                exchanges,
                System::nanoTime,
                new SecureRandom());
        anchors.onRefusal(updater::notTrusted);
        return Optional.of(updater);
    }

    private static Milestones noting(Exchanges exchanges, Milestones milestones) {
        return (milestone, subject) -> {
            if (milestone == Milestones.Milestone.LEAF_CONNECTED) {
                exchanges.succeeded(Exchanges.Kind.LEAF_CONNECTED);
            }
            milestones.reached(milestone, subject);
        };
    }

    private static GatewayRuntime.Provisioning provisioning(
            Provisioner provisioner, Exchanges exchanges, TimeKeeper time) {
        return new GatewayRuntime.Provisioning() {
            @Override
            public Optional<Assignment> stored() throws IOException {
                time.look();
                return exchanges.isProvisioningDemanded() ? Optional.empty() : provisioner.stored();
            }

            @Override
            public ProvisioningOutcome attempt(Consumer<ProvisioningEvent> progress) throws InterruptedException {
                time.look();
                ProvisioningOutcome outcome = provisioner.attempt(progress);
                if (outcome instanceof ProvisioningOutcome.Assigned) {
                    exchanges.succeeded(Exchanges.Kind.PROVISIONED);
                }
                return outcome;
            }
        };
    }

    private Sessions sessions(Assignment assignment, Runnable stranger) {
        ledger.clear();
        ledger.follow(retry.hub()::report);
        GatewayIdentity own = identity.toHub(assignment.hub(), assignment.deviceId(), ledger, clock);
        retry.hub()
                .advisedBy(() -> tokens.comeBack(
                        roster.members().size() + 1, new TokenLink.Asker(own.hub(), own.device(), own.credential())));
        var presence = new GatewayPresence(
                assignment.hub(),
                link,
                new UncopiedIdentity(own, witness),
                settings.model(),
                () -> GatewayReport.of(
                        roster.members(),
                        remote.report(),
                        trust.map(TrustUpdater::report),
                        link.use().used(),
                        health.posted()),
                new GatewayMethods(desk, assignment.hub(), remote::desire),
                exchanges,
                stranger,
                retry,
                milestones,
                clock);
        var transit = new Transit();
        return new Sessions(
                presence,
                roster,
                leaf -> new Uplink(
                        leaf,
                        assignment.hub(),
                        link,
                        outbox,
                        transit,
                        new LeafToken(leaf.id(), tokens, own, retry, ledger, clock, System::nanoTime, random),
                        downlinks,
                        retry,
                        milestones,
                        clock));
    }
}
