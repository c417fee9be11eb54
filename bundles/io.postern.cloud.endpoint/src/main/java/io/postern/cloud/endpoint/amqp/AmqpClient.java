// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The other side of a connection.
 *
 * @param remote address and port, for the log
 * @param certificates what it showed during the TLS handshake, its own first; empty when it showed none
 */
public record AmqpClient(String remote, List<X509Certificate> certificates) {
    public AmqpClient {
        certificates = List.copyOf(certificates);
    }
}
