// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.commands;

import java.time.Instant;
import java.util.List;

/** Up to 64 records in the hands of one consumer, until {@code lockedUntil}. */
public record FeedbackBatch(LockToken token, Instant lockedUntil, List<FeedbackRecord> records) {
    public FeedbackBatch {
        records = List.copyOf(records);
    }
}
