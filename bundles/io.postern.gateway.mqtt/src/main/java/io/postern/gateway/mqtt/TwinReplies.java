// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import io.postern.wire.Bytes;
import io.postern.wire.hub.HubTopic;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Matches the hub's twin answers with the one question that may be open: a session is used by one thread. Answers to
 * questions nobody waits for any more are dropped.
 */
final class TwinReplies {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long asked;
    private @Nullable Reply reply;
    private @Nullable Throwable lost;

    /** An answer of the hub. */
    record Reply(int status, Bytes body) {}

    /** Opens a question and returns its request id; an earlier one is given up. */
    String ask() {
        lock.lock();
        try {
            asked++;
            reply = null;
            return Long.toString(asked);
        } finally {
            lock.unlock();
        }
    }

    /** Takes what arrived on {@code topic}, on one of Paho's threads. */
    void arrived(String topic, byte[] body) {
        Optional<HubTopic.TwinReply> answer = HubTopic.twinReply(topic);
        lock.lock();
        try {
            if (answer.isPresent() && answer.get().requestId().equals(Long.toString(asked))) {
                reply = new Reply(answer.get().status(), Bytes.of(body));
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
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

    Reply await(Duration patience) throws IOException, InterruptedException {
        long nanos = patience.toNanos();
        lock.lockInterruptibly();
        try {
            while (reply == null) {
                if (lost != null) {
                    throw new IOException("the connection was lost", lost);
                }
                if (nanos <= 0) {
                    throw new IOException("no answer within " + patience.toSeconds() + " s");
                }
                nanos = changed.awaitNanos(nanos);
            }
            return reply;
        } finally {
            lock.unlock();
        }
    }
}
