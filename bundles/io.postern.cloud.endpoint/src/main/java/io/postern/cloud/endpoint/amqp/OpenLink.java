// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import org.apache.qpid.proton.engine.Delivery;

/** What the engine tells a link; on the event loop. */
interface OpenLink extends AttachedLink {
    /** Something came in for a delivery: octets, its end, or what the client did with ours. */
    void delivered(Delivery delivery);

    /** The client's credit changed, or it reads again. */
    void flowed();

    /** We detach it. */
    void close(AmqpError why);

    /** The client, or the connection, has gone from this link. */
    void detached();
}
