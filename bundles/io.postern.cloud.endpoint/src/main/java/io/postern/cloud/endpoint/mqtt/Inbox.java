// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import jakarta.json.JsonObject;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a session's thread: packets (bounded by the window of {@link MqttSocket}), notices of the hub (bounded
 * here) and the end.
 */
final class Inbox {
    private static final int MOST_NOTICES = 64; // a client that leaves 64 twin changes unread has stopped reading

    /** Something to do. */
    sealed interface Item {}

    record Received(Packet.Inbound packet, int size) implements Item {}

    record DesiredChange(JsonObject patch, long version) implements Item {}

    /** Nothing follows. {@code reason} is empty when the client closed the connection without a word. */
    record Gone(Optional<String> reason) implements Item {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Queue<Item> items = new ArrayDeque<>();
    private @Nullable Gone gone;
    private int notices;

    void received(Packet.Inbound packet, int size) {
        put(new Received(packet, size));
    }

    void notice(DesiredChange change) {
        lock.lock();
        try {
            if (++notices > MOST_NOTICES) {
                gone(Optional.of("it does not read its twin changes"));
            } else {
                put(change);
            }
        } finally {
            lock.unlock();
        }
    }

    /** What has come in before is still given out, unless {@link #cut} follows. The first reason stays. */
    void gone(Optional<String> reason) {
        lock.lock();
        try {
            if (gone == null) {
                gone = new Gone(reason);
                filled.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends at once: what has not been taken yet is forgotten. */
    void cut(String reason) {
        lock.lock();
        try {
            items.clear();
            gone(Optional.of(reason));
        } finally {
            lock.unlock();
        }
    }

    /** The next item, waiting for it. */
    Item take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (items.isEmpty() && gone == null) {
                filled.await();
            }
            Item next = items.poll();
            if (next instanceof DesiredChange) {
                notices--;
            }
            return next == null ? java.util.Objects.requireNonNull(gone) : next;
        } finally {
            lock.unlock();
        }
    }

    /** The next packet, if one is there and meets {@code condition}; without waiting. */
    Optional<Received> takeIf(Predicate<Packet.Inbound> condition) {
        lock.lock();
        try {
            if (items.peek() instanceof Received received && condition.test(received.packet())) {
                items.poll();
                return Optional.of(received);
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private void put(Item item) {
        lock.lock();
        try {
            items.add(item);
            filled.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
