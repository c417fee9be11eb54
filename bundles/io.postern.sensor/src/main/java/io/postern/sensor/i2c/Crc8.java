// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.i2c;

import java.io.IOException;

/**
 * A check octet after each few octets, high bit first, nothing reflected, nothing inverted at the end. Sensirion's chips have
 * polynomial 0x31 and initial 0xFF after each word (SHT3x-DIS data sheet: 0xBEEF has 0x92).
 *
 * @param every how many octets each check octet follows
 */
public record Crc8(int polynomial, int initial, int every) {
    /** How long {@code data} octets are on the bus. */
    int framed(int data) {
        return data + data / every;
    }

    /** The octets without their check octets. */
    byte[] strip(byte[] framed) throws IOException {
        byte[] data = new byte[framed.length / (every + 1) * every];
        for (int from = 0, to = 0; from < framed.length; from += every + 1, to += every) {
            int told = framed[from + every] & 0xFF;
            if (of(framed, from) != told) {
                throw new IOException(String.format(
                        "check octet %d is 0x%02x, the octets before it make 0x%02x; noise on the bus, or another chip",
                        to / every + 1, told, of(framed, from)));
            }
            System.arraycopy(framed, from, data, to, every);
        }
        return data;
    }

    /** The octets with their check octets. */
    byte[] frame(byte[] data) {
        byte[] framed = new byte[framed(data.length)];
        for (int from = 0, to = 0; from < data.length; from += every, to += every + 1) {
            System.arraycopy(data, from, framed, to, every);
            framed[to + every] = (byte) of(data, from);
        }
        return framed;
    }

    private int of(byte[] octets, int from) {
        int crc = initial;
        for (int i = from; i < from + every; i++) {
            crc ^= octets[i] & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x80) != 0 ? (crc << 1 ^ polynomial) & 0xFF : crc << 1;
            }
        }
        return crc;
    }
}
