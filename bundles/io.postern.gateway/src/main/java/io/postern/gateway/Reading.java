// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway;

import io.postern.sensor.Measurement;
import io.postern.wire.DeviceId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * What one leaf device showed at one moment, before it has a number or a place in the outbox.
 *
 * @param taken when the answer had arrived, or when the driver says that it was so
 * @param values at least one, by field name
 */
public record Reading(DeviceId leaf, Stamp taken, SequencedMap<String, Measurement> values) {
    /** What follows a field's name in the name of its alarm, told when it begins, changes or ends: none, low, high. */
    public static final String ALARM = "Alarm";

    public Reading {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("a reading of " + leaf + " without any value");
        }
        values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
    }
}
