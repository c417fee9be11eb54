// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import java.io.IOException;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.message.Message;

/** A message that is to be sent. Told of its fate by the connection's thread, once. */
interface Outgoing {
    /** Made when its turn has come, so that what waits takes no room of its own. */
    Message message();

    /** The hub has said what it did with it. */
    void settled(DeliveryState state);

    /** Nobody will say any more. */
    void lost(IOException why);
}
