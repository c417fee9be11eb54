// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.framed;

import io.postern.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * How a frame proves itself.
 *
 * @param form how the sum stands in the frame
 * @param mark what stands before the sum and does not count; NMEA 0183 has an asterisk there
 * @param fromStart whether the start of the frame counts
 * @param behindEnd whether the sum stands behind the end of the frame, which counts then
 */
public record CheckSum(Algorithm algorithm, Form form, Bytes mark, boolean fromStart, boolean behindEnd) {
    /** spec: NMEA 0183 3.01, 5.3: exclusive or of all between $ and *, as two hexadecimal digits. */
    public static final CheckSum NMEA = new CheckSum(Algorithm.XOR, Form.HEX, Bytes.utf8("*"), false, false);

    /** spec: IEC 62056-21, 5.5 and annex F: exclusive or behind the first STX up to ETX, which counts; stands behind it. */
    public static final CheckSum BCC = new CheckSum(Algorithm.XOR, Form.BIG, Bytes.EMPTY, false, true);

    /** What is computed. */
    public enum Algorithm {
        XOR(1),
        /** Sum of all octets, modulo 256. */
        SUM(1),
        /** What makes the sum of all octets zero. */
        LRC(1),
        CRC16_ARC(2),
        CRC16_MODBUS(2),
        CRC16_KERMIT(2),
        CRC16_CCITT(2),
        CRC16_XMODEM(2);

        private final int width;

        Algorithm(int width) {
            this.width = width;
        }

        /** As mappings call it, such as {@code crc16-arc}. */
        String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** How a sum is written. */
    public enum Form {
        /** Octets, the high one first. */
        BIG,
        /** Octets, the low one first. */
        LITTLE,
        /** Two hexadecimal digits for each octet, the high one first. */
        HEX
    }

    /** How many octets stand for the sum, without the mark. */
    int width() {
        return form == Form.HEX ? 2 * algorithm.width : algorithm.width;
    }

    /** The sum of the octets from {@code from} to before {@code to} as it stands in a frame. */
    byte[] of(byte[] octets, int from, int to) {
        int sum = compute(octets, from, to);
        return switch (form) {
            case HEX -> String.format(Locale.ROOT, "%0" + width() + "X", sum).getBytes(StandardCharsets.US_ASCII);
            case BIG -> algorithm.width == 1 ? new byte[] {(byte) sum} : new byte[] {(byte) (sum >> 8), (byte) sum};
            case LITTLE -> algorithm.width == 1 ? new byte[] {(byte) sum} : new byte[] {(byte) sum, (byte) (sum >> 8)};
        };
    }

    /** Whether the octets at {@code at} are the sum of those from {@code from} to before {@code to}. */
    boolean holds(byte[] octets, int from, int to, int at) {
        byte[] there = Arrays.copyOfRange(octets, at, at + width());
        if (form == Form.HEX) {
            for (int i = 0; i < there.length; i++) {
                there[i] = (byte) Character.toUpperCase((char) there[i]);
            }
        }
        return Arrays.equals(there, of(octets, from, to));
    }

    private int compute(byte[] octets, int from, int to) {
        return switch (algorithm) {
            case XOR -> {
                int sum = 0;
                for (int i = from; i < to; i++) {
                    sum ^= octets[i] & 0xFF;
                }
                yield sum;
            }
            case SUM -> sum(octets, from, to);
            case LRC -> -sum(octets, from, to) & 0xFF;
            // the parameters of the catalogue of Greg Cook, "CRC-16/..."
            case CRC16_ARC -> reflected(octets, from, to, 0xA001, 0);
            case CRC16_MODBUS -> reflected(octets, from, to, 0xA001, 0xFFFF);
            case CRC16_KERMIT -> reflected(octets, from, to, 0x8408, 0);
            case CRC16_CCITT -> straight(octets, from, to, 0xFFFF);
            case CRC16_XMODEM -> straight(octets, from, to, 0);
        };
    }

    private static int sum(byte[] octets, int from, int to) {
        int sum = 0;
        for (int i = from; i < to; i++) {
            sum += octets[i] & 0xFF;
        }
        return sum & 0xFF;
    }

    private static int reflected(byte[] octets, int from, int to, int polynomial, int begin) {
        int crc = begin;
        for (int i = from; i < to; i++) {
            crc ^= octets[i] & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? crc >> 1 ^ polynomial : crc >> 1;
            }
        }
        return crc;
    }

    private static int straight(byte[] octets, int from, int to, int begin) {
        int crc = begin;
        for (int i = from; i < to; i++) {
            crc ^= (octets[i] & 0xFF) << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = ((crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1) & 0xFFFF;
            }
        }
        return crc;
    }
}
