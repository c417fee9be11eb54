// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.diagnostics;

import java.time.Duration;
import java.util.List;

/** Where operations are written to. */
public interface OperationLog {
    /** Keeps nothing. */
    OperationLog NONE = new OperationLog() {
        @Override
        public void write(LoggedOperation operation) {
            // nobody reads it
        }

        @Override
        public long last() {
            return 0;
        }

        @Override
        public List<Line> await(long from, int most, Duration atMost) {
            return List.of();
        }
    };

    /** What was written, with its number; numbers begin at 1 whenever the log is opened. */
    record Line(long number, LoggedOperation operation) {}

    /** Never blocks and never throws: what finds no room is counted, and the count written. */
    void write(LoggedOperation operation);

    /** The number of the newest line; 0 before the first. */
    long last();

    /** Up to {@code most} lines from number {@code from} on that are still at hand; waits for the first one. */
    List<Line> await(long from, int most, Duration atMost) throws InterruptedException;
}
