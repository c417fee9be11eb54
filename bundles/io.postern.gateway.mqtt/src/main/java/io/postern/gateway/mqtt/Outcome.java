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

    @Override
    public void onSuccess(IMqttToken token) {
        lock.lock();
        try {
            answered++;
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
     * Waits until {@code count} requests were answered.
     *
     * @throws MqttException as the hub or the connection failed them
     * @throws IOException when {@code patience} has passed first
     */
    void await(int count, Duration patience) throws IOException, MqttException, InterruptedException {
        long nanos = patience.toNanos();
        lock.lockInterruptibly();
        try {
            while (answered < count && failure == null) {
                if (nanos <= 0) {
                    throw new IOException("no answer within " + patience.toSeconds() + " s");
                }
                nanos = changed.awaitNanos(nanos);
            }
            if (failure instanceof MqttException refused) {
                throw refused;
            }
            if (failure != null) {
                throw new MqttException(failure);
            }
        } finally {
            lock.unlock();
        }
    }
}
