// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.wire.DeviceId;
import java.time.Duration;

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
            throw new IllegalArgumentException("unit is 1 to 247, not " + unit);
        }
        within("period", period, SHORTEST_PERIOD, LONGEST_PERIOD);
        within("timeout", timeout, SHORTEST_TIMEOUT, LONGEST_TIMEOUT);
    }

    private static void within(String key, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(key + " is " + least.toMillis() + "ms to " + most.toSeconds() + "s, not "
                    + value.toMillis() + "ms");
        }
    }
}
