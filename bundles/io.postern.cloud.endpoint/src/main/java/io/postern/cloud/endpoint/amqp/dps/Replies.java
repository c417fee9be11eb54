// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.dps;

import io.postern.cloud.endpoint.amqp.AmqpMessage;
import io.postern.cloud.endpoint.amqp.LinkAnswer;
import io.postern.cloud.endpoint.amqp.Outlet;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answers to a device, on the link it receives on. It may attach that link after it has asked: until then a few
 * answers wait. Owned by the visit's thread.
 */
final class Replies implements LinkAnswer.Giver {
    private static final Logger LOG = LoggerFactory.getLogger(Replies.class);

    private final int most;
    private final Queue<AmqpMessage> waiting = new ArrayDeque<>();
    private Optional<Outlet> outlet = Optional.empty();

    Replies(int most) {
        this.most = most;
    }

    boolean hasRoom() {
        return outlet.isPresent() || waiting.size() < most;
    }

    void send(AmqpMessage reply) {
        waiting.add(reply);
        deliver();
    }

    @Override
    public void attached(Outlet to) {
        outlet = Optional.of(to);
        deliver();
    }

    @Override
    public void detached() {
        outlet = Optional.empty();
    }

    private void deliver() {
        if (outlet.isEmpty()) {
            return;
        }
        try {
            while (!waiting.isEmpty()) {
                outlet.get().send(waiting.remove());
            }
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("reason", e.getMessage()).log("a device does not take its answer");
        }
    }
}
