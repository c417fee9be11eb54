// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.LinkedHub.Arrival;
import io.postern.cloud.dps.LinkedHub.Placement;
import io.postern.cloud.dps.LinkedHub.Registered;
import io.postern.cloud.hub.DeviceAuthentication;
import io.postern.wire.DeviceId;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Allocation and its consequences: the device in its hub, the record, the count.
 *
 * <p>A move takes what the old hub holds, makes it in the new hub, writes the record and only then has the old hub forget
 * the device. Whatever breaks off between these, the next registration of the device brings to its end: until the record
 * is written the old place counts and is whole, from then on the new one is.
 */
final class Assignments {
    private static final Logger LOG = LoggerFactory.getLogger(Assignments.class);

    private static final int HUB_REFUSED = 409_001;
    private static final int HUB_FAILED = 503_002;

    private final IdScope scope;
    private final Allocator allocator;
    private final HubLinks links;
    private final RegistrationRecords records;
    private final Leftovers leftovers;
    private final DeviceTurns turns;

    Assignments(
            IdScope scope,
            Allocator allocator,
            HubLinks links,
            RegistrationRecords records,
            Leftovers leftovers,
            DeviceTurns turns) {
        this.scope = scope;
        this.allocator = allocator;
        this.links = links;
        this.records = records;
        this.leftovers = leftovers;
        this.turns = turns;
    }

    /** Blocks on hubs and webhooks, each within its deadline. */
    Assignment assign(EnrolledDevice enrolled, Proof.Proven proven, RegistrationAttempt attempt) {
        ReentrantLock turn = turns.of(enrolled.deviceId());
        turn.lock();
        try {
            Optional<RegistrationRecord> before = records.find(enrolled.registrationId());
            return switch (allocator.destination(enrolled, before, attempt)) {
                case Destination.Nowhere(int code, String reason) -> new Assignment.Failed(code, reason);
                case Destination.To to -> assign(enrolled, proven, before, to);
            };
        } catch (IOException e) {
            return new Assignment.Failed(HUB_FAILED, String.valueOf(e.getMessage()));
        } finally {
            turn.unlock();
        }
    }

    private Assignment assign(
            EnrolledDevice enrolled, Proof.Proven proven, Optional<RegistrationRecord> before, Destination.To to)
            throws IOException {
        RegistrationId id = enrolled.registrationId();
        Optional<String> holder =
                records.otherHolder(to.place().hub(), to.place().device(), id);
        if (holder.isPresent()) {
            return new Assignment.Failed(
                    HUB_REFUSED,
                    "the device id " + to.place().device() + " belongs to " + holder.get()
                            + "; enroll this device with another deviceId");
        }
        Assignment assignment = before.isPresent() && !HubPlace.of(before.get()).equals(to.place())
                ? moved(enrolled, proven, before.get(), to)
                : placed(enrolled, proven, before, to);
        if (assignment instanceof Assignment.Assigned) {
            forgetLeftovers(id, to.place());
        }
        return assignment;
    }

    private Assignment placed(
            EnrolledDevice enrolled, Proof.Proven proven, Optional<RegistrationRecord> before, Destination.To to)
            throws IOException {
        TwinState first = first(enrolled, to);
        Arrival arrival = before.isPresent() ? new Arrival.Staying(first) : new Arrival.Joining(first);
        return switch (place(enrolled, proven.hubAccess(), to.place(), arrival)) {
            case Placement.Refused(String reason) -> new Assignment.Failed(HUB_REFUSED, reason);
            case Placement.Created() -> {
                log(enrolled, to.place(), "device created and assigned");
                yield done(records.assigned(enrolled, proven.mechanism(), to, Substatus.ofStay(before)));
            }
            case Placement.Updated() -> {
                log(enrolled, to.place(), "device assigned again");
                yield done(
                        before.isPresent()
                                ? records.assignedAgain(enrolled, proven.mechanism(), to, before.get())
                                : records.assigned(enrolled, proven.mechanism(), to, Substatus.INITIAL_ASSIGNMENT));
            }
        };
    }

    private Assignment moved(EnrolledDevice enrolled, Proof.Proven proven, RegistrationRecord before, Destination.To to)
            throws IOException {
        HubPlace old = HubPlace.of(before);
        Optional<HeldDevice> held = find(old);
        boolean migrates = held.isPresent()
                && to.twin().isEmpty()
                && enrolled.reprovisionPolicy().migrateDeviceData();
        HeldDevice moving = held.map(there -> migrates ? there : there.with(first(enrolled, to)))
                .orElseGet(() -> HeldDevice.of(first(enrolled, to)));
        leftovers.add(before.registrationId(), to.place());
        if (place(enrolled, proven.hubAccess(), to.place(), new Arrival.Moving(moving))
                instanceof Placement.Refused(String reason)) {
            leftovers.cross(before.registrationId(), to.place());
            return new Assignment.Failed(HUB_REFUSED, reason);
        }
        RegistrationRecord record = records.moved(
                enrolled, proven.mechanism(), to, Substatus.ofMove(before, to.place(), migrates), (c, now) -> {
                    leftovers.cross(c, before.registrationId(), to.place());
                    return leftovers.add(c, before.registrationId(), old);
                });
        log(enrolled, to.place(), "device moved from " + old.hub());
        return done(record);
    }

    private Placement place(EnrolledDevice enrolled, DeviceAuthentication access, HubPlace place, Arrival arrival)
            throws IOException {
        return links.open(place.hub()).place(registered(enrolled.registrationId(), place.device()), access, arrival);
    }

    /** What a hub that is no longer linked holds is out of reach: the device begins anew. */
    private Optional<HeldDevice> find(HubPlace place) throws IOException {
        return links.isLinked(place.hub()) ? links.open(place.hub()).find(place.device()) : Optional.empty();
    }

    /** The device is where it belongs: every other place it may still be in is to forget it, now or next time. */
    private void forgetLeftovers(RegistrationId id, HubPlace current) {
        for (HubPlace place : leftovers.of(id)) {
            try {
                if (!place.equals(current) && isOurs(id, place)) {
                    links.open(place.hub()).remove(registered(id, place.device()));
                }
                leftovers.cross(id, place);
            } catch (IOException e) {
                LOG.atWarn()
                        .addKeyValue("registrationId", id)
                        .addKeyValue("deviceId", place.device())
                        .addKeyValue("hub", place.hub())
                        .log(
                                "the device has moved, but its old hub still knows it; tried again at its next"
                                        + " registration: {}",
                                e.getMessage());
            }
        }
    }

    /** Nobody else has got the name meanwhile, and the hub may still be written to. */
    private boolean isOurs(RegistrationId id, HubPlace place) {
        return links.isLinked(place.hub())
                && records.otherHolder(place.hub(), place.device(), id).isEmpty();
    }

    private Registered registered(RegistrationId id, DeviceId device) {
        return new Registered(ResourceUri.registration(scope, id), device);
    }

    private static TwinState first(EnrolledDevice enrolled, Destination.To to) {
        InitialTwin initial = enrolled.initialTwin();
        return to.twin().orElseGet(() -> TwinState.first(initial.tags(), initial.desired()));
    }

    private static Assignment done(RegistrationRecord record) {
        return new Assignment.Assigned(record);
    }

    private static void log(EnrolledDevice device, HubPlace place, String message) {
        LOG.atInfo()
                .addKeyValue("registrationId", device.registrationId())
                .addKeyValue("deviceId", place.device())
                .addKeyValue("hub", place.hub())
                .log(message);
    }
}
