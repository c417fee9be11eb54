// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.TelemetryMessage;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
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
    TelemetryMessage append(DeviceId leaf, Priority priority, Stamp taken, Bytes body) throws IOException;

    /** The oldest messages of {@code leaf} not yet confirmed, in order, at most {@code most}. */
    List<TelemetryMessage> head(DeviceId leaf, int most) throws IOException;

    /**
     * As {@link #head(DeviceId, int)}, but not many more octets of bodies than {@code octets}; the first message comes
     * however long it is.
     */
    default List<TelemetryMessage> head(DeviceId leaf, int most, long octets) throws IOException {
        long left = octets;
        List<TelemetryMessage> some = new ArrayList<>();
        for (TelemetryMessage message : head(leaf, most)) {
            left -= message.body().length();
            if (left < 0 && !some.isEmpty()) {
                break;
            }
            some.add(message);
        }
        return some;
    }

    /** Forgets the messages of {@code leaf} up to and including {@code sequence}: the hub has acknowledged them. */
    void confirm(DeviceId leaf, long sequence) throws IOException;

    /**
     * Waits until {@code leaf} has an unconfirmed message behind {@code sequence}, {@code atMost} has passed, or
     * {@link #wake} was called.
     *
     * @return whether there is one
     */
    boolean await(DeviceId leaf, long sequence, Duration atMost) throws InterruptedException;

    /** Ends the wait for messages of {@code leaf} early, this one or the next; where it is not done, time ends it. */
    default void wake(DeviceId leaf) {}
}
