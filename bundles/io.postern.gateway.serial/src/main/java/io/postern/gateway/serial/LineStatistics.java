// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

/**
 * What a line has done since it was made.
 *
 * @param run tasks run, the failed ones included
 * @param reopened how often the port came back after it was gone
 */
public record LineStatistics(long run, long failed, long reopened) {
    static final LineStatistics NONE = new LineStatistics(0, 0, 0);

    LineStatistics withRun(boolean ok) {
        return new LineStatistics(run + 1, ok ? failed : failed + 1, reopened);
    }

    LineStatistics withReopened() {
        return new LineStatistics(run, failed, reopened + 1);
    }
}
