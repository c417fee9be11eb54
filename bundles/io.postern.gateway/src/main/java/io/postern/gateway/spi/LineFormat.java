// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

/**
 * How characters look on a wire.
 *
 * @param parity {@code N}, {@code E} or {@code O}
 */
public record LineFormat(int baud, int dataBits, char parity, int stopBits) {
    public LineFormat {
        if (baud < 50 || dataBits < 5 || dataBits > 8 || "NEO".indexOf(parity) < 0 || stopBits < 1 || stopBits > 2) {
            throw new IllegalArgumentException(
                    "no wire speaks " + baud + " " + dataBits + parity + stopBits + "; a usual one is 9600 8N1");
        }
    }

    /** Bits of one character: start, data, parity and stop. */
    public int bits() {
        return 1 + dataBits + (parity == 'N' ? 0 : 1) + stopBits;
    }

    /** As technicians write it: {@code 19200 8E1}. */
    @Override
    public String toString() {
        return baud + " " + dataBits + parity + stopBits;
    }
}
