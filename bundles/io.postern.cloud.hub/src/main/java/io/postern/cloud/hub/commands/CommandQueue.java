// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.commands;

import io.postern.cloud.hub.commands.CommandRows.Handled;
import io.postern.cloud.hub.commands.CommandRows.Place;
import io.postern.cloud.hub.diagnostics.Operation;
import io.postern.cloud.hub.diagnostics.Tally;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Sql;
import io.postern.wire.DeviceId;
import io.postern.wire.hub.PropertyBag;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The commands that wait for each device (HUB-09), in order, and the locks of those that were delivered.
 *
 * <p>A command is enqueued, then locked by the device that takes it, then completed, or given up: rejected, expired, or
 * delivered too often in vain. One that was accepted survives a power cut; a lock does not, its command is then delivered
 * again. Deliveries count when a command is abandoned, its lock lapses or its holder goes away.
 */
public final class CommandQueue {
    /** spec: limits, 50 pending cloud-to-device messages a device, delivered ones included. */
    public static final int MOST_PENDING = 50;

    private static final Object NOBODY = new Object();

    private final Tally steps = new Tally(
            "postern_hub_commands_total", "Commands to devices: enqueued, delivered, and what became of them.", "step");
    private volatile Consumer<Operation> operations = _ -> {};
    private final Database database;
    private final CommandSettings settings;
    private final FeedbackQueue feedback;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Locks locks = new Locks();
    private final List<Consumer<DeviceId>> listeners = new CopyOnWriteArrayList<>();

    private CommandQueue(
            Database database,
            CommandSettings settings,
            FeedbackQueue feedback,
            InstantSource clock,
            RandomGenerator random) {
        this.database = database;
        this.settings = settings;
        this.feedback = feedback;
        this.clock = clock;
        this.random = random;
    }

    /** Opens the queues of a hub whose own tables are there, with their feedback. */
    public static CommandQueue open(
            Database database, CommandSettings settings, InstantSource clock, RandomGenerator random) {
        database.migrate(CommandSchema.COMPONENT, CommandSchema.STEPS);
        var feedback = new FeedbackQueue(database, clock, random);
        return new CommandQueue(database, settings, feedback, clock, random);
    }

    /** {@code told} hears of each command that is sent and each purge, once it is durable. */
    public void tell(Consumer<Operation> told) {
        operations = told;
    }

    /** What commands went through since the queue was opened. */
    public Tally steps() {
        return steps;
    }

    /** What senders are told. */
    public FeedbackQueue feedback() {
        return feedback;
    }

    public CommandSettings settings() {
        return settings;
    }

    /** Called with a device for which something has come to wait; must be quick and must not throw. */
    public void onWaiting(Consumer<DeviceId> listener) {
        listeners.add(listener);
    }

    /**
     * Accepts a command; durable on return.
     *
     * @throws IllegalArgumentException when it is larger than {@link Command#LARGEST}, or expires later than in 2 days
     */
    public SendReply send(DeviceId device, Command command) {
        Instant now = clock.instant();
        check(command, now);
        Instant expires = command.expiry().orElseGet(() -> now.plus(settings.timeToLive()));
        String messageId = command.messageId().orElseGet(() -> newToken().text());
        SendReply reply = database.transaction(c -> {
            if (CommandRows.generation(c, device).isEmpty()) {
                return new SendReply.NoDevice(device);
            }
            long sequence = CommandRows.nextNumber(c, device);
            int pending = CommandRows.pending(c, device);
            if (pending >= MOST_PENDING) {
                return new SendReply.QueueFull(device, pending);
            }
            CommandRows.insert(c, new Place(device, sequence), messageId, command, now, expires);
            return new SendReply.Accepted(messageId, sequence);
        });
        if (reply instanceof SendReply.Accepted) {
            steps.add("enqueued");
            operations.accept(new Operation.CommandSent(device, messageId));
            tellWaiting(device);
        }
        return reply;
    }

    /** Locks the first command that waits for {@code device}, for {@code lock} (5 to 300 s). */
    public Optional<LockedCommand> take(DeviceId device, Duration lock) {
        return take(device, lock, NOBODY);
    }

    /**
     * Locks the first command that waits for {@code device}.
     *
     * @param holder see {@link #release}
     */
    public Optional<LockedCommand> take(DeviceId device, Duration lock, Object holder) {
        CommandSettings.checkLock("the time a command is locked", lock);
        Instant now = clock.instant();
        giveBack(locks.claimLapsed(device, now));
        for (long sequence : database.read(c -> CommandRows.waiting(c, device, now))) {
            var held = new Locks.Lock(newToken(), sequence, now.plus(lock), holder, false);
            if (locks.add(device, held)) {
                Optional<LockedCommand> taken = database.read(c -> CommandRows.find(c, device, held));
                if (taken.isPresent()) {
                    steps.add("delivered");
                    return taken;
                }
                locks.free(device, sequence); // settled or purged since it was seen
            }
        }
        return Optional.empty();
    }

    /** @return false when the lock is lost: it has lapsed, was settled before, or never was */
    public boolean settle(DeviceId device, LockToken token, Settlement settlement) {
        Optional<Locks.Claim> claim = locks.claim(device, token, clock.instant());
        if (claim.isEmpty()) {
            return false;
        }
        if (settlement == Settlement.ABANDON) {
            return giveBack(List.of(claim.get())) > 0;
        }
        Outcome outcome = settlement == Settlement.COMPLETE ? Outcome.SUCCESS : Outcome.REJECTED;
        try {
            return feedback.recorded(c -> end(c, claim.get().place(), outcome));
        } finally {
            locks.free(device, claim.get().sequence());
        }
    }

