// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import java.util.Collection;

/** A service's hand on a link that is attached. Safe for any thread. */
public interface AttachedLink {
    /** Detaches the link with a reason; the connection and its other links stay. Idempotent. */
    void detach(AmqpError why);

    /**
     * Detaches these links of the same connection as well. A session that has no other link ends with the reason instead:
     * one official client, which keeps a session for each device, takes the loss of a link for two losses.
     */
    void detachWith(Collection<AttachedLink> others, AmqpError why);
}
