// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import java.io.IOException;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Receiver;
import org.jspecify.annotations.Nullable;

/** A link on which the hub sends to us. Of the connection's thread. */
final class InLink implements LinkEnd {
    /** Who takes what arrives. */
    interface Owner extends OutLink.Owner {
        /**
         * Takes it; who settles {@code delivery} gives new credit.
         *
         * @throws IOException when no hub says such a thing
         */
        void arrived(Received message, Delivery delivery) throws IOException;
    }

    private final Receiver receiver;
    private final int most;
    private final Owner owner;

    /**
     * @param credit how many messages may be on their way
     * @param most octets of one
     */
    InLink(Receiver receiver, int credit, int most, Owner owner) {
        this.receiver = receiver;
        this.most = most;
        this.owner = owner;
        receiver.setContext(this);
        receiver.flow(credit);
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
    public void delivered(Delivery changed) throws IOException {
        Delivery delivery = receiver.current();
        if (delivery == null) {
            return;
        }
        if (delivery.isAborted()) {
            receiver.advance();
            delivery.settle();
            receiver.flow(1);
            return;
        }
        if (receiver.getRemoteCredit() < 0 || delivery.pending() > most) { // the engine lets both pass
            throw new IOException("the hub sends more than it was allowed on " + receiver.getName());
        }
        if (!delivery.isPartial()) {
            byte[] octets = new byte[delivery.pending()];
            receiver.recv(octets, 0, octets.length);
            receiver.advance();
            owner.arrived(Received.decode(octets), delivery);
        }
    }

    /** Accepts {@code delivery}; another may come in its place. */
    static void accept(Delivery delivery) {
        delivery.disposition(Accepted.getInstance());
        delivery.settle();
        ((Receiver) delivery.getLink()).flow(1);
    }
}
