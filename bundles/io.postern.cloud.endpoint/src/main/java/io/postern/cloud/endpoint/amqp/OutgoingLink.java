// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import io.postern.cloud.endpoint.EventLoops;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Received;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Sender;
import org.jspecify.annotations.Nullable;

/** A link on which the client receives. Owned by the event loop, but for what {@link Outlet} offers. */
final class OutgoingLink implements OpenLink, Outlet {

    /** @param told null when nobody asks what becomes of the message */
    private record Waiting(
            AmqpMessage message, Runnable sent, @Nullable Consumer<Disposition> told, Runnable lost) {}

    private final AmqpConnection connection;
    private final Sender sender;
    private final LinkAnswer.Giving terms;
    private final LinkWork work;
    private final Queue<Waiting> waiting = new ArrayDeque<>(2);
    private final Map<Delivery, Consumer<Disposition>> asked = new LinkedHashMap<>(2);
    private final AtomicInteger queued = new AtomicInteger(); // offered and not sent
    private volatile int free; // what the client would take beside what is queued
    private volatile boolean closed;
    private long nextTag;
    private int unsettled;

    OutgoingLink(AmqpConnection connection, Sender sender, LinkAnswer.Giving terms) {
        this.connection = connection;
        this.sender = sender;
        this.terms = terms;
        this.work = new LinkWork(connection, terms.terms(), this);
        work.add(() -> terms.giver().attached(this));
        flowed(); // credit may have come while the link was being decided about
    }

    @Override
    public void send(AmqpMessage message) throws IOException {
        Promise<Void> sent = Promise.promise();
        if (!offer(new Waiting(message, sent::complete, null, () -> sent.fail("the link has gone")))) {
            throw new IOException(closed ? "the link has gone" : terms.terms().window() + " messages wait already");
        }
        try {
            EventLoops.await(sent.future(), connection.patience().reading());
        } catch (IOException e) {
            connection.onLoop(() -> connection.end("it does not take what is sent to it: " + e.getMessage()));
            throw e;
        }
    }

    @Override
    public boolean offer(AmqpMessage message) {
        return offer(new Waiting(message, () -> {}, null, () -> {}));
    }

    @Override
    public boolean offer(AmqpMessage message, Consumer<Disposition> told) {
        return offer(new Waiting(message, () -> {}, told, () -> tell(told, Disposition.LOST)));
    }

    private boolean offer(Waiting next) {
        if (closed || queued.incrementAndGet() > terms.terms().window()) {
            queued.decrementAndGet();
            return false;
        }
        connection.onLoopOrElse(() -> enqueue(next), next.lost());
        return true;
    }

    @Override
    public boolean isAttached() {
        return !closed;
    }

    @Override
    public int room() {
        return closed ? 0 : Math.max(0, free - queued.get());
    }

    private void enqueue(Waiting next) {
        if (closed) {
            queued.decrementAndGet();
            next.lost().run();
        } else {
            waiting.add(next);
            transferWaiting();
            if (queued.get() == 0 && room() > 0) { // whoever filled the link up would not hear of it otherwise
                work.add(terms.giver()::ready);
            }
        }
    }

    @Override
    public void flowed() {
        transferWaiting();
        if (sender.getDrain() && waiting.isEmpty()) {
            sender.drained();
            free = 0;
        }
        if (room() > 0) {
            work.add(terms.giver()::ready);
        }
    }

    private void transferWaiting() {
        while (!waiting.isEmpty() && sender.getCredit() > 0 && hasWindow() && connection.isWritable()) {
            Waiting next = waiting.remove();
            transfer(next);
            queued.decrementAndGet();
            next.sent().run();
        }
        free = connection.isWritable()
                ? Math.min(sender.getCredit(), terms.terms().window() - unsettled)
                : 0;
    }

    private boolean hasWindow() {
        return unsettled < terms.terms().window(); // a client that leaves as many unanswered has stopped working
    }

    private void transfer(Waiting next) {
        Delivery delivery = sender.delivery(
                ByteBuffer.allocate(Long.BYTES).putLong(nextTag++).array());
        sender.send(MessageCodec.encode(next.message()));
        Consumer<Disposition> told = next.told();
        SenderSettleMode mode = sender.getRemoteSenderSettleMode();
        if (mode == SenderSettleMode.UNSETTLED || (told != null && mode != SenderSettleMode.SETTLED)) {
            unsettled++;
            if (told != null) {
                asked.put(delivery, told);
            }
        } else {
            delivery.settle(); // the client does not insist on answering, and some never would
            if (told != null) {
                tell(told, Disposition.ACCEPTED);
            }
        }
        sender.advance();
    }

    @Override
    public void delivered(Delivery delivery) {
        boolean answered = delivery.getRemoteState() != null && !(delivery.getRemoteState() instanceof Received);
        if (!delivery.isSettled() && (delivery.remotelySettled() || answered)) {
            Consumer<Disposition> told = asked.remove(delivery);
            if (told != null) {
                tell(told, disposition(delivery));
            }
            delivery.settle();
            unsettled--;
            flowed();
        }
    }

    /** One that is settled without a word may not have been looked at. */
    private static Disposition disposition(Delivery delivery) {
        return switch (delivery.getRemoteState()) {
            case Accepted _ -> Disposition.ACCEPTED;
            case Rejected _ -> Disposition.REJECTED;
            case Modified _ -> Disposition.MODIFIED;
            case null, default -> Disposition.RELEASED;
        };
    }

    private void tell(Consumer<Disposition> told, Disposition disposition) {
        work.add(() -> told.accept(disposition));
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

    @Override
    public void close(AmqpError why) {
        sender.setCondition(IncomingLink.condition(why));
        sender.close();
        detached();
    }

    @Override
    public void detached() {
        if (!closed) {
            closed = true;
            waiting.forEach(each -> each.lost().run());
            waiting.clear();
            List.copyOf(asked.values()).forEach(told -> tell(told, Disposition.LOST));
            asked.clear();
            work.add(terms.giver()::detached);
        }
    }
}
