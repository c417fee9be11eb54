// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.DeviceId;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * One device name is assigned at a time, whichever tenant it registers with: between the look who holds a name and the
 * record that holds it nobody else gets it.
 */
final class DeviceTurns {
    private static final int TURNS = 1_024; // of as many registrations at once, few wait for a stranger

    private final ReentrantLock[] turns =
            Stream.generate(ReentrantLock::new).limit(TURNS).toArray(ReentrantLock[]::new);

    ReentrantLock of(DeviceId device) {
        return turns[Math.floorMod(device.hashCode(), TURNS)];
    }
}
