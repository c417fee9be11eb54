// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.LinkError;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Sender;
import org.jspecify.annotations.Nullable;

/**
 * A link on which we send, in order, as far as the hub gives credit. What waits is bounded by those who wait for it. Of
 * the connection's thread.
 */
final class OutLink implements LinkEnd {
    private static final int MOST_IN_SESSION = 64 * 1024; // octets the hub's window holds back, of each session

    /** Where its news go. */
    interface Owner {
        void accepted() throws IOException;

        void detached(@Nullable ErrorCondition why) throws IOException;
    }

    private final HubConnection connection;
    private final Sender sender;
    private final Owner owner;
    private final Queue<Outgoing> waiting = new ArrayDeque<>(2);
    private final Map<Delivery, Outgoing> unsettled = new LinkedHashMap<>(4); // bounded by the hub's credit
    private int most = Integer.MAX_VALUE;
    private long tags;
    private long moved = System.nanoTime();
    private boolean lined; // among those whose turn it is
    private boolean full; // waits until octets have left
    private @Nullable IOException ended;

    OutLink(HubConnection connection, Sender sender, Owner owner) {
        this.connection = connection;
        this.sender = sender;
        this.owner = owner;
        sender.setContext(this);
    }

    /** No more than so many at once without an answer. */
    void atMost(int unanswered) {
        most = unanswered;
    }

    /** After the end each is lost at once. */
    void send(List<? extends Outgoing> messages) {
        IOException why = ended;
        if (why != null) {
            messages.forEach(each -> each.lost(why));
            return;
        }
        if (waiting.isEmpty() && unsettled.isEmpty()) {
            moved = System.nanoTime();
        }
        waiting.addAll(messages);
        lineUp();
    }

    /** Sends what it may of what waits, but not many more octets than {@code room}; how many. */
    int turn(int room) {
        lined = false;
        int sent = 0;
        while (sent < room && maySend()) {
            sent += hand(waiting.remove());
        }
        if (maySend()) {
            lineUp();
        }
        return sent;
    }

    private int hand(Outgoing next) {
        ByteBuffer octets = connection.engine().encode(next.message());
        int length = octets.remaining();
        if (isTooLong(length)) {
            refuse(
                    next,
                    new ErrorCondition(LinkError.MESSAGE_SIZE_EXCEEDED, length + " octets are more than it takes"));
            return 0;
        }
        Delivery delivery =
                sender.delivery(ByteBuffer.allocate(4).putInt((int) tags++).array());
        sender.send(octets.array(), 0, length);
        sender.advance();
        unsettled.put(delivery, next);
        moved = System.nanoTime();
        return length;
    }

    private boolean isTooLong(int length) {
        UnsignedLong most = sender.getRemoteMaxMessageSize();
        return most != null && most.longValue() != 0 && Long.compareUnsigned(length, most.longValue()) > 0;
    }

    private boolean maySend() {
        if (waiting.isEmpty() || sender.getCredit() <= 0 || unsettled.size() >= most) {
            return false;
        }
        if (sender.getSession().getOutgoingBytes() < MOST_IN_SESSION) {
            return true;
        }
        if (!full) {
            full = true;
            connection.lineUpWhenOctetsHaveLeft(this);
        }
        return false;
    }

    void octetsHaveLeft() {
        full = false;
        lineUp();
    }

    /** Whether it waits for the hub since {@code deadline}, for credit or for an answer. */
    boolean hangsSince(long deadline) {
        return !lined && isBusy() && moved - deadline < 0;
    }

    boolean isBusy() {
        return !waiting.isEmpty() || !unsettled.isEmpty();
    }

    /** Refuses the one message that is unanswered, as {@code why} says of it; false when there are more, or none. */
    boolean refuseOnly(@Nullable ErrorCondition why) {
        if (unsettled.size() != 1) {
            return false;
        }
        Outgoing only = unsettled.values().iterator().next();
        unsettled.clear();
        refuse(only, why);
        return true;
    }

    private static void refuse(Outgoing message, @Nullable ErrorCondition why) {
        var state = new Rejected();
        state.setError(why);
        message.settled(state);
    }

    private void lineUp() {
        if (!lined && maySend()) {
            lined = true;
            connection.lineUp(this);
        }
    }

    @Override
    public void accepted() throws IOException {
        owner.accepted();
    }

    @Override
    public void detached(@Nullable ErrorCondition why) throws IOException {
        owner.detached(why);
    }

    @Override
    public void flowed() {
        moved = System.nanoTime();
        lineUp();
    }

    @Override
    public void delivered(Delivery delivery) {
        DeliveryState state = delivery.getRemoteState();
        if (state == null && !delivery.remotelySettled()) {
            return;
        }
        moved = System.nanoTime();
        Outgoing sent = unsettled.remove(delivery);
        delivery.settle();
        if (sent != null && state != null) {
            sent.settled(state);
        } else if (sent != null) {
            sent.lost(new IOException("the hub has settled a message and does not say how"));
        }
        lineUp();
    }

    boolean hasEnded() {
        return ended != null;
    }

    /** Nothing more is sent or answered. */
    void end(IOException why) {
        ended = why;
        List<Outgoing> all = new ArrayList<>(unsettled.values());
        all.addAll(waiting);
        unsettled.clear();
        waiting.clear();
        all.forEach(each -> each.lost(why));
    }
}
