// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.provisioning.Backoff;
import io.postern.gateway.provisioning.Pause;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How sessions wait before they try again.
 *
 * @param failure for what heals by itself: the link, a server that restarts
 * @param refusal for what an operator has to change
 */
public record Retry(Backoff failure, Backoff refusal, Pause pause) {
    /** Refused leaves ask about a dozen times an hour each; an operator who allows one waits ten minutes at most. */
    public static Retry standard(RandomGenerator random, Pause pause) {
        return new Retry(
                new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1), random),
                new Backoff(Duration.ofSeconds(5), Duration.ofMinutes(10), random),
                pause);
    }
}
