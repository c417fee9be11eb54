// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.diagnostics;

/**
 * Where somebody came from.
 *
 * @param remote address and port as the listener tells them, for logs
 */
public record Origin(Transport transport, String remote) {
    /** Of whoever uses the hub without a listener. */
    public static final Origin WITHIN = new Origin(Transport.OTHER, "within");

    /** Without the port, which changes with each connection. */
    public String address() {
        int colon = remote.lastIndexOf(':');
        return colon < 0 ? remote : remote.substring(0, colon);
    }
}
