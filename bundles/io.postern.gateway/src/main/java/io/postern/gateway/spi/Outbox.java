// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.gateway.TelemetryMessage;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The durable place between the lines and the uplink. Messages of one leaf keep their order; nothing leaves but by
 * {@link #confirm} or, when the outbox is full, the oldest of the same leaf, which leaves a visible gap in its sequence.
 */
public interface Outbox {
    /**
     * Stores a message under the leaf's next sequence number. When this returns the message survives a power cut.
     * Callers wait together: messages offered at the same time share one sync.
     *
     * @return the message as stored
     */
    TelemetryMessage append(DeviceId leaf, Instant taken, Bytes body) throws IOException;

    /** The oldest messages of {@code leaf} not yet confirmed, in order, at most {@code most}. */
    List<TelemetryMessage> head(DeviceId leaf, int most) throws IOException;

    /** Forgets the messages of {@code leaf} up to and including {@code sequence}: the hub has acknowledged them. */
    void confirm(DeviceId leaf, long sequence) throws IOException;

    /**
     * Waits until {@code leaf} has an unconfirmed message behind {@code sequence}, or {@code atMost} has passed.
     *
     * @return whether there is one
     */
    boolean await(DeviceId leaf, long sequence, Duration atMost) throws InterruptedException;
}
