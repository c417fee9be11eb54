// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import io.postern.wire.Shown;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Receiver;

/** A link on which the client sends. Owned by the event loop. */
final class IncomingLink implements OpenLink {
    private final AmqpConnection connection;
    private final Receiver receiver;
    private final LinkAnswer.Taking terms;
    private boolean closed;

    IncomingLink(AmqpConnection connection, Receiver receiver, LinkAnswer.Taking terms) {
        this.connection = connection;
        this.receiver = receiver;
        this.terms = terms;
        receiver.flow(terms.credit());
    }

    @Override
    public void delivered(Delivery changed) {
        Delivery delivery = receiver.current();
        if (delivery == null) {
            return;
        }
        if (closed || delivery.isAborted()) {
            discard();
        } else if (receiver.getRemoteCredit() < 0) {
            refuse(new AmqpError(AmqpError.OVER_CREDIT, "more than " + terms.credit() + " messages at once"));
        } else if (delivery.pending() > terms.mostOctets()) {
            refuse(new AmqpError(
                    AmqpError.TOO_LARGE, "a message has at most " + terms.mostOctets() + " octets on this link"));
        } else if (!delivery.isPartial()) {
            take(delivery);
        }
    }

    private void take(Delivery delivery) {
        byte[] octets = new byte[delivery.pending()];
        receiver.recv(octets, 0, octets.length);
        receiver.advance();
        AmqpMessage message;
        try {
            message = MessageCodec.decode(octets);
        } catch (IllegalArgumentException e) {
            connection.refuse(new AmqpError(AmqpError.DECODE, String.valueOf(e.getMessage())));
            return;
        }
        connection.inWork(octets.length);
        connection.errand(() -> {
            MessageOutcome outcome = terms.taker().take(message);
            connection.onLoop(() -> {
                connection.inWork(-octets.length);
                settle(delivery, outcome);
            });
        });
    }

    private void settle(Delivery delivery, MessageOutcome outcome) {
        if (!closed) {
            delivery.disposition(state(outcome));
            delivery.settle();
            receiver.flow(1);
        }
    }

    /** Detaches with a reason; what is still on its way is thrown away as it comes. */
    private void refuse(AmqpError error) {
        closed = true;
        connection.log(error, "link " + Shown.of(receiver.getName()));
        receiver.setCondition(condition(error));
        receiver.close();
        discard();
        connection.errand(terms.taker()::detached);
    }

    private void discard() {
        for (Delivery delivery = receiver.current(); delivery != null; delivery = receiver.current()) {
            byte[] unread = new byte[delivery.pending()];
            receiver.recv(unread, 0, unread.length);
            if (delivery.isPartial() && !delivery.isAborted()) {
                return; // the rest of it is still to come
            }
            receiver.advance();
            delivery.settle();
        }
    }

    @Override
    public void flowed() {
        // a client that sends has nothing to tell here
    }

    @Override
    public void detached() {
        if (!closed) {
            closed = true;
            connection.errand(terms.taker()::detached);
        }
    }

    private static DeliveryState state(MessageOutcome outcome) {
        return switch (outcome) {
            case MessageOutcome.Accepted() -> Accepted.getInstance();
            case MessageOutcome.Rejected(AmqpError error) -> {
                var rejected = new Rejected();
                rejected.setError(condition(error));
                yield rejected;
            }
        };
    }

    static ErrorCondition condition(AmqpError error) {
        var condition = new ErrorCondition(Symbol.valueOf(error.condition()), error.description());
        if (!error.info().isEmpty()) {
            Map<Symbol, Object> info = new LinkedHashMap<>();
            error.info().forEach((key, value) -> info.put(Symbol.valueOf(key), value));
            condition.setInfo(info);
        }
        return condition;
    }
}
