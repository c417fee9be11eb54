// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim;

/**
 * How an application set its end of the line, as far as a pseudo-terminal remembers it.
 *
 * @param bits per character on the wire: start, data, parity and stop bits
 */
record CharacterFormat(int baud, int bits) {
    private static final int CSTOPB = 0x40; // asm-generic/termbits.h, c_cflag

    /** @param parity whether there is a parity bit: the kernel takes it out of {@code cflag} (drivers/tty/pty.c) */
    static CharacterFormat of(int baud, int cflag, boolean parity) {
        int stop = (cflag & CSTOPB) != 0 ? 2 : 1;
        return new CharacterFormat(Math.max(1, baud), 1 + 8 + (parity ? 1 : 0) + stop);
    }

    long characterNanos() {
        return bits * 1_000_000_000L / baud;
    }
}
