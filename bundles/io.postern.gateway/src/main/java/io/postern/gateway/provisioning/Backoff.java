// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: a random part of a span that doubles with each failure up to a cap ("full
 * jitter"), so that a thousand gateways that lost the same hub do not come back together.
 *
 * @param first the span after the first failure
 * @param cap the longest span
 */
public record Backoff(Duration first, Duration cap, RandomGenerator random) {
    public Backoff {
        if (first.isNegative() || first.isZero() || cap.compareTo(first) < 0) {
            throw new IllegalArgumentException(
                    "a back-off starts above zero and below its cap, not at " + first + " with a cap of " + cap);
        }
    }

    /**
     * A time between a tenth and the whole of the span: never so short that it is no pause.
     *
     * @param failures in a row so far, at least 1
     */
    public Duration delay(int failures) {
        if (failures < 1) {
            throw new IllegalArgumentException("no pause is due after " + failures + " failures");
        }
        long span = span(failures).toNanos();
        return Duration.ofNanos(random.nextLong(span / 10, span + 1));
    }

    private Duration span(int failures) {
        Duration span = first;
        for (int i = 1; i < failures && span.compareTo(cap) < 0; i++) {
            span = span.multipliedBy(2);
        }
        return span.compareTo(cap) < 0 ? span : cap;
    }
}
