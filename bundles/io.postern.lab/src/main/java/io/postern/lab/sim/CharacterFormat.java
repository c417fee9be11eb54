// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim;

/**
 * How an application set its end of the line.
 *
 * @param bits per character on the wire: start, data, parity and stop bits
 */
record CharacterFormat(int baud, int bits) {
    // asm-generic/termbits.h, the layout of c_cflag
    private static final int CSIZE_SHIFT = 4;
    private static final int CSTOPB = 0x40;
    private static final int PARENB = 0x100;

    static CharacterFormat of(int baud, int cflag) {
        int data = 5 + ((cflag >> CSIZE_SHIFT) & 3);
        int parity = (cflag & PARENB) != 0 ? 1 : 0;
        int stop = (cflag & CSTOPB) != 0 ? 2 : 1;
        return new CharacterFormat(Math.max(1, baud), 1 + data + parity + stop);
    }

    long characterNanos() {
        return bits * 1_000_000_000L / baud;
    }
}
