// SPDX-License-Identifier: Apache-2.0
package io.postern.lab;

import io.postern.wire.DeviceId;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The leaf devices of a lab: meters on one serial line, and two pins when there are enough.
 *
 * @param meters Modbus servers with unit ids from 1
 * @param pins mock pins with numbers from 1
 */
record LabLeaves(int meters, int pins) {
    static final int MOST = 200; // unit ids end at 247; at 200 the line is already the limit

    static LabLeaves of(int count) {
        if (count < 1 || count > MOST) {
            throw new IllegalArgumentException("a lab has 1 to " + MOST + " leaves, not " + count);
        }
        int pins = count < 3 ? 0 : 2;
        return new LabLeaves(count - pins, pins);
    }

    List<DeviceId> all() {
        return Stream.concat(
                        IntStream.rangeClosed(1, meters).mapToObj(LabLeaves::meter),
                        IntStream.rangeClosed(1, pins).mapToObj(LabLeaves::pin))
                .toList();
    }

    static DeviceId meter(int unit) {
        return DeviceId.of("meter-%03d".formatted(unit));
    }

    static DeviceId pin(int number) {
        return DeviceId.of("pin-%d".formatted(number));
    }
}
