// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.IdentityListener;
import io.postern.cloud.hub.ServiceAdmission;
import io.postern.cloud.hub.diagnostics.Diagnostics;
import io.postern.cloud.hub.diagnostics.Metric;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.KeySealer;
import io.postern.cloud.tokens.DeviceDirectory.Entry;
import io.postern.cloud.tokens.TokenDecision.Granted;
import io.postern.cloud.tokens.TokenDecision.Refused;
import io.postern.wire.ConnectionString;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which gateway may speak for which leaf, and mints tokens for one leaf alone (SYS-09, HUB-18).
 *
 * <p>A gateway proves itself as it does to the hub: with a token signed by its own key, which may never leave its TPM, or
 * with its client certificate. The policy key that signs the leaves' tokens never leaves this service.
 */
public final class TokenService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TokenService.class);
    private static final Duration HUB_AWAY = Duration.ofSeconds(10);

    private final TokenHub hub;
    private final TokenSettings settings;
    private final LeafLedger ledger;
    private final NewLeaves newLeaves;
    private final TokenWatch watch;
    private final LeafDesk desk;
    private final InstantSource clock;
    private final RequestLimit limit;
    private final GatewayExaminer gateways;
    private volatile Runnable unsubscribe = () -> {};

    /**
     * The hub a token service speaks for.
     *
     * @param operators who may use this service's doors for operators
     * @param diagnostics the hub's own record, where it runs here
     */
    record TokenHub(
            HubName name,
            DeviceDirectory devices,
            PolicySigner signer,
            ServiceAdmission operators,
            Optional<Diagnostics> diagnostics) {}

    /**
     * The token service of a hub elsewhere. Connects nowhere yet: while the hub is away, gateways are told so and
     * operators' orders wait ({@link LeafDesk#settle}).
     */
    public static TokenService elsewhere(
            TokenSettings settings,
            HubElsewhere hub,
            Database database,
            KeySealer sealer,
            InstantSource clock,
            LongSupplier nanoTime,
            SecureRandom random) {
        var operators = OperatorKey.open(hub.name(), database, sealer, clock, random);
        var there = new TokenHub(hub.name(), hub.directory(clock, nanoTime), hub.signer(), operators, Optional.empty());
        return new TokenService(there, settings, database, clock, nanoTime, random);
    }

    /**
     * The token service of our own hub.
     *
     * @param nanoTime the monotonic clock, {@code System::nanoTime} outside of tests
     */
    public static TokenService of(
            TokenSettings settings,
            Hub hub,
            Database database,
            InstantSource clock,
            LongSupplier nanoTime,
            RandomGenerator random) {
        Duration barred = hub.identities().quarantine().length();
        if (barred.compareTo(settings.tokenLife()) < 0) {
            throw new IllegalArgumentException("io.postern.cloud.tokens: tokenLife " + settings.tokenLife()
                    + " is longer than the hub bars the name of a deleted device, " + barred
                    + ": a token could outlive its leaf and fit the next one of that name; shorten it, or lengthen"
                    + " quarantine of io.postern.cloud.hub");
        }
        var own = new TokenHub(
                hub.name(),
                new HubDirectory(hub),
                new HubPolicySigner(hub.policies()),
                hub.gatekeeper(),
                Optional.of(hub.diagnostics()));
        var service = new TokenService(own, settings, database, clock, nanoTime, random);
        service.desk.settle(); // what a crash left half done
        IdentityListener deletions = (device, change) -> {
            if (change == IdentityListener.Change.DELETED) {
                service.ledger.deleted(device);
                service.desk.settle();
            }
        };
        hub.identities().addListener(deletions);
        service.unsubscribe = () -> hub.identities().removeListener(deletions);
        return service;
    }

    TokenService(
            TokenHub hub,
            TokenSettings settings,
            Database database,
            InstantSource clock,
            LongSupplier nanoTime,
            RandomGenerator random) {
        this.hub = hub;
        this.settings = settings;
        this.ledger = new LeafLedger(database, hub.name());
        this.newLeaves = new NewLeaves(database, hub.name(), settings.newLeaves());
        this.watch = new TokenWatch(hub.name(), hub.diagnostics());
        this.desk = new LeafDesk(ledger, newLeaves, hub.devices(), watch, clock);
        this.clock = clock;
        this.limit = new RequestLimit(settings.burst(), settings.perMinute(), nanoTime);
        this.gateways = new GatewayExaminer(hub.name(), hub.devices(), clock, random);
    }

    public HubName hub() {
        return hub.name();
    }

    /** What was decided since the service was started. */
    List<Metric> metrics() {
        return watch.metrics();
    }

    /** What operators do here. */
    public LeafDesk desk() {
        return desk;
    }

    /** Who may use {@link #desk}. */
    public ServiceAdmission operators() {
        return hub.operators();
    }

    /** What opens them, where that is no policy of the hub. */
    public Optional<ConnectionString> operatorConnection() {
        return hub.operators() instanceof OperatorKey own ? Optional.of(own.connectionString()) : Optional.empty();
    }

    /** Listens to the hub no more. */
    @Override
    public void close() {
        unsubscribe.run();
    }

    /** A gateway asks to speak for {@code leaf}; what was decided is on record when this returns. */
    public TokenDecision issue(SasToken gatewayToken, DeviceId leaf) {
        return issue(() -> gateways.examine(gatewayToken), leaf);
    }

    /**
     * The same for a gateway that proves itself in the TLS handshake, as it would at the hub.
     *
     * @param gateway whom it says it is
     */
    public TokenDecision issue(CertificateChain shown, DeviceId gateway, DeviceId leaf) {
        return issue(() -> gateways.examine(shown, gateway), leaf);
    }

    /** How a gateway is told who it is. */
    private interface Examination {
        GatewayExaminer.Finding examine() throws IOException;
    }

    private TokenDecision issue(Examination examination, DeviceId leaf) {
        TokenDecision decision;
        try {
            decision = switch (examination.examine()) {
                case GatewayExaminer.NotProven(Refused refusal) -> refusal;
                case GatewayExaminer.Proven(Entry gateway) -> recorded(gateway.deviceId(), leaf, decide(gateway, leaf));
            };
        } catch (IOException e) {
            decision = new Refused(Refusal.HUB_NOT_REACHED, String.valueOf(e.getMessage()), Optional.of(HUB_AWAY));
        }
        if (decision instanceof Refused refused) {
            watch.refused(leaf, refused);
            LOG.atInfo()
                    .addKeyValue("leaf", leaf)
                    .addKeyValue("reason", refused.reason())
                    .log("token refused: " + refused.text());
        }
        return decision;
    }

    private TokenDecision recorded(DeviceId gateway, DeviceId leaf, TokenDecision decision) {
        if (decision instanceof Refused refused && leavesTrace(refused.reason())) {
            ledger.refused(leaf, gateway, refused.reason(), refused.text(), clock.instant());
        }
        if (decision instanceof Granted granted) {
            watch.issued(leaf, gateway, granted.token().expiry());
        }
        return decision;
    }

    /** Who is not proven leaves none at a leaf that is not his, and who asks too often buys no disk writes. */
    private static boolean leavesTrace(Refusal reason) {
        return switch (reason) {
            case NOT_PROVEN,
                    EXPIRED_TOKEN,
                    TOO_MANY_REQUESTS,
                    HUB_NOT_REACHED,
                    WAITING_FOR_APPROVAL,
                    NOT_APPROVED,
                    NAME_NOT_ALLOWED,
                    TOO_MANY_NEW_LEAVES -> false;
            case DISABLED_GATEWAY,
                    UNKNOWN_LEAF,
                    QUARANTINED_LEAF,
                    NOT_ASSIGNED,
                    DISABLED_LEAF,
                    REPLACED_LEAF,
                    REVOKED_LEAF -> true;
        };
    }

    private TokenDecision decide(Entry asking, DeviceId leaf) throws IOException {
        DeviceId gateway = asking.deviceId();
        if (!asking.enabled()) {
            return new Refused(Refusal.DISABLED_GATEWAY, "gateway " + gateway + " is disabled or blocked");
        }
        Optional<Duration> wait = limit.take(gateway);
        if (wait.isPresent()) {
            return new Refused(
                    Refusal.TOO_MANY_REQUESTS,
                    "gateway " + gateway + " asks more than " + settings.perMinute() + " times a minute",
                    wait);
        }
        Optional<Entry> found = hub.devices().find(leaf);
        return found.isPresent() ? decide(gateway, found.get()) : decideUnknown(gateway, leaf);
    }

    private TokenDecision decide(DeviceId gateway, Entry found) {
        DeviceId leaf = found.deviceId();
        Optional<LeafAssignment> assignment =
                ledger.find(leaf).filter(held -> held.gateway().equals(gateway));
        if (assignment.isEmpty()) {
            return new Refused(Refusal.NOT_ASSIGNED, "leaf " + leaf + " is not assigned to gateway " + gateway);
        }
        if (!assignment.get().generationId().equals(found.generationId())) {
            return new Refused(
                    Refusal.REPLACED_LEAF,
                    "leaf " + leaf + " was deleted and made again after it was assigned; assign it anew");
        }
        if (found.revoked() || assignment.get().revocation().isPresent()) {
            return new Refused(
                    Refusal.REVOKED_LEAF,
                    "the tokens of leaf " + leaf + " were revoked: "
                            + assignment
                                    .get()
                                    .revocation()
                                    .map(LeafAssignment.Revocation::reason)
                                    .orElse("before it was assigned"));
        }
        if (!found.enabled()) {
            return new Refused(Refusal.DISABLED_LEAF, "leaf " + leaf + " is disabled or blocked");
        }
        return grant(gateway, found);
    }

    private TokenDecision decideUnknown(DeviceId gateway, DeviceId leaf) throws IOException {
        Optional<Instant> barred = hub.devices().quarantinedUntil(leaf);
        if (barred.isPresent()) {
            return new Refused(
                    Refusal.QUARANTINED_LEAF,
                    "leaf " + leaf + " was deleted; its name is barred until " + barred.get());
        }
        Optional<Refused> refused = newLeaves.ask(leaf, gateway, clock.instant());
        if (refused.isPresent()) {
            return refused.get();
        }
        Optional<String> problem = make(gateway, leaf);
        Optional<Entry> made = problem.isEmpty() ? hub.devices().find(leaf) : Optional.empty();
        if (made.isEmpty()) {
            newLeaves.takeBack(leaf);
            return new Refused(
                    Refusal.UNKNOWN_LEAF,
                    "leaf " + leaf + " cannot be made: " + problem.orElse("it was deleted again"));
        }
        return decide(gateway, made.get());
    }

    private Optional<String> make(DeviceId gateway, DeviceId leaf) throws IOException {
        try {
            Optional<String> problem = hub.devices().create(leaf, gateway);
            if (problem.isEmpty()) {
                LOG.atInfo()
                        .addKeyValue("leaf", leaf)
                        .addKeyValue("gateway", gateway)
                        .log("leaf made");
                desk.assign(leaf, gateway, false, "newLeaves");
            }
            return problem;
        } catch (IOException e) {
            newLeaves.takeBack(leaf);
            throw e;
        }
    }

    private TokenDecision grant(DeviceId gateway, Entry leaf) {
        Instant now = clock.instant();
        return ledger.granted(leaf, gateway, now, settings.tokenLife())
                .<TokenDecision>map(expiry -> new Granted(
                        leaf.deviceId(),
                        SasToken.sign(
                                ResourceUri.device(hub.name(), leaf.deviceId()),
                                expiry,
                                Optional.of(hub.signer().policy()),
                                hub.signer()::sign),
                        now))
                .orElseGet(() -> new Refused(
                        Refusal.NOT_ASSIGNED,
                        "leaf " + leaf.deviceId() + " was revoked or changed hands this moment; ask again"));
    }
}
