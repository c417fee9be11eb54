// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.wizard;

import io.postern.gateway.spi.LineFormat;
import io.postern.wire.Bytes;
import java.time.Duration;
import java.util.List;

/**
 * What was heard while nobody here asked.
 *
 * @param bursts octets without a gap between, in the order in which they came
 */
record Capture(LineFormat format, Duration lasted, List<Bytes> bursts) {
    Capture {
        bursts = List.copyOf(bursts);
    }

    int octets() {
        return bursts.stream().mapToInt(Bytes::length).sum();
    }

    /** Which kinds of frames are among them. */
    List<Dialect> dialects() {
        return Dialect.heardIn(Bytes.concat(bursts.toArray(Bytes[]::new)).toArray());
    }

    @Override
    public String toString() {
        String first = bursts.isEmpty() ? "" : ", the first " + bursts.getFirst();
        return octets() + " octets in " + bursts.size() + " bursts while nobody asked, in " + lasted.toMillis()
                + " ms at " + format + (first.length() > 80 ? first.substring(0, 80) + "..." : first);
    }
}
