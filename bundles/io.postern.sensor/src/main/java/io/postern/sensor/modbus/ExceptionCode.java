// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

/** Why a unit refused a request, exactly as it said it, 1 to 255. */
public record ExceptionCode(int code) {
    /** spec: Modbus application protocol 1.1b3, 7. */
    public String meaning() {
        return switch (code) {
            case 1 -> "illegal function";
            case 2 -> "illegal data address";
            case 3 -> "illegal data value";
            case 4 -> "server device failure";
            case 5 -> "acknowledge, still working";
            case 6 -> "server device busy";
            case 8 -> "memory parity error";
            case 10 -> "gateway path unavailable";
            case 11 -> "gateway target does not answer";
            default -> "not in the standard";
        };
    }

    @Override
    public String toString() {
        return code + " (" + meaning() + ")";
    }
}
