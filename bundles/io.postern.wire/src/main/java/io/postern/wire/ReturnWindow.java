// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import jakarta.json.JsonObject;
import java.time.Duration;

/**
 * When the leaves of one gateway may come back after an outage, as the token service says to who asks at that moment: it
 * knows how many others have asked. Nothing but the outage of one line is a window that begins at once.
 *
 * @param from until it begins, counted from the answer
 * @param span how long it is; the leaves spread over it
 */
public record ReturnWindow(Duration from, Duration span) {
    /** Where a gateway asks: {@code POST /gateways/{gateway}/return}. */
    public static final String PATH = "return";

    /** How many of its identities have no session, in the question. */
    public static final String OUT = "out";

    private static final Duration LONGEST = Duration.ofHours(1);

    public ReturnWindow {
        if (from.isNegative() || span.isNegative() || from.compareTo(LONGEST) > 0 || span.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "a window begins within an hour and is no longer, not " + from + " and " + span);
        }
    }

    /** {@code {"from":"0ms","span":"138ms"}}. */
    public JsonObject toJson() {
        return Json.object()
                .add("from", from.toMillis() + "ms")
                .add("span", span.toMillis() + "ms")
                .build();
    }

    /** @throws IllegalArgumentException naming what is missing or wrong */
    public static ReturnWindow of(JsonObject json) {
        return new ReturnWindow(
                Setting.parse("from", Json.requireText(json, "from"), DurationText::parse),
                Setting.parse("span", Json.requireText(json, "span"), DurationText::parse));
    }
}
