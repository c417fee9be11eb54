// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an instrument says of itself and how it behaves, by the name of each fact: {@code vendor}, {@code product},
 * {@code revision}, {@code serial}, {@code shape} (which blocks it answers and which it refuses), {@code turnaround}
 * (milliseconds from the question to the first octet of the answer, the median of a few).
 */
public record Fingerprint(SortedMap<String, String> facts) {
    /** An instrument that cannot say who it is. */
    public static final Fingerprint NONE = new Fingerprint(new TreeMap<>());

    public Fingerprint {
        facts = Collections.unmodifiableSortedMap(new TreeMap<>(facts));
    }
}
