// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.commands;

import io.postern.wire.Bytes;
import io.postern.wire.hub.PropertyBag;
import java.time.Instant;
import java.util.Optional;

/**
 * A message from the cloud to one device, not yet accepted.
 *
 * @param messageId what feedback calls it; the hub invents one when absent
 * @param properties all but the message id; system properties by their bag names ({@code $.cid}, {@code $.ct})
 * @param expiry when it is of no use any more; by the hub's setting when absent
 */
public record Command(
        Optional<String> messageId,
        PropertyBag properties,
        Bytes body,
        Optional<Instant> expiry,
        Acknowledgement acknowledgement) {
    /** spec: limits, 64 KB a cloud-to-device message, counted as in the other direction. */
    public static final int LARGEST = 64 * 1024;

    static final int LONGEST_ID = 128; // spec: message properties, message-id

    public Command {
        if (messageId.isPresent()
                && (messageId.get().isEmpty() || messageId.get().length() > LONGEST_ID)) {
            throw new IllegalArgumentException("a message id is 1 to " + LONGEST_ID + " characters long");
        }
    }

    /** Its size by the hub's rule: body, values, and the names of the sender's own properties. */
    public int size() {
        return body.length() + messageId.map(id -> Bytes.utf8(id).length()).orElse(0) + properties.size();
    }
}
