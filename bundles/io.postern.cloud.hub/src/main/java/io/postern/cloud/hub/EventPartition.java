// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import java.time.Instant;
import java.util.Optional;

/**
 * What one partition of the event stream holds.
 *
 * @param first the offset of the oldest event kept; one more than {@code last} when none is
 * @param last the offset of the newest event; -1 before the first
 * @param enqueued when the newest event was enqueued, also when it is no longer kept
 */
public record EventPartition(int id, long first, long last, Optional<Instant> enqueued) {
    public boolean isEmpty() {
        return first > last;
    }
}
