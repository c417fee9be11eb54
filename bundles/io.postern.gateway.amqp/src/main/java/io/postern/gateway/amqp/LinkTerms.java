// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Receiver;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.engine.Session;

/**
 * Where a link leads and what is said when it is attached.
 *
 * @param name of the links, one for each direction; differs from those of all other links of the connection
 */
record LinkTerms(String address, String name, Map<Symbol, Object> properties) {
    /** Messages the hub may have on their way to us on one link: what a device can have waiting. */
    static final int CREDIT = 16;

    Sender sender(Session session) {
        Sender sender = session.sender(name + "-out");
        var target = new Target();
        target.setAddress(address);
        sender.setTarget(target);
        var source = new Source();
        source.setOutcomes( // spec: AMQP 1.0 Part 3, 3.5.3; who is not told that we know a refusal may detach instead
                Accepted.DESCRIPTOR_SYMBOL,
                Rejected.DESCRIPTOR_SYMBOL,
                Released.DESCRIPTOR_SYMBOL,
                Modified.DESCRIPTOR_SYMBOL);
        sender.setSource(source);
        sender.setSenderSettleMode(SenderSettleMode.UNSETTLED);
        return open(sender);
    }

    Receiver receiver(Session session) {
        Receiver receiver = session.receiver(name + "-in");
        var source = new Source();
        source.setAddress(address);
        receiver.setSource(source);
        receiver.setTarget(new Target());
        receiver.setReceiverSettleMode(ReceiverSettleMode.FIRST);
        return open(receiver);
    }

    private <L extends Link> L open(L link) {
        link.setProperties(properties);
        link.open();
        return link;
    }
}
