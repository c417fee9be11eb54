// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.elsewhere;

import io.postern.wire.ConnectionString;
import java.util.Optional;

/**
 * How the service endpoint of a hub outside of this process is reached.
 *
 * @param policy the hub's name and a policy of it
 * @param port of its HTTPS listener
 * @param caCertificates PEM; absent: the roots of this Java
 */
public record HubAccess(ConnectionString policy, int port, Optional<String> caCertificates) {
    public static final int STANDARD_PORT = 443;

    private static final int LARGEST_CA = 64 * 1024; // some thirty certificates

    public HubAccess {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port is 1 to 65535, not " + port);
        }
        if (caCertificates.isPresent() && caCertificates.get().length() > LARGEST_CA) {
            throw new IllegalArgumentException("caCertificates has at most " + LARGEST_CA + " characters");
        }
    }

    @Override
    public String toString() {
        return "HubAccess[" + policy.host() + ":" + port + ", policy " + policy.keyName() + "]";
    }
}
