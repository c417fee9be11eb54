// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio.i2c;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.postern.gateway.gpio.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.nio.file.Path;
import java.time.Duration;

/** A bus through the kernel's i2c-dev: {@code linux/i2c.h} and {@code linux/i2c-dev.h}. */
final class KernelBus implements I2cBus {
    static final long I2C_RDWR = 0x0707;

    private static final short READ = 1; // I2C_M_RD
    private static final StructLayout MESSAGE = MemoryLayout.structLayout(
            JAVA_SHORT.withName("addr"),
            JAVA_SHORT.withName("flags"),
            JAVA_SHORT.withName("len"),
            MemoryLayout.paddingLayout(2),
            ADDRESS.withName("buf"));
    private static final StructLayout TRANSACTION = MemoryLayout.structLayout(
            ADDRESS.withName("msgs"), JAVA_INT.withName("nmsgs"), MemoryLayout.paddingLayout(4));

    private final Path path;
    private final int descriptor;

    private KernelBus(Path path, int descriptor) {
        this.path = path;
        this.descriptor = descriptor;
    }

    /** @param devices where buses appear, {@code /dev} */
    static KernelBus open(Path devices, String bus) throws IOException {
        Path path = devices.resolve(bus);
        try {
            return new KernelBus(path, Libc.open(path.toString()));
        } catch (Libc.ErrnoException e) {
            String advice =
                    switch (e.errno()) {
                        case Libc.ENOENT ->
                            "there is no such bus; load i2c-dev, switch the bus on (raspi-config,"
                                    + " device tree), and see what ls /dev/i2c-* shows";
                        case Libc.EACCES -> "add the gateway's user to the group i2c";
                        default -> "is it an I2C bus?";
                    };
            throw new IOException("cannot open " + path + ": " + advice, e);
        }
    }

    @Override
    public void transfer(int chip, byte[] command, byte[] answer) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocateFrom(JAVA_BYTE, command);
            MemorySegment in = arena.allocate(Math.max(1, answer.length));
            MemorySegment messages = arena.allocate(MESSAGE, 2);
            int count = 0;
            if (command.length > 0) {
                message(messages.asSlice(MESSAGE.byteSize() * count++), chip, (short) 0, command.length, out);
            }
            if (answer.length > 0) {
                message(messages.asSlice(MESSAGE.byteSize() * count++), chip, READ, answer.length, in);
            }
            MemorySegment transaction = arena.allocate(TRANSACTION);
            transaction.set(ADDRESS, 0, messages);
            transaction.set(JAVA_INT, ADDRESS.byteSize(), count);
            Libc.ioctl(descriptor, I2C_RDWR, transaction, "I2C_RDWR");
            MemorySegment.copy(in, JAVA_BYTE, 0, answer, 0, answer.length);
        } catch (Libc.ErrnoException e) {
            throw new IOException(path + ", chip 0x" + Integer.toHexString(chip) + ": " + advice(e.errno()), e);
        }
    }

    @Override
    public void rest(Duration time) throws InterruptedException {
        Thread.sleep(time); // the chip's own time: nothing tells that it is over
    }

    private static void message(MemorySegment at, int chip, short flags, int length, MemorySegment octets) {
        at.set(JAVA_SHORT, 0, (short) chip);
        at.set(JAVA_SHORT, 2, flags);
        at.set(JAVA_SHORT, 4, (short) length);
        at.set(ADDRESS, MESSAGE.byteOffset(MemoryLayout.PathElement.groupElement("buf")), octets);
    }

    // Linux, Documentation/i2c/fault-codes.rst
    private static String advice(int errno) {
        return switch (errno) {
            case Libc.ENXIO, Libc.EREMOTEIO ->
                "no chip acknowledges; look at its supply, its address pins and i2cdetect -y";
            case Libc.ETIMEDOUT -> "the bus does not get free; a chip holds SDA or SCL low: cycle its power";
            case Libc.EAGAIN -> "another master was faster";
            case Libc.EOPNOTSUPP -> "this adapter cannot do plain I2C transactions";
            default -> "the transaction failed; look at pull-ups and length of the bus";
        };
    }

    @Override
    public void close() {
        Libc.close(descriptor);
    }
}
