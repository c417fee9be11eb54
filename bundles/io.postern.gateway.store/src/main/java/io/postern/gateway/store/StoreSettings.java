// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.wire.Shown;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The settings of the store, checked.
 *
 * @param directory where the file lies; made when it is missing
 * @param capacity most bytes of messages kept for the hub, before the oldest go
 */
record StoreSettings(Path directory, long capacity) {
    private static final long KILO = 1024;
    private static final long LEAST = 1024 * KILO; // holds the longest message four times
    private static final long MOST = 64 * KILO * KILO * KILO; // beyond any SD card's share for this

    StoreSettings {
        if (capacity < LEAST || capacity > MOST) {
            throw new IllegalArgumentException("capacity: between 1MB and 64GB, not " + capacity + " bytes");
        }
    }

    /** @throws IllegalArgumentException naming the key whose value cannot be used */
    static StoreSettings parse(String directory, String capacity) {
        if (directory.isBlank()) {
            throw new IllegalArgumentException("directory: say where the store may keep its file");
        }
        try {
            return new StoreSettings(Path.of(directory), bytes(capacity));
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("directory: not a path: " + Shown.of(directory), e);
        }
    }

    private static long bytes(String text) {
        String upper = text.strip().toUpperCase(Locale.ROOT);
        long unit = upper.endsWith("KB") ? KILO : upper.endsWith("MB") ? KILO * KILO : KILO * KILO * KILO;
        try {
            if (upper.endsWith("KB") || upper.endsWith("MB") || upper.endsWith("GB")) {
                return Math.multiplyExact(
                        Long.parseLong(upper.substring(0, upper.length() - 2).strip()), unit);
            }
        } catch (NumberFormatException | ArithmeticException e) {
            throw unusable(text, e);
        }
        throw unusable(text, null);
    }

    private static IllegalArgumentException unusable(String text, @org.jspecify.annotations.Nullable Exception cause) {
        return new IllegalArgumentException(
                "capacity: a size as 64MB (KB, MB or GB), not \"" + Shown.of(text) + "\"", cause);
    }
}
