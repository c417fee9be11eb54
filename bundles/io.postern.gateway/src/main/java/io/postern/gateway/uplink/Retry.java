// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.provisioning.Backoff;
import io.postern.gateway.provisioning.Pause;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * How sessions wait before they try again.
 *
 * @param failure for what heals by itself: the link, a server that restarts
 * @param refusal for what an operator has to change
 * @param hub lets the sessions of all identities be opened
 * @param tokens the same for questions to the token service
 * @param perHour sessions one identity may open in an hour, however it goes with them
 */
public record Retry(Backoff failure, Backoff refusal, Pause pause, Governor hub, Governor tokens, int perHour) {
    /** Twice the average of the longest back-off. */
    public static final int USUAL_PER_HOUR = 240;

    /** What an operator may set. */
    public record Limits(Admission.Limits all, int perHourEach) {
        public static final Limits DEFAULT = new Limits(Admission.Limits.DEFAULT, USUAL_PER_HOUR);

        public Limits {
            if (perHourEach < 60) {
                throw new IllegalArgumentException("at least 60 an hour, not " + perHourEach);
            }
        }
    }

    /** Refused leaves ask about a dozen times an hour each; an operator who allows one waits ten minutes at most. */
    public static Retry standard(Limits limits, RandomGenerator random, Pause pause, LongSupplier nanoTime) {
        return new Retry(
                new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1), random),
                new Backoff(Duration.ofSeconds(5), Duration.ofMinutes(10), random),
                pause,
                new Governor(limits.all, nanoTime, random),
                new Governor(limits.all, nanoTime, random),
                limits.perHourEach);
    }

    public static Retry standard(RandomGenerator random, Pause pause) {
        return standard(Limits.DEFAULT, random, pause, System::nanoTime);
    }
}
