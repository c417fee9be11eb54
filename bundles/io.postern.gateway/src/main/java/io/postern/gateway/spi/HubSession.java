// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.gateway.TelemetryMessage;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.List;

/** One live connection of one device identity to its hub. Used by one thread, the uplink that opened it. */
public interface HubSession extends AutoCloseable {
    /**
     * Sends the messages in order and returns when the hub has acknowledged every one.
     *
     * @throws IOException when an acknowledgement is missing: any of them may or may not have arrived, send them again
     */
    void send(List<TelemetryMessage> messages) throws IOException, InterruptedException;

    /** Merges {@code patch} into the device's reported properties; returns when the hub has taken it. */
    void report(JsonObject patch) throws IOException, InterruptedException;

    /** The device's twin: {@code desired} and {@code reported}, each with {@code $version}. */
    JsonObject twin() throws IOException, InterruptedException;

    /** False as soon as the connection is known to be gone. */
    boolean isOpen();

    /** Disconnects; idempotent, returns within a bound. */
    @Override
    void close();
}
