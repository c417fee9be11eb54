// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.spi.Outbox;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** Messages of leaves, in memory; nobody waits here, for there time is real. */
final class UnwrittenOutbox implements Outbox {
    private final Map<DeviceId, Queue> queues = new ConcurrentHashMap<>();

    private static final class Queue {
        private final ConcurrentSkipListMap<Long, TelemetryMessage> waiting = new ConcurrentSkipListMap<>();
        private long last;
    }

    private Queue of(DeviceId leaf) {
        return queues.computeIfAbsent(leaf, _ -> new Queue());
    }

    @Override
    public synchronized TelemetryMessage append(DeviceId leaf, Priority priority, Stamp taken, Bytes body) {
        Queue queue = of(leaf);
        var message = new TelemetryMessage(leaf, ++queue.last, priority, taken, body);
        queue.waiting.put(message.sequence(), message);
        return message;
    }

    @Override
    public List<TelemetryMessage> head(DeviceId leaf, int most) {
        return of(leaf).waiting.values().stream().limit(most).toList();
    }

    @Override
    public void confirm(DeviceId leaf, long sequence) {
        of(leaf).waiting.headMap(sequence, true).clear();
    }

    @Override
    public boolean await(DeviceId leaf, long sequence, Duration atMost) {
        return !of(leaf).waiting.isEmpty();
    }
}
