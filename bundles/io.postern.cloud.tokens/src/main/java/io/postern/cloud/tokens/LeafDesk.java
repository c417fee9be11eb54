// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.hub.RevocationBarriers.Order;
import io.postern.cloud.tokens.DeviceDirectory.Entry;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an operator does with leaves: gives them to gateways, takes their tokens back, lets new ones in.
 *
 * <p>What the hub has to be told is written down with the decision and told at once; when the hub is away it is told later
 * ({@link #settle}), and the answer says so.
 */
public final class LeafDesk {
    private static final Logger LOG = LoggerFactory.getLogger(LeafDesk.class);
    private static final int LONGEST_REASON = 128; // the same as the registry's statusReason
    private static final Duration TURN = Duration.ofSeconds(30); // three calls to a hub that does not answer

    private final LeafLedger ledger;
    private final NewLeaves newLeaves;
    private final DeviceDirectory devices;
    private final TokenWatch watch;
    private final InstantSource clock;
    private final ReentrantLock telling = new ReentrantLock(true); // the hub is told one thing after the other

    LeafDesk(LeafLedger ledger, NewLeaves newLeaves, DeviceDirectory devices, TokenWatch watch, InstantSource clock) {
        this.ledger = ledger;
        this.newLeaves = newLeaves;
        this.devices = devices;
        this.watch = watch;
        this.clock = clock;
    }

    /**
     * What became of a revocation or of its end.
     *
     * @param leaves those it was about; none when nobody knows them
     * @param problem why the hub could not be told yet; it will be again
     * @param effect how it takes effect in this hub
     */
    public record Outcome(List<DeviceId> leaves, Optional<String> problem, String effect) {
        public Outcome {
            leaves = List.copyOf(leaves);
        }
    }

    /**
     * From now on {@code gateway} alone gets tokens for {@code leaf}. The gateway itself may be unknown yet: it comes to
     * be when it is provisioned.
     *
     * @param handover whether the leaf may be taken from another gateway; where the hub can tell tokens apart, that
     *     gateway's last token ends with it
     * @param who the operator's policy
     */
    public AssignmentReply assign(DeviceId leaf, DeviceId gateway, boolean handover, String who) throws IOException {
        if (leaf.equals(gateway)) {
            throw new IllegalArgumentException("a gateway speaks for itself with its own key: " + gateway);
        }
        Optional<Entry> found = devices.find(leaf);
        if (found.isEmpty()) {
            return new AssignmentReply.UnknownLeaf(leaf);
        }
        var wish = new LeafLedger.Wish(handover, who, clock.instant());
        Optional<DeviceId> holder = ledger.assign(leaf, gateway, found.get().generationId(), wish);
        if (holder.isPresent()) {
            return new AssignmentReply.HeldBy(holder.get());
        }
        settle();
        LOG.atInfo()
                .addKeyValue("leaf", leaf)
                .addKeyValue("gateway", gateway)
                .addKeyValue("who", who)
                .log("leaf assigned");
        return new AssignmentReply.Assigned(ledger.find(leaf).orElseThrow());
    }

    /**
     * No gateway gets a token for {@code leaf} any more, and where the hub can tell tokens apart, the last one ends.
     *
     * @return whether one did before
     */
    public boolean remove(DeviceId leaf) {
        boolean removed = ledger.remove(leaf);
        if (removed) {
            settle();
            LOG.atInfo().addKeyValue("leaf", leaf).log("leaf released");
        }
        return removed;
    }

    /**
     * Takes back every token issued for {@code leaf} so far; none is issued until {@link #grant}.
     *
     * @param who the operator's policy
     */
    public Outcome revoke(DeviceId leaf, String reason, String who) {
        return revoke(ledger.find(leaf).map(LeafAssignment::leaf).stream().toList(), reason, who);
    }

    /** The same for all leaves of a gateway, for example one that was stolen. */
    public Outcome revokeAllOf(DeviceId gateway, String reason, String who) {
        return revoke(ledger.leavesOf(gateway), reason, who);
    }

    private Outcome revoke(List<DeviceId> leaves, String reason, String who) {
        checkReason(reason);
        ledger.revoke(leaves, reason, who, clock.instant());
        leaves.forEach(leaf -> watch.revoked(leaf, reason));
        leaves.forEach(leaf -> LOG.atInfo()
                .addKeyValue("leaf", leaf)
                .addKeyValue("who", who)
                .addKeyValue("reason", reason)
                .log("tokens revoked"));
        return outcome(leaves);
    }

    /** Tokens may be had for {@code leaf} again; those from before stay worthless where the hub can tell them apart. */
    public Outcome grant(DeviceId leaf, String who) {
        Optional<LeafAssignment> held = ledger.find(leaf);
        if (held.isEmpty()) {
            return outcome(List.of());
        }
        ledger.grant(held.get(), who, clock.instant());
        LOG.atInfo().addKeyValue("leaf", leaf).addKeyValue("who", who).log("tokens granted again");
        return outcome(List.of(leaf));
    }

    private Outcome outcome(List<DeviceId> leaves) {
        return new Outcome(leaves, settle(), devices.effect());
    }

    /**
     * Tells the hub what it has still to be told; also called at every start, and now and then where the hub is not in this
     * process. One at a time: a grant that is on its way must not arrive after the revocation that came later.
     *
     * @return why it could not be told
     */
    public Optional<String> settle() {
        try {
            if (!telling.tryLock(TURN.toMillis(), TimeUnit.MILLISECONDS)) {
                return Optional.of("the hub is slow, and is still told what was decided before; this follows");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("the token service is stopping; the hub is told at its next start");
        }
        try {
            return tellAll();
        } finally {
            telling.unlock();
        }
    }

    private Optional<String> tellAll() {
        List<Order> some = ledger.owed();
        while (!some.isEmpty()) {
            List<Order> done = new ArrayList<>();
            try {
                devices.carryOut(some, done::add);
            } catch (IOException e) {
                LOG.atWarn().setCause(e).log("the hub is not told yet what was revoked or granted; trying again");
                return Optional.of(String.valueOf(e.getMessage()));
            } finally {
                ledger.crossOut(done);
            }
            some = ledger.owed();
        }
        return Optional.empty();
    }

    public Optional<LeafAssignment> find(DeviceId leaf) {
        return ledger.find(leaf);
    }

    /** The ledger's line of a leaf, with what happened to it, newest first. */
    public Optional<JsonObject> show(DeviceId leaf) {
        return ledger.find(leaf).map(held -> {
            var events = Json.array();
            ledger.history(leaf).forEach(entry -> events.add(entry.toJson()));
            return Json.object(held.toJson())
                    .add("hubTold", !ledger.isOwed(leaf))
                    .add("history", events)
                    .build();
        });
    }

    /**
     * Up to {@code most} (at most 1000) assignments in the order of the leaves' names.
     *
     * @param after the last name of the page before; the empty text for the first page
     */
    public List<LeafAssignment> listAfter(String after, int most) {
        return ledger.listAfter(after, most);
    }

    /** The leaves that wait for an operator or were refused, like {@link #listAfter}. */
    public List<JsonObject> wantedAfter(String after, int most) {
        return newLeaves.listAfter(after, most).stream()
                .map(NewLeaves.Wanted::toJson)
                .toList();
    }

    /** What became of an operator's wish that a leaf be made. */
    public sealed interface Approval {
        record Made(LeafAssignment assignment) implements Approval {}

        /** Nobody has asked for it, or not of late. */
        record NotWanted() implements Approval {}

        /** @param reason the hub's */
        record HubRefuses(String reason) implements Approval {}
    }

    /** Makes a leaf that a gateway asked for, and assigns it to that gateway. */
    public Approval approve(DeviceId leaf, String who) throws IOException {
        Optional<NewLeaves.Wanted> wanted = newLeaves.find(leaf);
        if (wanted.isEmpty()) {
            return new Approval.NotWanted();
        }
        DeviceId gateway = wanted.get().gateway();
        Optional<String> refusal = devices.create(leaf, gateway);
        if (refusal.isPresent()) {
            return new Approval.HubRefuses(refusal.get());
        }
        return switch (assign(leaf, gateway, false, who)) {
            case AssignmentReply.Assigned(var assignment) -> {
                newLeaves.approved(leaf);
                yield new Approval.Made(assignment);
            }
            case AssignmentReply.HeldBy(var other) ->
                new Approval.HubRefuses("gateway " + other + " speaks for it already");
            case AssignmentReply.UnknownLeaf _ -> new Approval.HubRefuses("it was deleted again this moment");
        };
    }

    /** @return whether a gateway had asked for it */
    public boolean refuse(DeviceId leaf, String reason, String who) {
        checkReason(reason);
        return newLeaves.refuse(leaf, reason, who);
    }

    private static void checkReason(String reason) {
        if (reason.isBlank() || reason.length() > LONGEST_REASON) {
            throw new IllegalArgumentException("\"reason\" says why, in 1 to " + LONGEST_REASON + " characters");
        }
    }
}
