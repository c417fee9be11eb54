// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import java.util.Optional;

/** How the gateway comes to a server: over TLS with its name verified, through the site's proxy when there is one. */
public interface Dialer {
    /**
     * Opens a channel to {@code to}; returns within a bound.
     *
     * @param certificate shown when the server asks for one
     * @throws UnreachableException saying what stands in the way
     */
    Channel dial(Destination to, Optional<ClientCertificate> certificate) throws UnreachableException;

    /**
     * A server.
     *
     * @param webSocket the sub-protocol when the octets are to travel in WebSocket frames
     */
    record Destination(String host, int port, Optional<String> webSocket) {
        @Override
        public String toString() {
            return host + ":" + port + (webSocket.isPresent() ? " by WebSocket" : "");
        }
    }
}
