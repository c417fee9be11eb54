// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.commands;

import java.time.Duration;

/**
 * What an operator sets of the command queues (spec: cloud-to-device options).
 *
 * @param timeToLive how long a command waits that says nothing about it, at most 2 days
 * @param lock how long a device may hold a command, 5 to 300 s
 * @param mostDeliveries how often one is delivered in vain before it is given up, 1 to 100
 */
public record CommandSettings(Duration timeToLive, Duration lock, int mostDeliveries) {
    /** A command may ask for no longer a life. */
    public static final Duration LONGEST_LIFE = Duration.ofDays(2);

    public static final Duration SHORTEST_LOCK = Duration.ofSeconds(5);
    public static final Duration LONGEST_LOCK = Duration.ofSeconds(300);
    public static final CommandSettings DEFAULT = new CommandSettings(Duration.ofHours(1), Duration.ofMinutes(1), 10);

    public CommandSettings {
        if (!timeToLive.isPositive() || timeToLive.compareTo(LONGEST_LIFE) > 0) {
            throw new IllegalArgumentException(
                    "commandTimeToLive is more than nothing and at most 2 days, it is " + timeToLive);
        }
        checkLock("commandLock", lock);
        if (mostDeliveries < 1 || mostDeliveries > 100) {
            throw new IllegalArgumentException("commandDeliveries is 1 to 100, it is " + mostDeliveries);
        }
    }

    static void checkLock(String name, Duration lock) {
        if (lock.compareTo(SHORTEST_LOCK) < 0 || lock.compareTo(LONGEST_LOCK) > 0) {
            throw new IllegalArgumentException(name + " is 5 to 300 seconds, it is " + lock);
        }
    }
}
