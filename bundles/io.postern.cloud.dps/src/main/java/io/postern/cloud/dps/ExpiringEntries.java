// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What the service remembers for a short while: bounded in number and in time, the oldest leave first. Safe for any
 * thread.
 */
final class ExpiringEntries<K, V> {
    private record Entry<V>(V value, long written) {}

    private final Map<K, Entry<V>> entries = new LinkedHashMap<>();
    private final int most;
    private final long life;
    private final LongSupplier nanoTime;

    ExpiringEntries(int most, Duration life, LongSupplier nanoTime) {
        this.most = most;
        this.life = life.toNanos();
        this.nanoTime = nanoTime;
    }

    synchronized Optional<V> find(K key) {
        dropExpired();
        return Optional.ofNullable(entries.get(key)).map(Entry::value);
    }

    /** Remembers {@code value} from now on; its life starts again. */
    synchronized void put(K key, V value) {
        dropExpired();
        entries.remove(key);
        entries.put(key, new Entry<>(value, nanoTime.getAsLong()));
        if (entries.size() > most) {
            dropOldest();
        }
    }

    /** Forgets {@code key}; true for exactly one of several callers. */
    synchronized boolean remove(K key) {
        dropExpired();
        return entries.remove(key) != null;
    }

    private void dropExpired() {
        long now = nanoTime.getAsLong();
        while (!entries.isEmpty() && now - entries.values().iterator().next().written() >= life) {
            dropOldest();
        }
    }

    private void dropOldest() {
        var oldest = entries.keySet().iterator();
        oldest.next();
        oldest.remove();
    }
}
