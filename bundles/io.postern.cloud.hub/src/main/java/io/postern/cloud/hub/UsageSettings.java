// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

/**
 * Beyond what a hub's operator is alerted (ISS-10); 0 of any is never.
 *
 * @param messagesPerDay accepted messages in one day (UTC)
 * @param bytesPerDay bytes of them
 * @param storedBytes bytes of events that are kept
 * @param garbledPerDay what devices sent that is no message by the hub's rules
 * @param jump how many times the mean of the seven days before, for each meter
 */
public record UsageSettings(long messagesPerDay, long bytesPerDay, long storedBytes, long garbledPerDay, int jump) {
    /** Ten times a week's mean is no ordinary Monday. */
    public static final int DEFAULT_JUMP = 10;

    public static final UsageSettings DEFAULT = new UsageSettings(0, 0, 0, 0, DEFAULT_JUMP);

    public UsageSettings {
        check("messagesPerDayAlert", messagesPerDay);
        check("bytesPerDayAlert", bytesPerDay);
        check("storedBytesAlert", storedBytes);
        check("garbledPerDayAlert", garbledPerDay);
        check("usageJumpAlert", jump);
    }

    private static void check(String key, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(key + " must not be negative, it is " + value);
        }
    }
}
