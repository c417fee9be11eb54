// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How far one leaf has come: the last sequence number on disk and the last one the hub has acknowledged. Shared by the
 * writer, which moves the first, and the leaf's uplink, which moves the second and waits for the first.
 */
final class LeafProgress {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private long stored;
    private long confirmed;

    /** Takes over what the file holds, when it was opened or made anew. */
    void restart(long lastStored, long lastConfirmed) {
        lock.lock();
        try {
            stored = lastStored;
            confirmed = lastConfirmed;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void stored(long sequence) {
        lock.lock();
        try {
            stored = Math.max(stored, sequence);
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** @throws IllegalArgumentException when nothing was ever stored under {@code sequence} */
    void confirm(long sequence) {
        lock.lock();
        try {
            if (sequence > stored) {
                throw new IllegalArgumentException(
                        "sequence " + sequence + " cannot be confirmed, the last one stored is " + stored);
            }
            confirmed = Math.max(confirmed, sequence);
        } finally {
            lock.unlock();
        }
    }

    long confirmed() {
        lock.lock();
        try {
            return confirmed;
        } finally {
            lock.unlock();
        }
    }

    /** Whether a message waits behind {@code sequence}. */
    boolean hasBehind(long sequence) {
        lock.lock();
        try {
            return stored > Math.max(sequence, confirmed);
        } finally {
            lock.unlock();
        }
    }

    boolean await(long sequence, Duration atMost) throws InterruptedException {
        long nanos = atMost.toNanos();
        lock.lockInterruptibly();
        try {
            while (stored <= Math.max(sequence, confirmed)) {
                if (nanos <= 0) {
                    return false;
                }
                nanos = moved.awaitNanos(nanos);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
