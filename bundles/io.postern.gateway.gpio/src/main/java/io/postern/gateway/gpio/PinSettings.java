// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import io.postern.wire.DeviceId;
import io.postern.wire.Shown;
import java.nio.file.Path;
import java.time.Duration;

/**
 * One leaf on a pin.
 *
 * @param period a reading is made at least this often
 * @param mockPeriod for laboratories: how often a mock pin changes by itself, zero for never
 */
record PinSettings(DeviceId leaf, Path chip, int line, Provider provider, Duration period, Duration mockPeriod) {
    /** Where the pin comes from. */
    enum Provider {
        /** The kernel's GPIO character device. */
        CHARDEV,
        /** A pin that is only pretended, by Pi4J's mock plug-in. */
        MOCK;

        static Provider parse(String text) {
            return switch (text) {
                case "chardev" -> CHARDEV;
                case "mock" -> MOCK;
                default ->
                    throw new IllegalArgumentException("provider is chardev or mock, not \"" + Shown.of(text) + "\"");
            };
        }
    }

    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofDays(1);

    PinSettings {
        if (line < 0) {
            throw new IllegalArgumentException("line is a number of the chip's lines, 0 or more, not " + line);
        }
        if (!chip.isAbsolute()) {
            throw new IllegalArgumentException("chip is an absolute path such as /dev/gpiochip0, not \"" + chip + "\"");
        }
        within("period", period);
        if (!mockPeriod.isZero()) {
            within("mockPeriod", mockPeriod);
            if (provider != Provider.MOCK) {
                throw new IllegalArgumentException("mockPeriod is for the provider mock only");
            }
        }
    }

    private static void within(String key, Duration value) {
        if (value.compareTo(SHORTEST) < 0 || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(key + " is 10ms to 1d, not " + value.toMillis() + "ms");
        }
    }
}
