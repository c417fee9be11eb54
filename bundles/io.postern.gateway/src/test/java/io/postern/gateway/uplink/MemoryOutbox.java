// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.spi.Outbox;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** An outbox in memory; outlives the uplinks of a test as the real one outlives the process. */
public final class MemoryOutbox implements Outbox {
    private static final Duration SHORT = Duration.ofMillis(5); // so that a moved clock is soon noticed

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<DeviceId, List<TelemetryMessage>> waiting = new HashMap<>();
    private final Map<DeviceId, Long> last = new HashMap<>();

    @Override
    public TelemetryMessage append(DeviceId leaf, Priority priority, Stamp taken, Bytes body) {
        lock.lock();
        try {
            var message = new TelemetryMessage(leaf, last.merge(leaf, 1L, Long::sum), priority, taken, body);
            waiting.computeIfAbsent(leaf, id -> new ArrayList<>()).add(message);
            changed.signalAll();
            return message;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<TelemetryMessage> head(DeviceId leaf, int most) {
        lock.lock();
        try {
            return waiting.getOrDefault(leaf, List.of()).stream().limit(most).toList();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void confirm(DeviceId leaf, long sequence) {
        lock.lock();
        try {
            waiting.computeIfAbsent(leaf, id -> new ArrayList<>()).removeIf(message -> message.sequence() <= sequence);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean await(DeviceId leaf, long sequence, Duration atMost) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (waiting.getOrDefault(leaf, List.of()).isEmpty()) {
                boolean signalled = changed.await(SHORT.toNanos(), TimeUnit.NANOSECONDS);
                assert signalled || SHORT.isPositive();
            }
            return !waiting.getOrDefault(leaf, List.of()).isEmpty();
        } finally {
            lock.unlock();
        }
    }

    public int size(DeviceId leaf) {
        return head(leaf, Integer.MAX_VALUE).size();
    }
}
