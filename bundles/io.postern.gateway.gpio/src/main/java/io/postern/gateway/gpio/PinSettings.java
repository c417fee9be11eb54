// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import io.postern.sensor.pins.PinMap;
import io.postern.wire.DeviceId;
import io.postern.wire.DurationText;
import io.postern.wire.Setting;
import io.postern.wire.Shown;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;

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
                default -> throw new IllegalArgumentException("chardev or mock, not \"" + Shown.of(text) + "\"");
            };
        }
    }

    /** State and rising edges, as such leaves have always shown. */
    static final PinMap MAP = new PinMap(
            PinMap.Role.INPUT,
            PinMap.Bias.AS_IS,
            false,
            Duration.ZERO,
            PinMap.Edge.ACTIVE,
            false,
            Optional.empty(),
            Duration.ofSeconds(10),
            fields());

    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofDays(1);

    PinSettings {
        if (line < 0) {
            throw new IllegalArgumentException("line: a number of the chip's lines, 0 or more, not " + line);
        }
        if (!chip.isAbsolute()) {
            throw new IllegalArgumentException("chip: an absolute path such as /dev/gpiochip0, not \"" + chip + "\"");
        }
        within("period", period);
        if (!mockPeriod.isZero()) {
            within("mockPeriod", mockPeriod);
            if (provider != Provider.MOCK) {
                throw new IllegalArgumentException("mockPeriod: for the provider mock only");
            }
        }
    }

    private static SequencedMap<String, PinMap.Field> fields() {
        var fields = new LinkedHashMap<String, PinMap.Field>();
        fields.put("state", new PinMap.Field(PinMap.Fact.STATE, OptionalDouble.empty()));
        fields.put("count", new PinMap.Field(PinMap.Fact.COUNT, OptionalDouble.empty()));
        return fields;
    }

    String address() {
        return switch (provider) {
            case CHARDEV -> chip + ":" + line;
            case MOCK -> "mock:" + line + (mockPeriod.isZero() ? "" : "@" + mockPeriod.toMillis() + "ms");
        };
    }

    /** @throws IllegalArgumentException naming the key whose value cannot be used */
    static PinSettings parse(String leaf, String chip, int line, String provider, String period, String mockPeriod) {
        return new PinSettings(
                Setting.parse("leaf", leaf, DeviceId::of),
                Setting.parse("chip", chip, Path::of),
                line,
                Setting.parse("provider", provider, Provider::parse),
                Setting.parse("period", period, DurationText::parse),
                Setting.parse("mockPeriod", mockPeriod, DurationText::parse));
    }

    private static void within(String key, Duration value) {
        if (value.compareTo(SHORTEST) < 0 || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(key + ": 10ms to 1d, not " + value.toMillis() + "ms");
        }
    }
}
