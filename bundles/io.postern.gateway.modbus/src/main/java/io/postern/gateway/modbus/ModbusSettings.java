// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.wire.DeviceId;
import io.postern.wire.DurationText;
import io.postern.wire.Setting;
import java.time.Duration;
import java.util.List;

/**
 * One leaf behind a unit id.
 *
 * @param timeout how long the unit may take to begin an answer
 * @param echo whether the line says back what is sent, as adapters do that do not gate their receiver
 */
record ModbusSettings(DeviceId leaf, int unit, Duration period, Duration timeout, boolean echo, SensorMap map) {
    private static final Duration SHORTEST_PERIOD = Duration.ofMillis(10);
    private static final Duration LONGEST_PERIOD = Duration.ofDays(1);
    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(10);
    private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(10); // longer would hold up the whole line

    ModbusSettings {
        // spec: Modbus over serial line 1.02, 2.2: 0 is broadcast, 248 to 255 are reserved
        if (unit < 1 || unit > 247) {
            throw new IllegalArgumentException("unit: 1 to 247, not " + unit);
        }
        within("period", period, SHORTEST_PERIOD, LONGEST_PERIOD);
        within("timeout", timeout, SHORTEST_TIMEOUT, LONGEST_TIMEOUT);
    }

    /** @throws IllegalArgumentException naming the key whose value cannot be used */
    static ModbusSettings parse(
            String leaf, int unit, String period, String timeout, boolean echo, List<String> registers) {
        return new ModbusSettings(
                Setting.parse("leaf", leaf, DeviceId::of),
                unit,
                Setting.parse("period", period, DurationText::parse),
                Setting.parse("timeout", timeout, DurationText::parse),
                echo,
                SensorMap.parse(registers));
    }

    private static void within(String key, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    key + ": " + least.toMillis() + "ms to " + most.toSeconds() + "s, not " + value.toMillis() + "ms");
        }
    }
}
