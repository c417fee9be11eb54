// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import io.postern.gateway.spi.HubOrder;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import io.postern.wire.hub.HubTopic;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the hub wants of one device, from Paho's thread to the one that carries it out. What does not fit is not kept: of
 * desired properties it is remembered that some are missing, the caller of a method hears nothing and is told so by the
 * hub.
 */
final class OrderQueue {
    private static final Logger LOG = LoggerFactory.getLogger(OrderQueue.class);
    private static final int MOST = 16; // a line carries out a few in the half minute a caller waits
    private static final int MOST_OCTETS = 256 << 10; // two methods of the size a hub allows, eight full twins

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Raw> queue = new ArrayDeque<>();
    private int octets;
    private boolean missed;
    private @Nullable Throwable lost;

    /** As it came; it is read by the thread that takes it. */
    private record Raw(String topic, byte[] body, long arrived) {}

    /** Takes what arrived on {@code topic}, on one of Paho's threads; false when it is no order. */
    boolean arrived(String topic, byte[] body) {
        boolean desired = HubTopic.desiredChange(topic).isPresent();
        if (!desired && HubTopic.methodCall(topic).isEmpty()) {
            return false;
        }
        lock.lock();
        try {
            if (queue.size() < MOST && octets + body.length <= MOST_OCTETS) {
                queue.add(new Raw(topic, body, System.nanoTime()));
                octets += body.length;
            } else if (desired) {
                missed = true;
            } else {
                LOG.atWarn().addKeyValue("topic", Shown.of(topic)).log("too many direct methods wait; dropped one");
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        return true;
    }

    void lost(Throwable cause) {
        lock.lock();
        try {
            lost = cause;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** @throws IOException when the connection was lost; what still waits is of no use then */
    Optional<HubOrder> next(Duration atMost) throws IOException, InterruptedException {
        return take(atMost).flatMap(OrderQueue::read);
    }

    private Optional<Raw> take(Duration atMost) throws IOException, InterruptedException {
        long nanos = atMost.toNanos();
        lock.lockInterruptibly();
        try {
            while (queue.isEmpty() && !missed && lost == null && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            if (lost != null) {
                throw new IOException("the connection was lost", lost);
            }
            Raw next = queue.poll();
            if (next != null) {
                octets -= next.body.length;
            } else if (missed) {
                missed = false;
                next = new Raw("", new byte[0], 0);
            }
            return Optional.ofNullable(next);
        } finally {
            lock.unlock();
        }
    }

    /** Empty for a method that nobody can read; a hub lets nothing but JSON through. */
    private static Optional<HubOrder> read(Raw raw) {
        if (raw.topic.isEmpty()) {
            return Optional.of(new HubOrder.DesiredMissed());
        }
        Optional<HubTopic.MethodCall> call = HubTopic.methodCall(raw.topic);
        String body = Bytes.of(raw.body).toUtf8();
        try {
            if (call.isPresent()) {
                JsonValue payload = body.isBlank() ? JsonValue.NULL : Json.parse(body);
                return Optional.of(
                        new HubOrder.Method(call.get().requestId(), call.get().name(), payload, raw.arrived));
            }
            JsonObject patch =
                    Json.object(Json.parseObject(body)).remove("$version").build();
            return Optional.of(
                    new HubOrder.Desired(HubTopic.desiredChange(raw.topic).orElseThrow(), patch));
        } catch (IllegalArgumentException e) {
            LOG.atWarn()
                    .addKeyValue("topic", Shown.of(raw.topic))
                    .setCause(e)
                    .log("what the hub wants is not readable");
            return call.isPresent() ? Optional.empty() : Optional.of(new HubOrder.DesiredMissed());
        }
    }
}
