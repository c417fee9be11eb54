// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

/** A service's hand on a link that is attached. Safe for any thread. */
public interface AttachedLink {
    /** Detaches the link with a reason; the connection and its other links stay. Idempotent. */
    void detach(AmqpError why);
}
