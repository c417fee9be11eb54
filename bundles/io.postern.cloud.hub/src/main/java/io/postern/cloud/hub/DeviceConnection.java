// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.diagnostics.Origin;
import io.postern.cloud.hub.methods.MethodCall;
import jakarta.json.JsonObject;

/** The hub's hand on one live connection, kept by the listener that holds the socket. Its methods never block. */
public interface DeviceConnection {
    /** Ends the connection; idempotent. */
    void close(CloseReason reason);

    /** Where it comes from, for metrics and the log of operations. */
    default Origin origin() {
        return Origin.WITHIN;
    }

    /** Tells the device, if it asked to be told. */
    void desiredChanged(JsonObject patch, long version);

    /**
     * Commands wait for the device: take them with {@link DeviceSession#takeCommand} if it asked for them. Also called for
     * nothing, and before {@link Hub#connect} has returned; what waits at connecting is not announced.
     */
    default void commandsWaiting() {}

    /** Asks the device; only while {@link DeviceSession#listenToMethods} is on. */
    default void methodCalled(MethodCall call) {}

    /** Of a single request: whoever made it is answered by the call that finds out, and nothing is pushed to it. */
    static DeviceConnection none(Origin from) {
        return new DeviceConnection() {
            @Override
            public void close(CloseReason reason) {
                // the request is answered with it
            }

            @Override
            public void desiredChanged(JsonObject patch, long version) {
                // nobody listens
            }

            @Override
            public Origin origin() {
                return from;
            }
        };
    }
}
