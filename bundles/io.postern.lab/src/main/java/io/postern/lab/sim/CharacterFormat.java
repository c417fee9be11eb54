// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim;

import java.time.Duration;

/**
 * How an end of the line is set, as far as a pseudo-terminal remembers it.
 *
 * @param bits per character on the wire: start, data, parity and stop bits
 */
public record CharacterFormat(int baud, int bits) {
    private static final int CSTOPB = 0x40; // asm-generic/termbits.h, c_cflag

    public CharacterFormat {
        if (baud < 1 || bits < 7 || bits > 12) {
            throw new IllegalArgumentException("no wire runs at " + baud + " baud with " + bits + " bits a character");
        }
    }

    /** @param parity whether there is a parity bit: the kernel takes it out of {@code cflag} (drivers/tty/pty.c) */
    static CharacterFormat of(int baud, int cflag, boolean parity) {
        int stop = (cflag & CSTOPB) != 0 ? 2 : 1;
        return new CharacterFormat(Math.max(1, baud), 1 + 8 + (parity ? 1 : 0) + stop);
    }

    /**
     * @param format data bits, parity and stop bits, as in {@code 8E1}
     * @throws IllegalArgumentException when it is nothing like it
     */
    public static CharacterFormat parse(int baud, String format) {
        if (!format.matches("[78][NEO][12]")) {
            throw new IllegalArgumentException(
                    "a format is data bits, parity and stop bits, as 8E1, 8N1, 8N2 or 7E1, not \"" + format + "\"");
        }
        int data = format.charAt(0) - '0';
        int stop = format.charAt(2) - '0';
        return new CharacterFormat(baud, 1 + data + (hasParity(format) ? 1 : 0) + stop);
    }

    /** Whether characters of {@code format}, such as {@code 8E1}, have a parity bit. */
    public static boolean hasParity(String format) {
        return format.indexOf('N') < 0;
    }

    public long characterNanos() {
        return bits * 1_000_000_000L / baud;
    }

    /** What parts one Modbus frame from the next: 3.5 characters, 1.75 ms above 19200 baud. */
    public Duration silence() {
        return baud > 19_200 ? Duration.ofNanos(1_750_000) : Duration.ofNanos(characterNanos() * 7 / 2);
    }
}
