// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import io.postern.cloud.hub.diagnostics.Origin;
import io.postern.cloud.hub.diagnostics.Transport;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Supplier;

/**
 * The other side of a connection.
 *
 * @param remote address and port, for the log
 * @param certificates what it showed during the TLS handshake, its own first; empty when it showed none
 * @param lanes makes a lane of its own for one device of several on this connection
 */
public record AmqpClient(String remote, List<X509Certificate> certificates, Supplier<Lane> lanes) {
    public AmqpClient {
        certificates = List.copyOf(certificates);
    }

    /** Where it comes from. */
    public Origin origin() {
        return new Origin(Transport.AMQP, remote);
    }
}
