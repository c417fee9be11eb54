// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway;

import io.postern.sensor.Measurement;
import io.postern.wire.DeviceId;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * What one leaf device showed at one moment, before it has a number or a place in the outbox.
 *
 * @param taken by the gateway's clock, when the answer had arrived
 * @param values at least one, by field name
 */
public record Reading(DeviceId leaf, Instant taken, SequencedMap<String, Measurement> values) {
    public Reading {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("a reading of " + leaf + " without any value");
        }
        values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
    }
}
