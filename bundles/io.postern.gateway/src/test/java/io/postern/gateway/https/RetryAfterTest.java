// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryAfterTest {
    private static final String NOW = "Sun, 01 Mar 2026 08:00:00 GMT";

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            delimiter = '|',
            value = {
                "120 | none | 120",
                " 0  | none | 0",
                "Sun, 01 Mar 2026 08:02:00 GMT | " + NOW + " | 120",
                "Sun, 01 Mar 2026 07:00:00 GMT | " + NOW + " | 0",
                "Sun, 01 Mar 2026 08:02:00 GMT | none | none",
                "Sun, 01 Mar 2026 08:02:00 GMT | now | none",
                "-1 | none | none",
                "99999999999 | none | none",
                "soon | " + NOW + " | none",
                "none | " + NOW + " | none",
            })
    void secondsOrADateByTheServersOwnClock(@Nullable String value, @Nullable String date, @Nullable Integer seconds) {
        assertThat(RetryAfter.parse(value, date).map(Duration::toSeconds))
                .isEqualTo(java.util.Optional.ofNullable(seconds).map(Integer::longValue));
    }
}
