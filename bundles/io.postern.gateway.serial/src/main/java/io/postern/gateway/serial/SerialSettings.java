// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import io.postern.gateway.spi.Line;
import io.postern.gateway.spi.LineFormat;
import io.postern.wire.DurationText;
import io.postern.wire.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where a line is and how it speaks.
 *
 * @param port for a socket, what follows is of no meaning but {@code restingShare}
 * @param restingShare percent of the line's time that tasks without answers may cost together
 */
public record SerialSettings(
        PortAddress port, int baud, int dataBits, Parity parity, int stopBits, Rs485 rs485, int restingShare) {
    /** A tenth. */
    static final int USUAL_RESTING_SHARE = 10;

    private static final int SLOWEST = 50; // termios
    private static final int FASTEST = 4_000_000; // termios
    // spec: Modbus over serial line 1.02, 2.5.1.1: above 19200 baud a fixed silence
    private static final int FIXED_SILENCE_ABOVE = 19_200;
    private static final Duration FIXED_SILENCE = Duration.ofNanos(1_750_000);

    public SerialSettings {
        within("baud", baud, SLOWEST, FASTEST);
        within("dataBits", dataBits, 5, 8);
        within("stopBits", stopBits, 1, 2);
        within("restingShare", restingShare, 1, 50);
    }

    /** A device without anything special. */
    public SerialSettings(Path port, int baud, int dataBits, Parity parity, int stopBits) {
        this(new PortAddress.Device(port), baud, dataBits, parity, stopBits);
    }

    /** A port without anything special. */
    public SerialSettings(PortAddress port, int baud, int dataBits, Parity parity, int stopBits) {
        this(port, baud, dataBits, parity, stopBits, Rs485.OFF, USUAL_RESTING_SHARE);
    }

    /** @throws IllegalArgumentException naming the key whose value cannot be used */
    static SerialSettings parse(SerialLineComponent.Config config) {
        return new SerialSettings(
                Setting.parse("port", config.port(), PortAddress::parse),
                config.baud(),
                config.dataBits(),
                Setting.parse("parity", config.parity(), Parity::parse),
                config.stopBits(),
                new Rs485(
                        Setting.parse("rs485", config.rs485(), Rs485::direction),
                        Setting.parse("rs485Before", config.rs485Before(), DurationText::parse),
                        Setting.parse("rs485After", config.rs485After(), DurationText::parse)),
                config.restingShare());
    }

    private boolean isSocket() {
        return port instanceof PortAddress.Socket;
    }

    private static void within(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + ": " + least + " to " + most + ", not " + value);
        }
    }

    /** The time one character takes: start, data, parity and stop bits; none on a socket. */
    public Duration characterTime() {
        if (isSocket()) {
            return Duration.ZERO;
        }
        long bits = 1L + dataBits + parity.bits() + stopBits;
        return Duration.ofNanos(bits * 1_000_000_000L / baud);
    }

    /** The silence that separates frames: 3.5 characters, 1.75 ms above 19200 baud. */
    public Duration silence() {
        return baud > FIXED_SILENCE_ABOVE && !isSocket()
                ? FIXED_SILENCE
                : characterTime().multipliedBy(7).dividedBy(2);
    }

    /** How a line of these settings speaks. */
    Line.Timing timing() {
        if (isSocket()) {
            return Line.Timing.SOCKET;
        }
        return new Line.Timing(characterTime(), silence(), port.latency());
    }

    /** The same port, spoken to otherwise. */
    SerialSettings with(LineFormat format) {
        Parity other =
                switch (format.parity()) {
                    case 'E' -> Parity.EVEN;
                    case 'O' -> Parity.ODD;
                    default -> Parity.NONE;
                };
        return new SerialSettings(
                port, format.baud(), format.dataBits(), other, format.stopBits(), rs485, restingShare);
    }

    /** As it is spoken; empty for a socket. */
    Optional<LineFormat> lineFormat() {
        return isSocket()
                ? Optional.empty()
                : Optional.of(new LineFormat(baud, dataBits, parity.name().charAt(0), stopBits));
    }

    /** As technicians write it: {@code 19200 8E1}. */
    public String format() {
        return isSocket() ? "socket" : baud + " " + dataBits + parity.name().charAt(0) + stopBits;
    }
}
