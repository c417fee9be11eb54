// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import io.postern.cloud.endpoint.EventLoops;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Sender;

/** A link on which the client receives. Owned by the event loop, but for {@link #send}. */
final class OutgoingLink implements OpenLink, Outlet {
    private static final int MOST_UNSETTLED = 64; // a client that leaves as many unanswered has stopped working
    private static final int MOST_WAITING = 64; // senders each wait for their message, so these are threads

    private record Waiting(AmqpMessage message, Promise<Void> sent) {}

    private final AmqpConnection connection;
    private final Sender sender;
    private final LinkAnswer.Giving terms;
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private long nextTag;
    private int unsettled;
    private boolean closed;

    OutgoingLink(AmqpConnection connection, Sender sender, LinkAnswer.Giving terms) {
        this.connection = connection;
        this.sender = sender;
        this.terms = terms;
    }

    @Override
    public void send(AmqpMessage message) throws IOException {
        Promise<Void> sent = Promise.promise();
        connection.onLoop(() -> offer(new Waiting(message, sent)));
        try {
            EventLoops.await(sent.future(), connection.patience().reading());
        } catch (IOException e) {
            connection.onLoop(() -> connection.end("it does not take what is sent to it: " + e.getMessage()));
            throw e;
        }
    }

    private void offer(Waiting next) {
        if (closed || waiting.size() >= MOST_WAITING) {
            next.sent().fail(closed ? "the link has gone" : MOST_WAITING + " messages wait already");
        } else {
            waiting.add(next);
            flowed();
        }
    }

    @Override
    public void flowed() {
        while (!waiting.isEmpty() && sender.getCredit() > 0 && unsettled < MOST_UNSETTLED && connection.isWritable()) {
            Waiting next = waiting.remove();
            transfer(next.message());
            next.sent().complete();
        }
        if (sender.getDrain() && waiting.isEmpty()) {
            sender.drained();
        }
    }

    private void transfer(AmqpMessage message) {
        Delivery delivery = sender.delivery(
                ByteBuffer.allocate(Long.BYTES).putLong(nextTag++).array());
        sender.send(MessageCodec.encode(message));
        if (sender.getRemoteSenderSettleMode() == SenderSettleMode.UNSETTLED) {
            unsettled++;
        } else {
            delivery.settle(); // the client does not insist on answering, and some never would
        }
        sender.advance();
    }

    @Override
    public void delivered(Delivery delivery) {
        if (!delivery.isSettled() && (delivery.remotelySettled() || delivery.getRemoteState() != null)) {
            delivery.settle();
            unsettled--;
            flowed();
        }
    }

    @Override
    public void detached() {
        if (!closed) {
            closed = true;
            waiting.forEach(each -> each.sent().fail("the link has gone"));
            waiting.clear();
            connection.errand(terms.giver()::detached);
        }
    }
}
