// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import jakarta.json.JsonObject;
import java.time.Duration;

/**
 * The place of a device in the return of all after an outage they had in common: it comes back within the span that
 * begins {@code index} widths after the outage has ended for it. Said by the token service, kept by gateways.
 *
 * @param index 0 to {@code of} - 1
 * @param of how many places there are
 * @param width of one, 1 ms to 1 h
 */
public record Slot(int index, int of, Duration width) {
    private static final int MOST = 100_000; // a day of seconds
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    public Slot {
        if (of < 1 || of > MOST || index < 0 || index >= of) {
            throw new IllegalArgumentException(
                    "a slot is one of 1 to " + MOST + ", counted from 0, not " + index + " of " + of);
        }
        if (width.compareTo(SHORTEST) < 0 || width.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("a slot is 1ms to 1h wide, not " + width);
        }
    }

    /** {@code {"index":17,"of":60,"width":"1000ms"}}. */
    public JsonObject toJson() {
        return Json.object()
                .add("index", index)
                .add("of", of)
                .add("width", width.toMillis() + "ms")
                .build();
    }

    /** @throws IllegalArgumentException naming what is missing or wrong */
    public static Slot of(JsonObject json) {
        return new Slot(
                Json.requireInt(json, "index"),
                Json.requireInt(json, "of"),
                Setting.parse("width", Json.requireText(json, "width"), DurationText::parse));
    }
}
