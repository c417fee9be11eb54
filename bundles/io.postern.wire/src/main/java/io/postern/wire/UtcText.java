// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Instants as both services write them: UTC, seven digits of fraction, a Z. */
public final class UtcText {
    private static final DateTimeFormatter SEVEN_DIGITS = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSSSSSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /** How the hub writes a thing that has never happened. */
    public static final String NEVER = "0001-01-01T00:00:00";

    private UtcText() {}

    public static String of(Instant instant) {
        return SEVEN_DIGITS.format(instant);
    }
}
