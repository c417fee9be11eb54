// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalState;
import com.pi4j.io.gpio.digital.DigitalStateChangeEvent;

/** A change with what Pi4J has no word for: when it was by the kernel's clock, and how many edges before it were lost. */
final class ChardevEdge extends DigitalStateChangeEvent<DigitalInput> {
    private final long at;
    private final int lost;

    ChardevEdge(DigitalInput source, boolean rising, long at, int lost) {
        super(source, rising ? DigitalState.HIGH : DigitalState.LOW);
        this.at = at;
        this.lost = lost;
    }

    long at() {
        return at;
    }

    int lost() {
        return lost;
    }
}
