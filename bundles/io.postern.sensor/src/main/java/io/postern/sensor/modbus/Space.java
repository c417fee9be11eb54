// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import java.util.Locale;
import java.util.Optional;

/** The four address spaces of a unit, each read by a function of its own. */
public enum Space {
    COIL(1),
    DISCRETE(2),
    HOLDING(3),
    INPUT(4);

    // spec: Modbus application protocol 1.1b3, 6.1 and 6.3: what fits into one answer
    private static final int MOST_BITS = 2_000;
    private static final int MOST_REGISTERS = 125;

    private final int function;

    Space(int function) {
        this.function = function;
    }

    public static Optional<Space> named(String text) {
        for (Space space : values()) {
            if (space.toString().equals(text)) {
                return Optional.of(space);
            }
        }
        return Optional.empty();
    }

    /** The function that reads it. */
    public int function() {
        return function;
    }

    /** Whether it holds bits; the others hold registers of 16 bits. */
    public boolean isBits() {
        return this == COIL || this == DISCRETE;
    }

    public boolean isWritable() {
        return this == COIL || this == HOLDING;
    }

    /** How many of its things one request may ask for. */
    public int mostAtOnce() {
        return isBits() ? MOST_BITS : MOST_REGISTERS;
    }

    /** As templates say it: {@code coil}, {@code discrete}, {@code holding}, {@code input}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
