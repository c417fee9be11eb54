// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.gateway.TelemetryMessage;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One live connection of one device identity to its hub. Used by the thread that opened it; what is below {@link #report}
 * may be left to one other thread, which carries out what the hub wants.
 */
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

    /** Begins to hear what the hub wants of the device. What was wanted before stands in {@link #twin}. */
    void follow() throws IOException, InterruptedException;

    /**
     * The next thing the hub wants, in the order in which it came; empty when nothing came within {@code atMost}.
     *
     * @throws IOException when the connection is gone
     */
    Optional<HubOrder> nextOrder(Duration atMost) throws IOException, InterruptedException;

    /** Answers a direct method; returns when the hub has taken the answer. */
    void answer(HubOrder.Method method, int status, JsonValue payload) throws IOException, InterruptedException;

    /** False as soon as the connection is known to be gone. */
    boolean isOpen();

    /** Disconnects; idempotent, returns within a bound. */
    @Override
    void close();
}
