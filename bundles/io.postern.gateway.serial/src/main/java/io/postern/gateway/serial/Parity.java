// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import io.postern.wire.Shown;

/** The parity bit of each character. */
public enum Parity {
    NONE,
    EVEN,
    ODD;

    /** @throws IllegalArgumentException when {@code text} is not one of none, even and odd */
    public static Parity parse(String text) {
        return switch (text) {
            case "none" -> NONE;
            case "even" -> EVEN;
            case "odd" -> ODD;
            default -> throw new IllegalArgumentException("none, even or odd, not \"" + Shown.of(text) + "\"");
        };
    }

    int bits() {
        return this == NONE ? 0 : 1;
    }
}
