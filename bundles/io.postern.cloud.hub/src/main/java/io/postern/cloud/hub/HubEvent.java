// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.hub.PropertyBag;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * One accepted message. Everything but {@code properties} and {@code body} is the hub's own stamp: a device cannot
 * forge it.
 *
 * @param sequence 1, 2, 3, ... in the order of acceptance; never used twice
 * @param partition where all events of the device stand, in order
 * @param offset 0, 1, 2, ... in the partition; never used twice there
 * @param enqueued never earlier than that of the event before
 * @param policy the policy whose key opened the session, if one did
 * @param properties as the device set them, system properties ({@code $.mid}, ...) among them
 */
public record HubEvent(
        long sequence,
        int partition,
        long offset,
        DeviceId deviceId,
        String generationId,
        Instant enqueued,
        AuthMethod authMethod,
        Optional<String> policy,
        PropertyBag properties,
        Bytes body) {

    /** What the device's application set. */
    public SequencedMap<String, String> applicationProperties() {
        return part(false);
    }

    /** What the device's client set: message id, content type and the like, under their wire keys. */
    public SequencedMap<String, String> systemProperties() {
        return part(true);
    }

    private SequencedMap<String, String> part(boolean system) {
        SequencedMap<String, String> part = new LinkedHashMap<>();
        properties.entries().forEach((key, value) -> {
            if (key.startsWith("$.") == system) {
                part.put(key, value);
            }
        });
        return part;
    }
}
