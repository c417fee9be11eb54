// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import jakarta.json.JsonObject;

/** The hub's hand on one live connection, kept by the listener that holds the socket. Its methods never block. */
public interface DeviceConnection {
    /** Ends the connection; idempotent. */
    void close(CloseReason reason);

    /** Tells the device, if it asked to be told. */
    void desiredChanged(JsonObject patch, long version);
}
