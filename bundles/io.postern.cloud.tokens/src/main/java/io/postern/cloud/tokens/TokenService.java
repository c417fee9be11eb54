// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.IdentityListener;
import io.postern.cloud.hub.ServiceAdmission;
import io.postern.cloud.hub.diagnostics.Actor;
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
import io.postern.wire.SasToken;
import io.postern.wire.SignedTime;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
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
    private static final Duration COPY_WAITS = Duration.ofMinutes(5); // until somebody has looked which box it is

    private final TokenHub hub;
    private final TokenSettings settings;
    private final LeafLedger ledger;
    private final BoxRegister boxes;
    private final TokenWatch watch;
    private final LeafDesk desk;
    private final InstantSource clock;
    private final RequestLimit limit;
    private final LeafMint mint;
    private final ReturnQueue returning;
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
        this.boxes = new BoxRegister(database, hub.name());
        this.watch = new TokenWatch(hub.name(), hub.diagnostics());
        var newLeaves = new NewLeaves(database, hub.name(), settings.newLeaves());
        this.desk = new LeafDesk(ledger, newLeaves, hub.devices(), watch, clock);
        this.clock = clock;
        this.limit = new RequestLimit(settings.burst(), settings.perMinute(), nanoTime);
        var slots = new SlotPlan(settings.connectionsPerSecond(), ledger::identities, nanoTime);
        this.mint = new LeafMint(hub, settings, ledger, newLeaves, desk, boxes, slots, clock);
        this.returning = new ReturnQueue(settings.connectionsPerSecond(), nanoTime);
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

    /** Which box each gateway runs in, and what came from copies. */
    public BoxRegister boxes() {
        return boxes;
    }

    /** Who may use {@link #desk} and {@link #boxes}. */
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

    /** A gateway asks to speak for a leaf; what was decided is on record when this returns. */
    public TokenDecision issue(SasToken gatewayToken, LeafQuestion question) {
        return issue(() -> gateways.examine(gatewayToken), question);
    }

    /**
     * The same for a gateway that proves itself in the TLS handshake, as it would at the hub.
     *
     * @param gateway whom it says it is
     */
    public TokenDecision issue(CertificateChain shown, DeviceId gateway, LeafQuestion question) {
        return issue(() -> gateways.examine(shown, gateway), question);
    }

    /**
     * The time, signed under the key that signed {@code gatewayToken}; empty when no enabled device's own key did, or the hub
     * is away.
     *
     * @param nonce of the gateway, as {@link SignedTime#isNonce} has it
     */
    public Optional<SignedTime> time(SasToken gatewayToken, String nonce) {
        try {
            return gateways.keyOf(gatewayToken).map(key -> SignedTime.sign(nonce, clock.instant(), key));
        } catch (IOException e) {
            return Optional.empty(); // said in the answer this would go with
        }
    }

    /**
     * A gateway that has lost all its sessions asks when they may come back.
     *
     * @param out how many they are
     */
    public TokenDecision comeBack(SasToken gatewayToken, int out) {
        return comeBack(() -> gateways.examine(gatewayToken), out);
    }

    /**
     * The same for a gateway that proves itself in the TLS handshake.
     *
     * @param gateway whom it says it is
     */
    public TokenDecision comeBack(CertificateChain shown, DeviceId gateway, int out) {
        return comeBack(() -> gateways.examine(shown, gateway), out);
    }

    private TokenDecision comeBack(Examination examination, int out) {
        try {
            return switch (examination.examine()) {
                case GatewayExaminer.NotProven(Refused refusal) -> refusal;
                case GatewayExaminer.Proven(Entry gateway, var _) ->
                    refusal(gateway)
                            .<TokenDecision>map(no -> no)
                            .orElseGet(() -> new TokenDecision.Returning(returning.enter(out)));
            };
        } catch (IOException e) {
            return new Refused(Refusal.HUB_NOT_REACHED, String.valueOf(e.getMessage()), Optional.of(HUB_AWAY));
        }
    }

    /** How a gateway is told who it is. */
    private interface Examination {
        GatewayExaminer.Finding examine() throws IOException;
    }

    private TokenDecision issue(Examination examination, LeafQuestion question) {
        DeviceId leaf = question.leaf();
        TokenDecision decision;
        try {
            decision = switch (examination.examine()) {
                case GatewayExaminer.NotProven(Refused refusal) -> refusal;
                case GatewayExaminer.Proven proven ->
                    recorded(proven.gateway().deviceId(), leaf, decide(proven, question));
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
        if (decision instanceof Refused refused && refused.reason().leavesTrace()) {
            ledger.refused(leaf, gateway, refused.reason(), refused.text(), clock.instant());
        }
        if (decision instanceof Granted granted) {
            watch.issued(leaf, gateway, granted.token().expiry());
        }
        return decision;
    }

    private TokenDecision decide(GatewayExaminer.Proven proven, LeafQuestion question) throws IOException {
        Entry asking = proven.gateway();
        Optional<Refused> barred = refusal(asking);
        if (barred.isPresent()) {
            return barred.get();
        }
        Optional<Refused> copied = copied(proven, question);
        if (copied.isPresent()) {
            return copied.get();
        }
        return mint.decide(asking.deviceId(), question.leaf());
    }

    /** Of whatever this gateway asks now. */
    private Optional<Refused> refusal(Entry asking) {
        DeviceId gateway = asking.deviceId();
        if (!asking.enabled()) {
            return Optional.of(new Refused(Refusal.DISABLED_GATEWAY, "gateway " + gateway + " is disabled or blocked"));
        }
        Optional<Duration> wait = limit.take(gateway);
        return wait.map(_ -> new Refused(
                Refusal.TOO_MANY_REQUESTS,
                "gateway " + gateway + " asks more than " + settings.perMinute() + " times a minute",
                wait));
    }

    /** Refuses the box that is plainly the copy; what cannot be decided here is told to whoever looks. */
    private Optional<Refused> copied(GatewayExaminer.Proven proven, LeafQuestion question) {
        DeviceId gateway = proven.gateway().deviceId();
        String origin = Actor.current().origin().address();
        return switch (boxes.judge(proven, question.box(), origin, clock.instant())) {
            case BoxRules.Finding.Fits _ -> Optional.empty();
            case BoxRules.Finding.Undecided(String why) -> {
                watch.copied(gateway, "undecided", why);
                yield Optional.empty();
            }
            case BoxRules.Finding.Copy(String why) -> {
                watch.copied(gateway, "copy", why);
                yield Optional.of(new Refused(
                        Refusal.COPIED_GATEWAY,
                        "this is not the box that is known as gateway " + gateway + ": " + why
                                + ". If its board was exchanged, an operator says: postern ctl boxes forget " + gateway,
                        Optional.of(COPY_WAITS)));
            }
        };
    }
}
