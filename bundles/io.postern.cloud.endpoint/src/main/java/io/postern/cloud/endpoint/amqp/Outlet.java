// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import java.io.IOException;

/** The way to a client that receives on a link. */
public interface Outlet {

    /**
     * Sends, waiting until the client gives credit and reads.
     *
     * @throws IOException when it does neither for 30 s, which ends the connection, or when the link has gone
     */
    void send(AmqpMessage message) throws IOException;
}
