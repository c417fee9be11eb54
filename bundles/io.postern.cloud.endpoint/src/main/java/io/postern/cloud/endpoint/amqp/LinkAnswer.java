// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import java.util.List;

/** What becomes of a link the client wants. */
public sealed interface LinkAnswer {

    /**
     * The client may send.
     *
     * @param credit how many messages may be on their way and in work at once
     * @param mostOctets the largest message
     */
    record Taking(Taker taker, int credit, int mostOctets, LinkTerms terms) implements LinkAnswer {
        public Taking(Taker taker, int credit, int mostOctets) {
            this(taker, credit, mostOctets, LinkTerms.USUAL);
        }
    }

    /** The client receives. */
    record Giving(Giver giver, LinkTerms terms) implements LinkAnswer {
        public Giving(Giver giver) {
            this(giver, LinkTerms.USUAL);
        }
    }

    /** The link is detached at once. Whoever refuses says so in the log. */
    record Refused(AmqpError error) implements LinkAnswer {}

    /** Takes what the client sends on one link, in its order. */
    interface Taker {
        MessageOutcome take(AmqpMessage message);

        /**
         * Takes what has come together.
         *
         * @return what became of each
         */
        default List<MessageOutcome> takeAll(List<AmqpMessage> messages) {
            return messages.stream().map(this::take).toList();
        }

        /** The link is attached; called before anything is taken. */
        default void attached(AttachedLink link) {}

        /** The link has gone, whoever detached it. */
        default void detached() {}
    }

    /** Sends on one link, from now on and from any thread but the event loop. */
    interface Giver {
        void attached(Outlet outlet);

        /** The client takes messages, or takes them again: {@link Outlet#room} is above 0. */
        default void ready() {}

        /** The link has gone, whoever detached it. */
        default void detached() {}
    }
}
