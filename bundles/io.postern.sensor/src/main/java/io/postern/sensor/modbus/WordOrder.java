// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import io.postern.wire.Bytes;
import java.util.Locale;
import java.util.Optional;

/**
 * In which order the octets of a number lie in its registers; {@code a} is the highest of a number of four. The standard
 * says only that of a register the high octet comes first; makers differ in all the rest.
 */
public enum WordOrder {
    /** The highest octet first. */
    ABCD,
    /** The lowest register first. */
    CDAB,
    /** The highest register first, of each the low octet first. */
    BADC,
    /** The lowest octet first. */
    DCBA;

    public static Optional<WordOrder> named(String text) {
        for (WordOrder order : values()) {
            if (order.toString().equals(text)) {
                return Optional.of(order);
            }
        }
        return Optional.empty();
    }

    /** Brings registers into the order ABCD, or from it; the same step in both directions. */
    Bytes arrange(Bytes registers) {
        int length = registers.length();
        var arranged = new byte[length];
        for (int i = 0; i < length; i++) {
            int from =
                    switch (this) {
                        case ABCD -> i;
                        case CDAB -> (length - 2 - (i & ~1)) | i & 1;
                        case BADC -> i ^ 1;
                        case DCBA -> length - 1 - i;
                    };
            arranged[i] = (byte) registers.at(from);
        }
        return Bytes.of(arranged);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
