// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * What an instrument showed at one moment, by the name of its field in the template. A field the instrument says "no value"
 * of is left out; so the map may be empty.
 */
public record Observation(SequencedMap<String, Measurement> values) {
    public Observation {
        values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
    }
}
