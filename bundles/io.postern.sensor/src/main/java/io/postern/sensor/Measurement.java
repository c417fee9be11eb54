// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor;

/** One measured value; its unit belongs to the leaf's model. */
public sealed interface Measurement {
    /** A finite number in the unit of the leaf's model. */
    record Quantity(double value) implements Measurement {
        public Quantity {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException("a quantity is a finite number, not " + value);
            }
        }
    }

    record Count(long value) implements Measurement {}

    record Flag(boolean value) implements Measurement {}

    record Text(String value) implements Measurement {}
}