    /** The holder of these commands has gone: they wait again, and count as delivered in vain. */
    public void release(DeviceId device, Object holder) {
        giveBack(locks.claimHeldBy(device, holder));
    }

    /**
     * Throws away all that waits for {@code device}, delivered or not.
     *
     * @return how many; empty when there is no such device
     */
    public Optional<Integer> purge(DeviceId device) {
        Optional<List<Handled>> purged = feedback.recorded(c -> {
            if (CommandRows.generation(c, device).isEmpty()) {
                return Optional.<List<Handled>>empty();
            }
            List<Handled> gone = CommandRows.deleteAll(c, device);
            for (Handled each : gone) {
                feedback.record(c, each, Outcome.PURGED);
            }
            return Optional.of(gone);
        });
        purged.ifPresent(gone -> {
            steps.add(gone.size(), step(Outcome.PURGED));
            operations.accept(new Operation.CommandsPurged(device, gone.size()));
        });
        purged.orElse(List.of()).forEach(each -> locks.free(device, each.sequence()));
        return purged.map(List::size);
    }

    /** How many commands {@code device} has not settled yet. */
    public int pending(DeviceId device) {
        return database.read(c -> CommandRows.pending(c, device));
    }

    /** How many commands each device has not settled yet, from the first to the last name; 0 is left out. */
    public Map<DeviceId, Integer> pending(DeviceId first, DeviceId last) {
        Map<DeviceId, Integer> counts = new HashMap<>();
        database.read(c -> Sql.all(
                        c,
                        "SELECT device, count(*) AS pending FROM hub_command WHERE device >= ? AND device <= ?"
                                + " GROUP BY device",
                        row -> Map.entry(DeviceId.of(row.text("device")), (int) row.number("pending")),
                        first.text(),
                        last.text()))
                .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
        return counts;
    }

    /** The device was deleted, and its queue with it. */
    public void forget(DeviceId device) {
        locks.freeAll(device);
    }

    /** Gives back what was held too long and gives up what has expired; the hub asks once a second. */
    public void sweep() {
        Instant now = clock.instant();
        giveBack(locks.claimLapsed(now));
        // one in somebody's hands may still be completed; it expires when it comes back
        List<Place> expired = database.read(c -> CommandRows.expired(c, now)).stream()
                .filter(place -> !locks.isLocked(place))
                .toList();
        if (!expired.isEmpty()) {
            feedback.recorded(c -> {
                for (Place place : expired) {
                    end(c, place, Outcome.EXPIRED);
                }
                return expired.size();
            });
        }
        feedback.sweep();
    }

    private static void check(Command command, Instant now) {
        if (command.size() > Command.LARGEST) {
            throw new IllegalArgumentException("a command has at most " + Command.LARGEST
                    + " bytes with its properties, this one " + command.size());
        }
        if (command.properties().entries().size() > PropertyBag.MOST_ENTRIES) {
            throw new IllegalArgumentException("a command has at most " + PropertyBag.MOST_ENTRIES + " properties");
        }
        if (command.expiry()
                .filter(at -> at.isAfter(now.plus(CommandSettings.LONGEST_LIFE)))
                .isPresent()) {
            throw new IllegalArgumentException("a command expires within 2 days, this one at "
                    + command.expiry().get());
        }
    }

    /** @return how many of the commands are still there */
    private int giveBack(List<Locks.Claim> claims) {
        if (claims.isEmpty()) {
            return 0;
        }
        Set<DeviceId> waiting = new HashSet<>();
        int found = 0;
        try {
            found = feedback.recorded(c -> {
                int there = 0;
                for (Locks.Claim claim : claims) {
                    there += countInVain(c, claim.place(), waiting);
                }
                return there;
            });
        } finally {
            claims.forEach(claim -> locks.free(claim.device(), claim.sequence()));
        }
        waiting.forEach(this::tellWaiting);
        return found;
    }

    private int countInVain(Connection c, Place place, Set<DeviceId> waiting) throws SQLException {
        Optional<Handled> counted = CommandRows.countDelivery(c, place);
        if (counted.isEmpty()) {
            return 0;
        }
        if (counted.get().deliveries() >= settings.mostDeliveries()) {
            end(c, place, Outcome.DELIVERY_COUNT_EXCEEDED);
        } else if (counted.get().expires().isAfter(clock.instant())) {
            waiting.add(place.device());
        }
        return 1;
    }

    private boolean end(Connection c, Place place, Outcome outcome) throws SQLException {
        Optional<Handled> gone = CommandRows.delete(c, place);
        if (gone.isPresent()) {
            feedback.record(c, gone.get(), outcome);
            steps.add(step(outcome));
        }
        return gone.isPresent();
    }

    private static String step(Outcome outcome) {
        return switch (outcome) {
            case SUCCESS -> "completed";
            case REJECTED -> "rejected";
            case EXPIRED -> "expired";
            case DELIVERY_COUNT_EXCEEDED -> "dead_lettered";
            case PURGED -> "purged";
        };
    }

    private void tellWaiting(DeviceId device) {
        listeners.forEach(listener -> listener.accept(device));
    }

    private LockToken newToken() {
        return LockToken.of(random.nextLong(), random.nextLong());
    }
}
