// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.jspecify.annotations.Nullable;

/** What became of one or several requests to the hub. Paho's threads count here; the session's thread waits here. */
final class Outcome implements IMqttActionListener {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int answered;
    private @Nullable Throwable failure;
    private boolean watched;
    private Duration patience = Duration.ZERO;
    private long until;

    @Override
    public void onSuccess(IMqttToken token) {
        lock.lock();
        try {
            answered++;
            until = System.nanoTime() + patience.toNanos(); // what is answered bit by bit comes over a narrow line
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onFailure(IMqttToken token, Throwable cause) {
        fail(cause);
    }

    /** The first cause stays. */
    void fail(Throwable cause) {
        lock.lock();
        try {
            failure = failure == null ? cause : failure;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * As {@link #await}, where the patience begins anew with each answer and somebody else looks at the time: {@link #look} must be called now and then. What is sent
     * every second by each of many sessions is not worth a timer.
     */
    void awaitWatched(int count, Duration atMost) throws MqttException, InterruptedException {
        lock.lockInterruptibly();
        try {
            patience = atMost;
            until = System.nanoTime() + atMost.toNanos();
            watched = true;
            while (answered < count && failure == null) {
                changed.await();
            }
            check();
        } finally {
            watched = false;
            lock.unlock();
        }
    }

    /** Fails when the time is over of who waits in {@link #awaitWatched}. */
    void look(long now) {
        lock.lock();
        try {
            if (watched && until - now <= 0) {
                fail(late(patience));
            }
        } finally {
            lock.unlock();
        }
    }

    private static IOException late(Duration patience) {
        return new IOException("no answer within " + patience.toSeconds() + " s");
    }

    private void check() throws MqttException {
        if (failure instanceof MqttException refused) {
            throw refused;
        }
        if (failure != null) {
            throw new MqttException(failure);
        }
    }

    /**
     * Waits until {@code count} requests were answered.
     *
     * @throws MqttException as the hub or the connection failed them
     * @throws IOException when {@code atMost} has passed first
     */
    void await(int count, Duration atMost) throws IOException, MqttException, InterruptedException {
        long nanos = atMost.toNanos();
        lock.lockInterruptibly();
        try {
            while (answered < count && failure == null) {
                if (nanos <= 0) {
                    throw late(atMost);
                }
                nanos = changed.awaitNanos(nanos);
            }
            check();
        } finally {
            lock.unlock();
        }
    }
}
