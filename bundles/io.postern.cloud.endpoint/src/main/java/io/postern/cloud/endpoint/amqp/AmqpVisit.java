// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import io.postern.wire.Bytes;
import java.util.Optional;

/**
 * What one service has with one connection. All methods are called one after another on the connection's own virtual
 * thread and may block; so are those of the {@link LinkAnswer}s it gives, unless these have a {@link Lane} of their own.
 */
public interface AmqpVisit extends AutoCloseable {

    /** Begins a SASL exchange; empty when these credentials are not of this service's kind. */
    Optional<SaslStep> authenticate(String mechanism, Bytes initialResponse);

    /** Goes on with the exchange that {@link #authenticate} began. */
    SaslStep respond(Bytes response);

    /**
     * The client has opened the connection.
     *
     * @param host the name it opened it to, without a port; empty when it said none
     */
    default void opened(String host) {}

    /** Decides about a link; empty when the address is not one of this service's. */
    Optional<LinkAnswer> attach(LinkRequest request);

    /** The connection has ended. */
    @Override
    void close();
}
