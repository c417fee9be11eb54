// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.allocation;

import io.postern.wire.HubName;
import java.time.Duration;
import java.util.Optional;

/**
 * A linked hub as the policies see it.
 *
 * @param weight its share when devices are spread, 1 to 1000
 * @param takesPart whether it is chosen without being named by an enrollment
 * @param latency what an operator has configured for it; what a device measured itself goes before
 */
public record Candidate(HubName name, int weight, boolean takesPart, Optional<Duration> latency) {
    public static final int LARGEST_WEIGHT = 1_000; // spec: linked hub of the provisioning service, allocationWeight

    public Candidate {
        if (weight < 1 || weight > LARGEST_WEIGHT) {
            throw new IllegalArgumentException(
                    "the allocation weight of a hub is 1 to " + LARGEST_WEIGHT + ", not " + weight);
        }
    }
}
