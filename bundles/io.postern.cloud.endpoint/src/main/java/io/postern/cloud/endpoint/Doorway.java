// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.SequencedMap;

/**
 * Counts those of one listener who have not proven who they are yet, in all and by the address they come from. Whoever
 * is too many waits outside, where he costs next to nothing, and is let in when another has proven himself or left;
 * addresses take turns. Owned by one thread.
 */
final class Doorway<T> {
    /** What became of one that arrived. */
    enum Arrival {
        LET_IN,
        WAITS,
        TURNED_AWAY
    }

    private record Waiting<T>(T who, long since) {}

    private final DoorwayLimits limits;
    private final Map<Object, Integer> inside = new HashMap<>();
    private final SequencedMap<Object, Queue<Waiting<T>>> outside = new LinkedHashMap<>();
    private int insideCount;
    private int outsideCount;

    Doorway(DoorwayLimits limits) {
        this.limits = limits;
    }

    /** What is counted as one: an address, of IPv6 the network of 64 bits, for that much everybody can have. */
    static Object origin(InetAddress address) {
        return address instanceof Inet6Address six
                ? ByteBuffer.wrap(six.getAddress()).getLong()
                : address;
    }

    /** @param now on the monotonic clock, in nanoseconds */
    Arrival arrive(Object origin, T who, long now) {
        if (hasRoom(origin)) {
            enter(origin);
            return Arrival.LET_IN;
        }
        Queue<Waiting<T>> queue = outside.getOrDefault(origin, new ArrayDeque<>());
        if (outsideCount >= limits.outside() || queue.size() >= limits.outsideOfOne()) {
            return Arrival.TURNED_AWAY;
        }
        queue.add(new Waiting<>(who, now));
        outside.putIfAbsent(origin, queue);
        outsideCount++;
        return Arrival.WAITS;
    }

    /** One who was let in has proven himself or left: who comes in for him, if any waits. */
    Optional<T> leave(Object origin) {
        insideCount--;
        inside.computeIfPresent(origin, (_, count) -> count == 1 ? null : count - 1);
        return outside.keySet().stream().filter(this::hasRoom).findFirst().map(this::next);
    }

    /** Those who have waited for longer than they may; they wait no more. */
    List<T> impatient(long now) {
        long patience = limits.patience().toNanos();
        List<T> gone = new ArrayList<>();
        outside.values().forEach(queue -> {
            while (!queue.isEmpty() && now - queue.element().since() >= patience) {
                gone.add(queue.remove().who());
            }
        });
        outside.values().removeIf(Queue::isEmpty);
        outsideCount -= gone.size();
        return gone;
    }

    /** All who wait; they wait no more. */
    List<T> empty() {
        List<T> all = outside.values().stream()
                .flatMap(queue -> queue.stream().map(Waiting::who))
                .toList();
        outside.clear();
        outsideCount = 0;
        return all;
    }

    int insideCount() {
        return insideCount;
    }

    int outsideCount() {
        return outsideCount;
    }

    private T next(Object origin) {
        Queue<Waiting<T>> queue = outside.remove(origin);
        T who = queue.remove().who();
        if (!queue.isEmpty()) {
            outside.putLast(origin, queue); // the others first
        }
        outsideCount--;
        enter(origin);
        return who;
    }

    private boolean hasRoom(Object origin) {
        return insideCount < limits.inside() && inside.getOrDefault(origin, 0) < limits.insideOfOne();
    }

    private void enter(Object origin) {
        insideCount++;
        inside.merge(origin, 1, Integer::sum);
    }
}
