// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.Priority;
import io.postern.wire.DeviceId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/** All that is known in memory of what stands in the segments, and the lock that guards it. */
final class Index {
    // each segment begins with a record for each leaf: this many take under a quarter of 4 MB
    private static final int MOST_LEAVES = 4096;

    final ReentrantLock lock = new ReentrantLock();
    private final Map<DeviceId, LeafQueue> leaves = new LinkedHashMap<>();
    private final Map<Integer, LeafQueue> numbers = new HashMap<>();
    private final Set<LeafQueue> owing = new LinkedHashSet<>();
    private final Facts facts = new Facts();
    private int lastNumber;

    Collection<LeafQueue> leaves() {
        return leaves.values();
    }

    /** Those with gaps that are not stored yet. */
    List<LeafQueue> owing() {
        return List.copyOf(owing);
    }

    Facts facts() {
        return facts;
    }

    /** The queue of {@code leaf}; begun when it is not known yet. */
    LeafQueue leaf(DeviceId leaf) {
        LeafQueue known = leaves.get(leaf);
        if (known != null) {
            return known;
        }
        if (leaves.size() >= MOST_LEAVES) {
            throw new IllegalArgumentException("an outbox serves at most " + MOST_LEAVES + " leaves; " + leaf
                    + " is one more; begin with an empty directory to forget those that are gone");
        }
        return leaf(lastNumber + 1, leaf);
    }

    /** A leaf as the store knows it. */
    LeafQueue leaf(int number, DeviceId leaf) {
        wasNumber(number);
        return numbers.computeIfAbsent(number, _ -> {
            var queue = new LeafQueue(number, leaf, lock.newCondition(), owing);
            leaves.put(leaf, queue);
            return queue;
        });
    }

    /** A number that stands in some record: it is not given to another leaf, even if nobody knows whose it was. */
    void wasNumber(int number) {
        lastNumber = Math.max(lastNumber, number);
    }

    Optional<LeafQueue> leaf(int number) {
        return Optional.ofNullable(numbers.get(number));
    }

    long messages(Priority priority) {
        return leaves.values().stream()
                .mapToLong(queue -> queue.count(priority))
                .sum();
    }

    /** What the records of a segment's beginning say. */
    List<Entry> checkpoint() {
        List<Entry> entries = new ArrayList<>();
        for (LeafQueue queue : leaves.values()) {
            if (queue.isWritten()) {
                entries.add(Entry.leaf(queue.number, queue.leaf.text(), queue.stored(), queue.confirmed()));
            }
        }
        return entries;
    }
}
