// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

/** The check sum of RTU frames. spec: Modbus over serial line 1.02, 6.2.2: polynomial 0xA001, start 0xFFFF. */
public final class Crc16 {
    private static final int POLYNOMIAL = 0xA001;

    private Crc16() {}

    public static int of(byte[] octets, int from, int to) {
        int crc = 0xFFFF;
        for (int i = from; i < to; i++) {
            crc ^= octets[i] & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? crc >> 1 ^ POLYNOMIAL : crc >> 1;
            }
        }
        return crc;
    }

    /** Whether the {@code length} octets from {@code from} end with their check sum, low octet first. */
    public static boolean closes(byte[] octets, int from, int length) {
        int end = from + length - 2;
        int crc = of(octets, from, end);
        return octets[end] == (byte) crc && octets[end + 1] == (byte) (crc >> 8);
    }
}
