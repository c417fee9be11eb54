// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.time;

import io.postern.wire.Shown;
import java.util.Locale;

/** Where a time comes from; a later one is believed before an earlier one. */
public enum TimeSource {
    /** The date of this build: it was not earlier. */
    BUILD,
    /** Counted on from what was written last before the power went. */
    SEALED,
    /** The operating system's clock at the start, which a battery may have kept going. */
    SYSTEM,
    /** The date in an answer of a server with a certificate that fits. */
    SERVER,
    /** The operating system, which says that it is synchronised. */
    NTP,
    /** The cloud side, under the gateway's own key, for a question asked just before. */
    SIGNED;

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static TimeSource parse(String text) {
        for (TimeSource source : values()) {
            if (source.text().equals(text)) {
                return source;
            }
        }
        throw new IllegalArgumentException("no source of time: " + Shown.of(text));
    }
}
