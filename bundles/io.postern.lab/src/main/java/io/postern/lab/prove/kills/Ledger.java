// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove.kills;

import io.postern.wire.DeviceId;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What clients asked the hub for, and what they were acknowledged; of all rounds. Written by all clients at once. */
final class Ledger {
    /** How an identity stands in the registry. */
    enum State {
        ENABLED,
        DISABLED,
        ABSENT
    }

    /**
     * One part of a twin, which holds a number that grows by one with each change.
     *
     * @param asked the number that was written last
     * @param acknowledged the number whose change was acknowledged last
     * @param version that of the part with it
     */
    record Part(long asked, long acknowledged, long version) {
        static final Part UNTOUCHED = new Part(0, 0, 0);
    }

    private final Set<String> sent = ConcurrentHashMap.newKeySet();
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private final Map<String, Part> parts = new ConcurrentHashMap<>();
    private final Map<DeviceId, Set<State>> identities = new ConcurrentHashMap<>();
    private final Set<String> offered = ConcurrentHashMap.newKeySet();
    private final Map<String, DeviceId> commands = new ConcurrentHashMap<>();
    private final Set<String> perhapsDone = ConcurrentHashMap.newKeySet();
    private final Set<String> done = ConcurrentHashMap.newKeySet();

    void telemetrySent(String id) {
        sent.add(id);
    }

    void telemetryAccepted(String id) {
        accepted.add(id);
    }

    Set<String> telemetrySent() {
        return sent;
    }

    Set<String> telemetryAccepted() {
        return accepted;
    }

    Part part(String name) {
        return parts.getOrDefault(name, Part.UNTOUCHED);
    }

    Map<String, Part> parts() {
        return parts;
    }

    void partAsked(String name, long number) {
        parts.merge(
                name, new Part(number, 0, 0), (old, now) -> new Part(now.asked(), old.acknowledged(), old.version()));
    }

    void partAcknowledged(String name, long number, long version) {
        parts.put(name, new Part(number, number, version));
    }

    /** From now on the identity may stand so, or as before. */
    void identityAsked(DeviceId id, State state) {
        identities.compute(id, (same, old) -> {
            Set<State> possible = old == null ? EnumSet.of(State.ABSENT) : EnumSet.copyOf(old);
            possible.add(state);
            return possible;
        });
    }

    void identityAcknowledged(DeviceId id, State state) {
        identities.put(id, EnumSet.of(state));
    }

    Map<DeviceId, Set<State>> identities() {
        return identities;
    }

    void commandOffered(String id) {
        offered.add(id);
    }

    void commandAccepted(DeviceId device, String id) {
        commands.put(id, device);
    }

    /** The device says that it is done with the command; whether the hub heard it is not known yet. */
    void commandPerhapsDone(String id) {
        perhapsDone.add(id);
    }

    /** The hub has acknowledged that the command is done. */
    void commandDone(String id) {
        done.add(id);
    }

    boolean wasOffered(String id) {
        return offered.contains(id);
    }

    boolean isAccepted(String id) {
        return commands.containsKey(id);
    }

    boolean isDone(String id) {
        return done.contains(id);
    }

    int commandsAccepted() {
        return commands.size();
    }

    int commandsDone() {
        return done.size();
    }

    /** Commands for a device that must still be waiting for it. */
    Set<String> waiting(DeviceId device) {
        Set<String> waiting = new HashSet<>();
        commands.forEach((id, of) -> {
            if (of.equals(device) && !perhapsDone.contains(id) && !done.contains(id)) {
                waiting.add(id);
            }
        });
        return waiting;
    }
}
