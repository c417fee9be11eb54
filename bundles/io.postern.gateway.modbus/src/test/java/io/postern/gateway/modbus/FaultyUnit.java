// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.sensor.modbus.Framing;
import io.postern.wire.Bytes;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A unit that misbehaves as real ones do, and how is chosen by the address of which two registers are asked for. What it
 * answers rightly has in each register the register's address, so a value from another request shows.
 */
final class FaultyUnit implements AutoCloseable {
    static final int GOOD = 10;
    static final int LATE = 100;
    static final int VERY_LATE = 150;
    static final int NOISE_BEFORE = 200;
    static final int WRONG_CHECK_SUM = 300;
    static final int GAP = 400;
    static final int EXCEPTION = 500;
    static final int ECHO = 600;
    static final int MUTE = 700;
    static final int ANOTHER_UNIT = 800;
    static final int BROKEN_OFF = 900;

    private static final int REQUEST = 8;

    private final FileInputStream input;
    private final FileOutputStream output;
    private final Duration late;
    private final Duration veryLate;

    /** @param port a terminal in raw mode, at the speed it has by itself */
    FaultyUnit(Path port, Duration late, Duration veryLate) throws IOException {
        input = new FileInputStream(port.toFile());
        output = new FileOutputStream(port.toFile());
        this.late = late;
        this.veryLate = veryLate;
        Thread.ofPlatform().name("faulty-unit").daemon().start(this::serve);
    }

    private void serve() {
        try {
            for (byte[] request = input.readNBytes(REQUEST);
                    request.length == REQUEST;
                    request = input.readNBytes(REQUEST)) {
                answer(Bytes.of(request));
            }
        } catch (IOException e) {
            // the terminal hung up: the test is over
        }
    }

    private void answer(Bytes request) throws IOException {
        int address = request.at(2) << 8 | request.at(3);
        int count = request.at(5);
        Bytes good = good(request, address, count);
        switch (count == 2 ? address : GOOD) {
            case LATE -> {
                pause(late);
                say(good);
            }
            case VERY_LATE -> {
                pause(veryLate);
                say(good);
            }
            case NOISE_BEFORE -> say(Bytes.concat(Bytes.hex("ff00"), good));
            case WRONG_CHECK_SUM -> {
                byte[] octets = good.toArray();
                octets[octets.length - 1] ^= 1;
                say(Bytes.of(octets));
            }
            case GAP -> {
                say(good.slice(0, 4));
                pause(Duration.ofMillis(50));
                say(good.slice(4, good.length()));
            }
            case EXCEPTION -> say(closed("%02x%02x02".formatted(request.at(0), request.at(1) | 0x80)));
            case ECHO -> say(Bytes.concat(request, good));
            case MUTE -> {}
            case ANOTHER_UNIT -> say(closed("09" + good.slice(1, good.length() - 2)));
            case BROKEN_OFF -> say(good.slice(0, good.length() - 2));
            default -> say(good);
        }
    }

    private static Bytes good(Bytes request, int address, int count) {
        var body = new StringBuilder(request.slice(0, 2).toString()).append("%02x".formatted(2 * count));
        for (int i = 0; i < count; i++) {
            body.append("%04x".formatted(address + i));
        }
        return closed(body.toString());
    }

    private static Bytes closed(String hex) {
        Bytes body = Bytes.hex(hex);
        return Framing.RTU.frame(body.at(0), 0, body.slice(1, body.length()));
    }

    private void say(Bytes octets) throws IOException {
        output.write(octets.toArray());
    }

    private static void pause(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    @Override
    public void close() throws IOException {
        output.close();
        input.close();
    }
}
