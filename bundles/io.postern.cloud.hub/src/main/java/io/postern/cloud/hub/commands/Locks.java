// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.commands;

import io.postern.wire.DeviceId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Which commands are in somebody's hands. At most one lock a command, so at most 50 a device.
 *
 * <p>A lock is ended in two steps: {@link #claim} lets exactly one caller do what follows from its end, the command
 * staying out of sight meanwhile; {@link #free} lets go of it. No step waits for another or for the database.
 */
final class Locks {
    /** @param ending somebody is settling it already */
    record Lock(LockToken token, long sequence, Instant until, Object holder, boolean ending) {
        private Lock asEnding() {
            return new Lock(token, sequence, until, holder, true);
        }
    }

    /** A claimed lock. */
    record Claim(DeviceId device, long sequence) {
        CommandRows.Place place() {
            return new CommandRows.Place(device, sequence);
        }
    }

    private final Map<DeviceId, List<Lock>> held = new ConcurrentHashMap<>(); // lists are never changed in place

    /** False when the command is in somebody's hands already. */
    boolean add(DeviceId device, Lock lock) {
        return held.compute(device, (_, locks) -> {
                    if (locks == null) {
                        return List.of(lock);
                    }
                    if (locks.stream().anyMatch(each -> each.sequence() == lock.sequence())) {
                        return locks;
                    }
                    List<Lock> more = new ArrayList<>(locks);
                    more.add(lock);
                    return List.copyOf(more);
                })
                .contains(lock);
    }

    /** The lock that {@code token} names, unless it has ended or somebody ends it just now. */
    Optional<Claim> claim(DeviceId device, LockToken token, Instant now) {
        return claim(device, lock -> lock.token().equals(token) && lock.until().isAfter(now)).stream()
                .findFirst();
    }

    List<Claim> claimHeldBy(DeviceId device, Object holder) {
        return claim(device, lock -> lock.holder() == holder);
    }

    List<Claim> claimLapsed(DeviceId device, Instant now) {
        return claim(device, lock -> !lock.until().isAfter(now));
    }

    List<Claim> claimLapsed(Instant now) {
        return held.keySet().stream()
                .flatMap(device -> claimLapsed(device, now).stream())
                .toList();
    }

    void free(DeviceId device, long sequence) {
        held.computeIfPresent(device, (_, locks) -> {
            List<Lock> kept =
                    locks.stream().filter(each -> each.sequence() != sequence).toList();
            return kept.isEmpty() ? null : kept;
        });
    }

    void freeAll(DeviceId device) {
        held.remove(device);
    }

    boolean isLocked(CommandRows.Place place) {
        return held.getOrDefault(place.device(), List.of()).stream().anyMatch(l -> l.sequence() == place.sequence());
    }

    private List<Claim> claim(DeviceId device, Predicate<Lock> which) {
        List<Claim> claimed = new ArrayList<>();
        held.computeIfPresent(device, (_, locks) -> {
            List<Lock> marked = new ArrayList<>();
            for (Lock lock : locks) {
                boolean mine = !lock.ending() && which.test(lock);
                if (mine) {
                    claimed.add(new Claim(device, lock.sequence()));
                }
                marked.add(mine ? lock.asEnding() : lock);
            }
            return List.copyOf(marked);
        });
        return claimed;
    }
}
