// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import io.postern.cloud.hub.methods.MethodCall;
import io.postern.wire.mqtt.Packet;
import jakarta.json.JsonObject;
import java.util.ArrayDeque;
import java.util.List;
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
    private static final int MOST_NOTICES =
            64; // a client that leaves 64 twin changes and questions unread has stopped reading

    /** Something to do. */
    sealed interface Item {}

    record Received(Packet.Inbound packet, int size) implements Item {}

    /** The hub has something for the device. */
    sealed interface Notice extends Item {}

    record DesiredChange(JsonObject patch, long version) implements Notice {}

    record MethodCalled(MethodCall call) implements Notice {}

    /** One of them at a time says it all. */
    record CommandsWaiting() implements Notice {}

    /** Nothing follows. {@code reason} is empty when the client closed the connection without a word. */
    record Gone(Optional<String> reason) implements Item {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Queue<Item> items = new ArrayDeque<>();
    private @Nullable Gone gone;
    private int notices;

    /** What one read brought: it is taken up together. */
    void received(List<Received> packets) {
        lock.lock();
        try {
            items.addAll(packets);
            filled.signal();
        } finally {
            lock.unlock();
        }
    }

    void notice(Notice notice) {
        lock.lock();
        try {
            if (notice instanceof CommandsWaiting && items.contains(notice)) {
                return;
            }
            if (++notices > MOST_NOTICES) {
                gone(Optional.of("it does not read what the hub tells it"));
            } else {
                items.add(notice);
                filled.signal();
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
                filled.signal();
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
            notices = 0;
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
            if (next instanceof Notice) {
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
}
