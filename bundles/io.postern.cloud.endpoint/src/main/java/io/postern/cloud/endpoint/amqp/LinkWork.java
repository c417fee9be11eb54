// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

/**
 * What is done for one link: on the connection's own virtual thread, where a failure ends the connection, or on a lane,
 * where it ends this link only. Called on the event loop.
 */
final class LinkWork {
    private final AmqpConnection connection;
    private final LinkTerms terms;
    private final AttachedLink link;

    LinkWork(AmqpConnection connection, LinkTerms terms, AttachedLink link) {
        this.connection = connection;
        this.terms = terms;
        this.link = link;
    }

    void add(Runnable work) {
        if (terms.lane().isEmpty()) {
            connection.errand(work);
        } else if (!terms.lane().get().add(() -> guarded(work))) {
            link.detach(new AmqpError(AmqpError.LIMIT, "too much waits to be done for this link"));
        }
    }

    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | LinkageError e) {
            connection.logFailure(e);
            link.detach(new AmqpError(AmqpError.INTERNAL, "the service failed; its log tells why"));
        }
    }
}
