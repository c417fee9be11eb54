// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

/** What becomes of a link the client wants. */
public sealed interface LinkAnswer {

    /**
     * The client may send.
     *
     * @param credit how many messages may be on their way and in work at once
     * @param mostOctets the largest message
     */
    record Taking(Taker taker, int credit, int mostOctets) implements LinkAnswer {}

    /** The client receives. */
    record Giving(Giver giver) implements LinkAnswer {}

    /** The link is detached at once. Whoever refuses says so in the log. */
    record Refused(AmqpError error) implements LinkAnswer {}

    /** Takes what the client sends on one link, in its order. */
    interface Taker {
        MessageOutcome take(AmqpMessage message);

        /** The link has gone, whoever detached it. */
        default void detached() {}
    }

    /** Sends on one link, from now on and from any thread but the event loop. */
    interface Giver {
        void attached(Outlet outlet);

        /** The link has gone, whoever detached it. */
        default void detached() {}
    }
}
