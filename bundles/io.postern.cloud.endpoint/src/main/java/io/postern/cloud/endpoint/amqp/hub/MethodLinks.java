// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.hub;

import io.postern.cloud.endpoint.amqp.AmqpMessage;
import io.postern.cloud.endpoint.amqp.AmqpMessage.Standard;
import io.postern.cloud.endpoint.amqp.LinkAnswer;
import io.postern.cloud.endpoint.amqp.MessageOutcome;
import io.postern.cloud.endpoint.amqp.Outlet;
import io.postern.cloud.endpoint.amqp.Refusals;
import io.postern.cloud.endpoint.amqp.ReturnLink;
import io.postern.cloud.hub.SessionEndedException;
import io.postern.cloud.hub.methods.MethodCall;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two links on which a device is asked and answers. One official client reads the id of a question only as a UUID, so
 * the hub's number travels in the low half of one. Owned by the device's lane, but for {@link #admitted}.
 */
final class MethodLinks implements LinkAnswer.Taker, LinkAnswer.Giver {
    static final int CREDIT = 16;
    static final int MOST = 132 * 1024; // 128 KB of payload and the encoding around it

    private static final Logger LOG = LoggerFactory.getLogger(MethodLinks.class);

    private final Presence presence;
    private final Refusals refusals;
    private final ReturnLink questions = new ReturnLink();

    MethodLinks(Presence presence, Refusals refusals) {
        this.presence = presence;
        this.refusals = refusals;
    }

    void ask(MethodCall call) {
        var id = new UUID(0, Long.parseUnsignedLong(call.requestId(), 16));
        AmqpMessage question = AmqpMessage.of(Map.of("IoThub-methodname", call.name()), call.payload())
                .with(Standard.CORRELATION_ID, id);
        if (!questions.offer(question)) {
            LOG.atDebug().addKeyValue("deviceId", presence.device()).log("the device does not take a question");
        }
    }

    @Override
    public MessageOutcome take(AmqpMessage answer) {
        Optional<UUID> id = Properties.uuid(answer.correlationId().orElse(null));
        if (id.isEmpty() || !(answer.properties().get("IoThub-status") instanceof Number status)) {
            return new MessageOutcome.Rejected(refusals.argument(
                    "an answer repeats the question's correlation id and has the number IoThub-status"));
        }
        try {
            String request = Long.toHexString(id.get().getLeastSignificantBits());
            if (!presence.session().answerMethod(request, status.intValue(), answer.octets())) {
                LOG.atDebug().addKeyValue("deviceId", presence.device()).log("nobody waits for an answer any more");
            }
            return new MessageOutcome.Accepted();
        } catch (SessionEndedException _) {
            return new MessageOutcome.Rejected(presence.endError());
        }
    }

    /**
     * The device is about to be told that it has the link it is asked on, and may be asked from then on. By the
     * connection's thread.
     */
    void admitted() {
        listen(true);
    }

    @Override
    public void attached(Outlet to) {
        questions.attached(to);
        listen(true);
    }

    /** One of the two links has gone: the device is asked as long as the one it hears on is there. */
    @Override
    public void detached() {
        questions.detached();
        if (questions.outlet().isEmpty()) {
            listen(false);
        }
    }

    private void listen(boolean wanted) {
        try {
            presence.session().listenToMethods(wanted);
        } catch (SessionEndedException _) {
            // nobody asks it any more
        }
    }
}
