// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import com.fazecast.jSerialComm.SerialPort;
import com.fazecast.jSerialComm.SerialPortInvalidPortException;
import java.io.IOException;
import java.nio.file.Files;

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

    private final SerialPort port;
    private final SerialSettings settings;

    private JSerialPort(SerialPort port, SerialSettings settings) {
        this.port = port;
        this.settings = settings;
    }

    static Port open(SerialSettings settings) throws IOException {
        if (!Files.exists(settings.port())) {
            throw new IOException("there is no " + settings.port()
                    + ": is the adapter plugged in, does ls -l /dev/serial/by-id show it?");
        }
        SerialPort port = portAt(settings);
        port.setComPortParameters(
                settings.baud(),
                settings.dataBits(),
                settings.stopBits() == 1 ? SerialPort.ONE_STOP_BIT : SerialPort.TWO_STOP_BITS,
                switch (settings.parity()) {
                    case NONE -> SerialPort.NO_PARITY;
                    case EVEN -> SerialPort.EVEN_PARITY;
                    case ODD -> SerialPort.ODD_PARITY;
                });
        port.setFlowControl(SerialPort.FLOW_CONTROL_DISABLED);
        port.setComPortTimeouts(SerialPort.TIMEOUT_NONBLOCKING, 0, 0);
        if (!port.openPort()) {
            throw refused(settings, port.getLastErrorCode());
        }
        return new JSerialPort(port, settings);
    }

    private static SerialPort portAt(SerialSettings settings) throws IOException {
        try {
            return SerialPort.getCommPort(settings.port().toString());
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

    private PortGoneException gone(String what) {
        return new PortGoneException(settings.port() + " hung up while " + what);
    }

    @Override
    public void close() {
        port.closePort();
    }
}
