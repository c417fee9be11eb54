// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a line has done since it was made.
 *
 * @param state in a few words: open, waiting for its port and why
 * @param reopened how often the port came back after it was gone
 * @param leaves by task name, in the order they were scheduled
 */
public record LineReport(String line, String port, String state, long reopened, Counts all, List<Leaf> leaves) {
    public LineReport {
        leaves = List.copyOf(leaves);
    }

    /**
     * @param missed deadlines that passed without a run
     * @param turnaround from the last octet of a question to the first of its answer, the median of the last few; zero
     *     when there is none
     * @param busTime how long the line was occupied
     */
    public record Counts(
            long runs,
            long failed,
            long missed,
            long frames,
            long garbled,
            long timeouts,
            long refused,
            Duration turnaround,
            Duration busTime) {}

    /** @param resting how long the line leaves it alone now */
    public record Leaf(String name, Counts counts, Optional<Duration> resting) {}
}
