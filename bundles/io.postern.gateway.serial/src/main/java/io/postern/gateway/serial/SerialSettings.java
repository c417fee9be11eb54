// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import io.postern.gateway.spi.Line;
import io.postern.wire.Setting;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Where a line is and how it speaks.
 *
 * @param port a device or a link to one; the stable names below {@code /dev/serial/by-id} survive replugging
 */
public record SerialSettings(Path port, int baud, int dataBits, Parity parity, int stopBits) {
    private static final int SLOWEST = 50; // termios
    private static final int FASTEST = 4_000_000; // termios
    // spec: Modbus over serial line 1.02, 2.5.1.1: above 19200 baud a fixed silence
    private static final int FIXED_SILENCE_ABOVE = 19_200;
    private static final Duration FIXED_SILENCE = Duration.ofNanos(1_750_000);

    public SerialSettings {
        if (!port.isAbsolute()) {
            throw new IllegalArgumentException("port: an absolute path such as /dev/ttyUSB0, not \"" + port + "\"");
        }
        within("baud", baud, SLOWEST, FASTEST);
        within("dataBits", dataBits, 5, 8);
        within("stopBits", stopBits, 1, 2);
    }

    /** @throws IllegalArgumentException naming the key whose value cannot be used */
    static SerialSettings parse(String port, int baud, int dataBits, String parity, int stopBits) {
        return new SerialSettings(
                Setting.parse("port", port, Path::of),
                baud,
                dataBits,
                Setting.parse("parity", parity, Parity::parse),
                stopBits);
    }

    private static void within(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + ": " + least + " to " + most + ", not " + value);
        }
    }

    /** The time one character takes: start, data, parity and stop bits. */
    public Duration characterTime() {
        long bits = 1L + dataBits + parity.bits() + stopBits;
        return Duration.ofNanos(bits * 1_000_000_000L / baud);
    }

    /** The silence that separates frames: 3.5 characters, 1.75 ms above 19200 baud. */
    public Duration silence() {
        return baud > FIXED_SILENCE_ABOVE
                ? FIXED_SILENCE
                : characterTime().multipliedBy(7).dividedBy(2);
    }

    /** How a line of these settings speaks. */
    Line.Timing timing() {
        return new Line.Timing(characterTime(), silence(), Duration.ofMillis(2));
    }

    /** Percent of the line's time that tasks without answers may cost together. */
    int restingShare() {
        return 10;
    }

    /** As technicians write it: {@code 19200 8E1}. */
    public String format() {
        return baud + " " + dataBits + parity.name().charAt(0) + stopBits;
    }
}
