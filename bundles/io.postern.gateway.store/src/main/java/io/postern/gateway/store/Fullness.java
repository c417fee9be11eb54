// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import java.time.Duration;
import java.util.Optional;

/** Says once, in time, that the outbox will be full, and once that it is over. Owned by one thread. */
final class Fullness {
    private boolean told;

    /**
     * What is to be said now, if anything.
     *
     * @param bytes what waits
     * @param capacity at most so many
     * @param bytesPerSecond what comes in; 0 when that is not known
     */
    Optional<String> news(long bytes, long capacity, double bytesPerSecond) {
        if (capacity > 0 && !told && bytes > capacity / 5 * 4) {
            told = true;
            return Optional.of("the outbox is four fifths full"
                    + (bytesPerSecond > 0
                            ? ", at the rate so far there is room for " + left(bytes, capacity, bytesPerSecond)
                            : "")
                    + "; then the messages that are worth least are given up. Look why the hub does not take them");
        }
        if (told && bytes < capacity / 5 * 3) { // not at once, so that it is not said over and over
            told = false;
            return Optional.of("the outbox has room again");
        }
        return Optional.empty();
    }

    private static String left(long bytes, long capacity, double bytesPerSecond) {
        var left = Duration.ofSeconds((long) (Math.max(0, capacity - bytes) / bytesPerSecond));
        return left.toDays() > 0
                ? left.toDays() + " d " + left.toHoursPart() + " h"
                : left.toHours() + " h " + left.toMinutesPart() + " min";
    }
}
