// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.tokens.DeviceDirectory.Entry;
import io.postern.cloud.tokens.TokenDecision.Granted;
import io.postern.cloud.tokens.TokenDecision.Refused;
import io.postern.wire.DeviceId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a gateway that has proven itself may speak for a leaf, and the token with which it does (HUB-18). */
final class LeafMint {
    private static final Logger LOG = LoggerFactory.getLogger(LeafMint.class);

    private final TokenService.TokenHub hub;
    private final TokenSettings settings;
    private final LeafLedger ledger;
    private final NewLeaves newLeaves;
    private final LeafDesk desk;
    private final BoxRegister boxes;
    private final SlotPlan slots;
    private final InstantSource clock;

    LeafMint(
            TokenService.TokenHub hub,
            TokenSettings settings,
            LeafLedger ledger,
            NewLeaves newLeaves,
            LeafDesk desk,
            BoxRegister boxes,
            SlotPlan slots,
            InstantSource clock) {
        this.hub = hub;
        this.settings = settings;
        this.ledger = ledger;
        this.newLeaves = newLeaves;
        this.desk = desk;
        this.boxes = boxes;
        this.slots = slots;
        this.clock = clock;
    }

    /**
     * What is decided of {@code leaf}; one that is not known yet is made where the settings allow that.
     *
     * @throws IOException when the hub is not reached
     */
    TokenDecision decide(DeviceId gateway, DeviceId leaf) throws IOException {
        Optional<Entry> found = hub.devices().find(leaf);
        return found.isPresent() ? judge(gateway, found.get()) : unknown(gateway, leaf);
    }

    private TokenDecision judge(DeviceId gateway, Entry found) {
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

    private TokenDecision unknown(DeviceId gateway, DeviceId leaf) throws IOException {
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
        return judge(gateway, made.get());
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
                        now,
                        boxes.find(gateway).map(BoxRegister.Box::copies).orElse(0L),
                        slots.of(leaf.deviceId())))
                .orElseGet(() -> new Refused(
                        Refusal.NOT_ASSIGNED,
                        "leaf " + leaf.deviceId() + " was revoked or changed hands this moment; ask again"));
    }
}
