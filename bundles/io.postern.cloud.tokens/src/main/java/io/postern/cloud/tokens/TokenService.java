// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.cloud.store.Database;
import io.postern.cloud.tokens.DeviceDirectory.Entry;
import io.postern.cloud.tokens.TokenDecision.Granted;
import io.postern.cloud.tokens.TokenDecision.Refused;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
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
public final class TokenService {
    private static final Logger LOG = LoggerFactory.getLogger(TokenService.class);

    private final HubName hub;
    private final TokenSettings settings;
    private final DeviceDirectory devices;
    private final PolicySigner signer;
    private final LeafLedger ledger;
    private final InstantSource clock;
    private final RequestLimit limit;
    private final GatewayExaminer gateways;

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
        return new TokenService(
                hub.name(),
                settings,
                new HubDirectory(hub),
                new HubPolicySigner(hub.policies()),
                database,
                clock,
                nanoTime,
                random);
    }

    TokenService(
            HubName hub,
            TokenSettings settings,
            DeviceDirectory devices,
            PolicySigner signer,
            Database database,
            InstantSource clock,
            LongSupplier nanoTime,
            RandomGenerator random) {
        this.hub = hub;
        this.settings = settings;
        this.devices = devices;
        this.signer = signer;
        this.ledger = new LeafLedger(database, hub);
        this.clock = clock;
        this.limit = new RequestLimit(settings.burst(), settings.perMinute(), nanoTime);
        this.gateways = new GatewayExaminer(hub, devices, clock, random);
    }

    public HubName hub() {
        return hub;
    }

    /** A gateway asks to speak for {@code leaf}; what was decided is on record when this returns. */
    public TokenDecision issue(SasToken gatewayToken, DeviceId leaf) {
        return issue(gateways.examine(gatewayToken), leaf);
    }

    /**
     * The same for a gateway that proves itself in the TLS handshake, as it would at the hub.
     *
     * @param gateway whom it says it is
     */
    public TokenDecision issue(CertificateChain shown, DeviceId gateway, DeviceId leaf) {
        return issue(gateways.examine(shown, gateway), leaf);
    }

    private TokenDecision issue(GatewayExaminer.Finding finding, DeviceId leaf) {
        TokenDecision decision =
                switch (finding) {
                    case GatewayExaminer.NotProven(Refused refusal) -> refusal;
                    case GatewayExaminer.Proven(Entry gateway) -> decide(gateway, leaf);
                };
        switch (decision) {
            case Granted granted ->
                ledger.granted(leaf, granted.now(), granted.token().expiry());
            case Refused refused -> {
                if (leavesTrace(refused.reason())) {
                    ledger.refused(leaf, refused.reason(), clock.instant());
                }
                LOG.atInfo()
                        .addKeyValue("leaf", leaf)
                        .addKeyValue("reason", refused.reason())
                        .log("token refused: " + refused.text());
            }
        }
        return decision;
    }

    /** Who is not proven leaves none at a leaf that is not his, and who asks too often buys no disk writes. */
    private static boolean leavesTrace(Refusal reason) {
        return switch (reason) {
            case NOT_PROVEN, EXPIRED_TOKEN, TOO_MANY_REQUESTS -> false;
            case DISABLED_GATEWAY, UNKNOWN_LEAF, QUARANTINED_LEAF, NOT_ASSIGNED, DISABLED_LEAF, REPLACED_LEAF -> true;
        };
    }

    private TokenDecision decide(Entry asking, DeviceId leaf) {
        DeviceId gateway = asking.deviceId();
        if (!asking.enabled()) {
            return new Refused(Refusal.DISABLED_GATEWAY, "gateway " + gateway + " is disabled");
        }
        if (!limit.tryTake(gateway)) {
            return new Refused(
                    Refusal.TOO_MANY_REQUESTS,
                    "gateway " + gateway + " asks more than " + settings.perMinute() + " times a minute");
        }
        Optional<Entry> found = devices.find(leaf);
        if (found.isEmpty()) {
            return devices.quarantinedUntil(leaf)
                    .map(until -> new Refused(
                            Refusal.QUARANTINED_LEAF,
                            "leaf " + leaf + " was deleted; its name is barred until " + until))
                    .orElseGet(() -> new Refused(Refusal.UNKNOWN_LEAF, "there is no device " + leaf));
        }
        Optional<LeafAssignment> assignment =
                ledger.find(leaf).filter(held -> held.gateway().equals(gateway));
        if (assignment.isEmpty()) {
            return new Refused(Refusal.NOT_ASSIGNED, "leaf " + leaf + " is not assigned to gateway " + gateway);
        }
        if (!assignment.get().generationId().equals(found.get().generationId())) {
            return new Refused(
                    Refusal.REPLACED_LEAF,
                    "leaf " + leaf + " was deleted and made again after it was assigned; assign it anew");
        }
        if (!found.get().enabled()) {
            return new Refused(Refusal.DISABLED_LEAF, "leaf " + leaf + " is disabled");
        }
        return grant(leaf);
    }

    private Granted grant(DeviceId leaf) {
        Instant now = clock.instant();
        Instant expiry = now.plus(settings.tokenLife()).truncatedTo(ChronoUnit.SECONDS); // what a token can say
        var token = SasToken.sign(ResourceUri.device(hub, leaf), expiry, Optional.of(signer.policy()), signer::sign);
        return new Granted(leaf, token, now);
    }

    /**
     * From now on {@code gateway} alone gets tokens for {@code leaf}. The gateway itself may be unknown yet: it comes to
     * be when it is provisioned.
     *
     * @param handover whether the leaf may be taken from another gateway; that gateway's last token stays good until it
     *     ends
     */
    public AssignmentReply assign(DeviceId leaf, DeviceId gateway, boolean handover) {
        if (leaf.equals(gateway)) {
            throw new IllegalArgumentException("a gateway speaks for itself with its own key: " + gateway);
        }
        Optional<Entry> found = devices.find(leaf);
        if (found.isEmpty()) {
            return new AssignmentReply.UnknownLeaf(leaf);
        }
        Optional<DeviceId> holder = ledger.assign(leaf, gateway, found.get().generationId(), handover, clock.instant());
        if (holder.isPresent()) {
            return new AssignmentReply.HeldBy(holder.get());
        }
        LOG.atInfo().addKeyValue("leaf", leaf).addKeyValue("gateway", gateway).log("leaf assigned");
        return new AssignmentReply.Assigned(ledger.find(leaf).orElseThrow());
    }

    /**
     * No gateway gets a token for {@code leaf} any more.
     *
     * @return whether one did before
     */
    public boolean remove(DeviceId leaf) {
        boolean removed = ledger.remove(leaf);
        if (removed) {
            LOG.atInfo().addKeyValue("leaf", leaf).log("leaf released");
        }
        return removed;
    }

    public Optional<LeafAssignment> find(DeviceId leaf) {
        return ledger.find(leaf);
    }

    /**
     * Up to {@code most} (at most 1000) assignments in the order of the leaves' names.
     *
     * @param after the last name of the page before; the empty text for the first page
     */
    public List<LeafAssignment> listAfter(String after, int most) {
        return ledger.listAfter(after, most);
    }
}
