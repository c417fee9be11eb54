// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import java.net.URLConnection;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** When a server wants to be asked again (RFC 9110, 10.2.3): seconds, or a date by its own clock. */
final class RetryAfter {
    private RetryAfter() {}

    static Optional<Duration> of(URLConnection answer) {
        return parse(answer.getHeaderField("Retry-After"), answer.getHeaderField("Date"));
    }

    /**
     * @param date the server's own time: the gateway's clock may be wrong, so a date without it tells nothing
     * @return never negative; empty also for what is neither form
     */
    static Optional<Duration> parse(@Nullable String value, @Nullable String date) {
        if (value == null) {
            return Optional.empty();
        }
        if (value.strip().matches("[0-9]{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(value.strip())));
        }
        if (date == null) {
            return Optional.empty();
        }
        try {
            Duration pause = Duration.between(instant(date), instant(value));
            return Optional.of(pause.isNegative() ? Duration.ZERO : pause);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Instant instant(String text) {
        return ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                .toInstant();
    }
}
