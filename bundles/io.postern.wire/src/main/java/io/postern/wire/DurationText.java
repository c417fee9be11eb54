// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as they stand in configurations: a whole number and its unit, {@code 250ms}, {@code 1s}, {@code 5m}, {@code 1h}, {@code 7d}. */
public final class DurationText {
    // nine digits of any unit fit a Duration many times over
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

    private DurationText() {}

    /** @throws IllegalArgumentException naming the form when {@code text} has another */
    public static Duration parse(String text) {
        Matcher parts = FORM.matcher(text.strip());
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "a duration is a whole number and ms, s, m, h or d, as in 250ms, not \"" + Shown.of(text) + "\"");
        }
        long amount = Long.parseLong(parts.group(1));
        return switch (parts.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }
}
