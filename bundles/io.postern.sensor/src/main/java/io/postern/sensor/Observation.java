// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.OptionalLong;
import java.util.SequencedMap;

/**
 * What an instrument showed at one moment, by the name of its field in the template. A field the instrument says "no value"
 * of is left out; so the map may be empty.
 *
 * @param nanoTime when it was so, of {@link System#nanoTime}, if the driver knows better than "just now": a pin's edge
 *     carries the kernel's time
 */
public record Observation(SequencedMap<String, Measurement> values, OptionalLong nanoTime) {
    public Observation {
        values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
    }

    /** What the instrument shows now. */
    public Observation(SequencedMap<String, Measurement> values) {
        this(values, OptionalLong.empty());
    }
}
