// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway;

import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.hub.PropertyBag;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * A reading on its way to the hub.
 *
 * @param sequence counts the messages of this leaf from 1 without gaps, across restarts: the cloud side sees gaps and
 *     duplicates by it
 * @param taken when the values were read
 * @param body JSON, UTF-8
 */
public record TelemetryMessage(DeviceId leaf, long sequence, Priority priority, Stamp taken, Bytes body) {
    /** Counts the leaf's messages. */
    public static final String SEQUENCE = "seq";

    /** How far {@code taken} can be believed; left out when it is confirmed. */
    public static final String TIME = "time";

    /** What rides beside the body as application properties, on every transport. */
    public SequencedMap<String, String> properties() {
        var properties = new LinkedHashMap<String, String>();
        properties.put(SEQUENCE, Long.toString(sequence));
        if (taken.quality() != TimeQuality.CONFIRMED) {
            properties.put(TIME, taken.quality().text());
        }
        return properties;
    }

    /** All it says of itself beside its body, as a bag: the same over every transport. */
    public PropertyBag bag() {
        var bag = new LinkedHashMap<String, String>();
        bag.put(PropertyBag.MESSAGE_ID, leaf + "-" + sequence);
        bag.put(PropertyBag.CONTENT_TYPE, "application/json");
        bag.put(PropertyBag.CONTENT_ENCODING, "utf-8");
        bag.put(PropertyBag.CREATION_TIME, taken.instant().toString());
        bag.putAll(properties());
        return new PropertyBag(bag);
    }
}
