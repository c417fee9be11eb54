// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import com.fazecast.jSerialComm.SerialPort;
import com.fazecast.jSerialComm.SerialPortInvalidPortException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A port by jSerialComm, in raw mode and locked against other programs that lock.
 *
 * <p>No listener is set: after a hang-up the library calls it without end (its issues 408 and 577). A read that fails
 * tells as much. Read timeouts are not used either: the library rounds them up to tenths of a second.
 */
final class JSerialPort implements Port {
    private static final int EAGAIN = 11;
    private static final int ALREADY_OPEN = 2; // also ENOENT, which is looked for before
    private static final int EACCES = 13;
    private static final int EBUSY = 16;

    private static final Logger LOG = LoggerFactory.getLogger(JSerialPort.class);

    private final SerialPort port;
    private final SerialSettings settings;

    private JSerialPort(SerialPort port, SerialSettings settings) {
        this.port = port;
        this.settings = settings;
    }

    /** @param device where {@code settings.port()} leads now */
    static Port open(Path device, SerialSettings settings) throws IOException {
        SerialPort port = portAt(device, settings);
        shape(port, settings);
        port.setFlowControl(SerialPort.FLOW_CONTROL_DISABLED);
        Rs485 rs485 = settings.rs485();
        if (!rs485.isOff()) {
            port.setRs485ModeParameters(
                    true,
                    rs485.isRtsHighWhileSending(),
                    Math.toIntExact(rs485.before().toMillis() * 1000),
                    Math.toIntExact(rs485.after().toMillis() * 1000));
        }
        port.setComPortTimeouts(SerialPort.TIMEOUT_NONBLOCKING, 0, 0);
        if (!port.openPort()) {
            throw refused(settings, port.getLastErrorCode());
        }
        try {
            if (!rs485.isOff()) {
                tellOfDirection(device, settings);
            }
            return new JSerialPort(port, settings);
        } catch (IOException e) {
            port.closePort();
            throw e;
        }
    }

    /** What the library says of RS-485 is not to be trusted: it returns true for terminals that know nothing of it. */
    private static void tellOfDirection(Path device, SerialSettings settings) throws IOException {
        Optional<String> complaint = Rs485Driver.complaint(device, settings.rs485());
        if (complaint.isEmpty()) {
            LOG.atInfo().addKeyValue("port", settings.port()).log("the driver turns the line by RTS");
            return;
        }
        boolean mayBe = settings.rs485().direction() == Rs485.Direction.AUTO;
        LOG.atLevel(mayBe ? Level.INFO : Level.WARN)
                .addKeyValue("port", settings.port())
                .addKeyValue("why", complaint.get())
                .log(
                        mayBe
                                ? "the adapter has to turn the line by itself"
                                : "the line is not turned as configured: nothing will be heard unless the adapter does it itself");
    }

    private static boolean shape(SerialPort port, SerialSettings settings) {
        return port.setComPortParameters(
                settings.baud(),
                settings.dataBits(),
                settings.stopBits() == 1 ? SerialPort.ONE_STOP_BIT : SerialPort.TWO_STOP_BITS,
                switch (settings.parity()) {
                    case NONE -> SerialPort.NO_PARITY;
                    case EVEN -> SerialPort.EVEN_PARITY;
                    case ODD -> SerialPort.ODD_PARITY;
                });
    }

    private static SerialPort portAt(Path device, SerialSettings settings) throws IOException {
        try {
            return SerialPort.getCommPort(device.toString());
        } catch (SerialPortInvalidPortException e) {
            throw new IOException(settings.port() + " is not a serial port", e);
        }
    }

    private static IOException refused(SerialSettings settings, int errno) {
        String why =
                switch (errno) {
                    case EACCES -> "permission denied: add the gateway's user to the group dialout";
                    case EBUSY, EAGAIN, ALREADY_OPEN -> "another line or program has it: fuser -v shows which";
                    default -> "error " + errno;
                };
        return new IOException("cannot open " + settings.port() + " at " + settings.format() + ": " + why);
    }

    @Override
    public int read(byte[] buffer, int offset) throws PortGoneException {
        int got = port.readBytes(buffer, buffer.length - offset, offset);
        if (got < 0 && port.getLastErrorCode() != EAGAIN) {
            throw gone("reading");
        }
        return Math.max(0, got);
    }

    @Override
    public void write(byte[] frame) throws PortGoneException {
        int put = port.writeBytes(frame, frame.length);
        if (put != frame.length) {
            throw gone("writing");
        }
    }

    @Override
    public void tune(SerialSettings other) throws IOException {
        if (!shape(port, other)) {
            throw new IOException(settings.port() + " does not take " + other.format());
        }
    }

    private PortGoneException gone(String what) {
        return new PortGoneException(settings.port() + " hung up while " + what);
    }

    @Override
    public void close() {
        port.closePort();
    }
}
