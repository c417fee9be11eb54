// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.wizard;

import io.postern.sensor.modbus.Crc16;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Kinds of frames that can be told by themselves: each has a check sum or a shape that chance does not make. */
enum Dialect {
    MODBUS_RTU("Modbus RTU"),
    MODBUS_ASCII("Modbus ASCII"),
    MBUS("M-Bus"),
    NMEA("NMEA 0183"),
    IEC_62056_21("IEC 62056-21");

    private static final Pattern ASCII = Pattern.compile(":((?:[0-9A-F]{2}){3,255})\r\n");
    private static final Pattern SENTENCE = Pattern.compile("[$!]([ -)+-~]{3,80})\\*([0-9A-Fa-f]{2})");
    private static final Pattern IDENTIFICATION =
            Pattern.compile("/[A-Za-z]{3}[0-9A-Za-z][ -~]{0,16}\r\n|/\\?[0-9]{0,32}!\r\n");
    // spec: Modbus application protocol 1.1b3, 5: public functions in use on lines
    private static final String FUNCTIONS = "\u0001\u0002\u0003\u0004\u0005\u0006\u000f\u0010\u0017\u002b";
    private static final int SHORTEST_RTU = 5;
    private static final int LONGEST_RTU = 256;
    private static final int MBUS_START = 0x68;
    private static final int MBUS_STOP = 0x16;

    private final String text;

    Dialect(String text) {
        this.text = text;
    }

    /** As people call it. */
    String text() {
        return text;
    }

    /** All that stand in {@code octets}, however they are cut. */
    static List<Dialect> heardIn(byte[] octets) {
        return Arrays.stream(values()).filter(each -> each.isIn(octets)).toList();
    }

    private boolean isIn(byte[] octets) {
        String text = new String(octets, StandardCharsets.ISO_8859_1);
        return switch (this) {
            case MODBUS_RTU -> isRtu(octets);
            case MODBUS_ASCII -> isAscii(ASCII.matcher(text));
            case MBUS -> isMbus(octets);
            case NMEA -> isNmea(SENTENCE.matcher(text));
            case IEC_62056_21 -> IDENTIFICATION.matcher(text).find();
        };
    }

    /** One frame in 65,536 of chance closes: two are wanted, of units and functions that there are. */
    private static boolean isRtu(byte[] octets) {
        int frames = 0;
        for (int from = 0; from + SHORTEST_RTU <= octets.length; from++) {
            int function = octets[from + 1] & 0x7F;
            if ((octets[from] & 0xFF) > 247 || FUNCTIONS.indexOf(function) < 0) {
                continue;
            }
            for (int length = SHORTEST_RTU; length <= LONGEST_RTU && from + length <= octets.length; length++) {
                if (Crc16.closes(octets, from, length)) {
                    frames++;
                    from += length - 1;
                    break;
                }
            }
        }
        return frames >= 2;
    }

    private static boolean isAscii(Matcher matcher) {
        while (matcher.find()) {
            int sum = 0;
            for (int at = 0; at < matcher.group(1).length(); at += 2) {
                sum += Integer.parseInt(matcher.group(1).substring(at, at + 2), 16);
            }
            if ((sum & 0xFF) == 0) { // spec: Modbus over serial line 1.02, 2.5.2.2
                return true;
            }
        }
        return false;
    }

    private static boolean isNmea(Matcher matcher) {
        while (matcher.find()) {
            int sum = matcher.group(1).chars().reduce(0, (a, b) -> a ^ b);
            if (sum == Integer.parseInt(matcher.group(2), 16)) {
                return true;
            }
        }
        return false;
    }

    /** A long frame: 68 L L 68, L octets, their sum, 16. */
    private static boolean isMbus(byte[] octets) {
        for (int at = 0; at + 6 <= octets.length; at++) {
            int length = octets[at + 1] & 0xFF;
            int end = at + 4 + length;
            if (octets[at] == MBUS_START
                    && octets[at + 2] == octets[at + 1]
                    && octets[at + 3] == MBUS_START
                    && length >= 3
                    && end + 1 < octets.length
                    && octets[end + 1] == MBUS_STOP
                    && octets[end] == sum(octets, at + 4, end)) {
                return true;
            }
        }
        return false;
    }

    private static byte sum(byte[] octets, int from, int to) {
        int sum = 0;
        for (int i = from; i < to; i++) {
            sum += octets[i];
        }
        return (byte) sum;
    }
}
