// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import java.io.IOException;
import java.util.function.Consumer;

/** The way to a client that receives on a link. Safe for any thread but the event loop. */
public interface Outlet extends AttachedLink {

    /**
     * Sends, waiting until the client gives credit and reads.
     *
     * @throws IOException when it does neither for 30 s, which ends the connection, or when the link has gone
     */
    void send(AmqpMessage message) throws IOException;

    /**
     * Sends as soon as the client gives credit, without waiting for it and without asking what became of it.
     *
     * @return false when {@link LinkTerms#window} messages wait already, or the link has gone
     */
    boolean offer(AmqpMessage message);

    /**
     * The same, and the client is to say what it does with the message.
     *
     * @param told what it said, once, on the link's lane
     */
    boolean offer(AmqpMessage message, Consumer<Disposition> told);

    /** False when the link has gone. */
    boolean isAttached();

    /**
     * How many messages the client would take now: its credit within the window, less what waits or is unanswered.
     * {@link LinkAnswer.Giver#ready} tells when there is some again.
     */
    int room();
}
