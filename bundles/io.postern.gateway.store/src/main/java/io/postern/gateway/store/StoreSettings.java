// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.Priority;
import io.postern.gateway.store.DropRules.WhenFull;
import io.postern.wire.Shown;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the store, checked.
 *
 * @param directory where the segments lie; made when it is missing
 * @param capacity most bytes on disk
 * @param segment bytes of each file
 * @param window how long messages that come right after a sync wait for company
 */
record StoreSettings(Path directory, long capacity, int segment, Duration window, DropRules rules) {
    /**
     * 37 syncs a second at most: a card of class A1 gives some 165 durable writes a second, and others want some. With what
     * is saved up of a second, they stay below 40 for 1,000 messages at 1,000 a second.
     */
    static final Duration WINDOW = Duration.ofMillis(27);

    private static final int KILO = 1024;
    private static final int MEGA = KILO * KILO;
    private static final int LEAST_SEGMENT = 512 * KILO; // holds the longest message and all leaves
    private static final int MOST_SEGMENT = 8 * MEGA; // is read whole at a start
    private static final int USUAL_SEGMENT = 4 * MEGA; // an erase block of a card is 2 to 16 MB
    private static final int LEAST_SEGMENTS = 6; // fewer, and most of the work would be carrying over
    private static final int MOST_SEGMENTS = 512; // each is an open file
    private static final long LEAST = (long) LEAST_SEGMENT * LEAST_SEGMENTS;
    private static final long MOST = (long) MOST_SEGMENT * MOST_SEGMENTS;
    private static final Duration LONGEST_WINDOW = Duration.ofSeconds(1);

    StoreSettings {
        if (capacity < LEAST || capacity > MOST) {
            throw new IllegalArgumentException("capacity: between 3MB and 4GB, not " + capacity + " bytes");
        }
        if (segment < LEAST_SEGMENT || segment > MOST_SEGMENT) {
            throw new IllegalArgumentException("segment: between 512KB and 8MB, not " + segment + " bytes");
        }
        if (capacity / segment < LEAST_SEGMENTS || capacity / segment > MOST_SEGMENTS) {
            throw new IllegalArgumentException("segment: between " + LEAST_SEGMENTS + " and " + MOST_SEGMENTS
                    + " of them make the capacity, not " + capacity / segment);
        }
        if (window.isNegative() || window.compareTo(LONGEST_WINDOW) > 0) {
            throw new IllegalArgumentException("window: between 0ms and 1s, not " + window);
        }
    }

    /** With what is usual for everything else. */
    static StoreSettings of(Path directory, long capacity) {
        return new StoreSettings(directory, capacity, usualSegment(capacity), WINDOW, DropRules.DEFAULT);
    }

    /** @throws IllegalArgumentException naming the key whose value cannot be used */
    static StoreSettings parse(
            String directory, String capacity, String segment, String window, Map<Priority, String> whenFull) {
        if (directory.isBlank()) {
            throw new IllegalArgumentException("directory: say where the store may keep its files");
        }
        try {
            long bytes = bytes("capacity", capacity);
            return new StoreSettings(
                    Path.of(directory),
                    bytes,
                    segment.isBlank()
                            ? usualSegment(bytes)
                            : (int) Math.min(bytes("segment", segment), Integer.MAX_VALUE),
                    milliseconds(window),
                    rules(whenFull));
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("directory: not a path: " + Shown.of(directory), e);
        }
    }

    private static int usualSegment(long capacity) {
        long usual = Math.min(USUAL_SEGMENT, capacity / LEAST_SEGMENTS);
        long large = Math.max(usual, capacity / MOST_SEGMENTS);
        return (int) Math.clamp(large / KILO * KILO, LEAST_SEGMENT, MOST_SEGMENT);
    }

    private static DropRules rules(Map<Priority, String> whenFull) {
        Map<Priority, WhenFull> rules = new EnumMap<>(Priority.class);
        whenFull.forEach((priority, text) -> rules.put(
                priority,
                switch (text) {
                    case "dropOldest" -> WhenFull.DROP_OLDEST;
                    case "keepOldest" -> WhenFull.KEEP_OLDEST;
                    default ->
                        throw new IllegalArgumentException(priority.name().toLowerCase(Locale.ROOT)
                                + "sWhenFull: dropOldest or keepOldest, not \"" + Shown.of(text) + "\"");
                }));
        return new DropRules(Map.copyOf(rules));
    }

    private static Duration milliseconds(String text) {
        try {
            if (text.endsWith("ms")) {
                return Duration.ofMillis(
                        Long.parseLong(text.substring(0, text.length() - 2).strip()));
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("window: a time as 27ms, not \"" + Shown.of(text) + "\"", e);
        }
        throw new IllegalArgumentException("window: a time as 27ms, not \"" + Shown.of(text) + "\"");
    }

    private static long bytes(String key, String text) {
        String upper = text.strip().toUpperCase(Locale.ROOT);
        long unit = upper.endsWith("KB") ? KILO : upper.endsWith("MB") ? MEGA : (long) KILO * MEGA;
        try {
            if (upper.endsWith("KB") || upper.endsWith("MB") || upper.endsWith("GB")) {
                return Math.multiplyExact(
                        Long.parseLong(upper.substring(0, upper.length() - 2).strip()), unit);
            }
        } catch (NumberFormatException | ArithmeticException e) {
            throw unusable(key, text, e);
        }
        throw unusable(key, text, null);
    }

    private static IllegalArgumentException unusable(String key, String text, @Nullable Exception cause) {
        return new IllegalArgumentException(
                key + ": a size as 64MB (KB, MB or GB), not \"" + Shown.of(text) + "\"", cause);
    }
}
