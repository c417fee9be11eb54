// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import io.postern.wire.Shown;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Receiver;

/** A link on which the client sends. Owned by the event loop, but for {@link #detach}. */
final class IncomingLink implements OpenLink {
    private static final int TOGETHER = 64; // messages taken at once; beyond it a common commit gains little

    private record Arrived(Delivery delivery, AmqpMessage message, int octets) {}

    private final AmqpConnection connection;
    private final Receiver receiver;
    private final LinkAnswer.Taking terms;
    private final LinkWork work;
    private final Queue<Arrived> arrived = new ArrayDeque<>(4); // bounded by the link's credit
    private boolean working;
    private boolean closed;
    private int partial; // octets of a message that is not whole yet

    IncomingLink(AmqpConnection connection, Receiver receiver, LinkAnswer.Taking terms) {
        this.connection = connection;
        this.receiver = receiver;
        this.terms = terms;
        this.work = new LinkWork(connection, terms.terms(), this);
        work.add(() -> terms.taker().attached(this));
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
        } else if (delivery.isPartial()) {
            begun(delivery.pending());
        } else {
            take(delivery);
        }
    }

    private void begun(int octets) {
        int more = octets - partial;
        partial = octets;
        connection.begun(more);
    }

    private void take(Delivery delivery) {
        begun(0);
        byte[] octets = new byte[delivery.pending()];
        receiver.recv(octets, 0, octets.length);
        receiver.advance();
        AmqpMessage message;
        try {
            message = MessageCodec.decode(octets, delivery.getMessageFormat());
        } catch (IllegalArgumentException e) {
            undecoded(new AmqpError(AmqpError.DECODE, String.valueOf(e.getMessage())));
            return;
        }
        connection.inWork(octets.length);
        arrived.add(new Arrived(delivery, message, octets.length));
        if (!working) {
            working = true;
            work();
        }
    }

    /** Where several devices share a connection, one's nonsense ends its own link only. */
    private void undecoded(AmqpError error) {
        if (terms.terms().lane().isPresent()) {
            refuse(error);
        } else {
            connection.refuse(error);
        }
    }

    /** Has what has arrived taken, and after that what arrives meanwhile. */
    private void work() {
        List<Arrived> together = new ArrayList<>();
        while (together.size() < TOGETHER && !arrived.isEmpty()) {
            together.add(arrived.remove());
        }
        work.add(() -> {
            List<MessageOutcome> outcomes = terms.taker()
                    .takeAll(together.stream().map(Arrived::message).toList());
            connection.onLoop(() -> taken(together, outcomes));
        });
    }

    private void taken(List<Arrived> together, List<MessageOutcome> outcomes) {
        for (int i = 0; i < together.size(); i++) {
            connection.inWork(-together.get(i).octets());
            settle(together.get(i).delivery(), outcomes.get(i));
        }
        working = !arrived.isEmpty();
        if (working) {
            work();
        }
    }

    private void settle(Delivery delivery, MessageOutcome outcome) {
        if (!closed) {
            delivery.disposition(state(outcome));
            delivery.settle();
            receiver.flow(1);
        }
    }

    @Override
    public void detach(AmqpError why) {
        connection.onLoop(() -> {
            if (!closed) {
                close(why);
            }
        });
    }

    @Override
    public void detachWith(Collection<AttachedLink> others, AmqpError why) {
        connection.detach(this, others, why);
    }

    /** Detaches with a reason of our own. */
    private void refuse(AmqpError error) {
        connection.log(error, "link " + Shown.of(receiver.getName()));
        close(error);
    }

    /** What is still on its way is thrown away as it comes. */
    @Override
    public void close(AmqpError error) {
        receiver.setCondition(condition(error));
        receiver.close();
        discard();
        detached();
    }

    private void discard() {
        begun(0);
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
            begun(0);
            arrived.forEach(each -> connection.inWork(-each.octets()));
            arrived.clear();
            work.add(terms.taker()::detached);
        }
    }

    private static DeliveryState state(MessageOutcome outcome) {
        return switch (outcome) {
            case MessageOutcome.Accepted() -> Accepted.getInstance();
            case MessageOutcome.Released() -> Released.getInstance();
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
            condition.setInfo(Values.symbols(error.info()));
        }
        return condition;
    }
}
