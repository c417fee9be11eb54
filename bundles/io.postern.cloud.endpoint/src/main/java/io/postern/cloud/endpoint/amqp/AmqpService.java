// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import java.util.Set;

/** One service that is reached over AMQP. Several stand behind one listener; links and credentials tell them apart. */
public interface AmqpService {

    /** The SASL mechanisms in which a client may prove itself to this service. */
    Set<String> mechanisms();

    /**
     * What a connection may hold; asked once, when the client opens it.
     *
     * @param host the name the client opened the connection to, without a port; empty when it said none
     */
    default AmqpLimits limits(String host) {
        return AmqpLimits.OF_ONE_DEVICE;
    }

    /** Begins what this service has with one connection; on its event loop, so without waiting for anything. */
    AmqpVisit welcome(AmqpClient client);
}
