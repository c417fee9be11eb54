// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio.i2c;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.postern.gateway.gpio.FuseFiles;
import io.postern.gateway.gpio.FuseFiles.Device;
import io.postern.gateway.gpio.FuseFiles.Refusal;
import io.postern.wire.Bytes;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ioctl as it reaches a driver in the kernel; its numbers and offsets are those of linux/i2c.h on 64 bits. */
class KernelBusTest {
    @TempDir
    private Path directory;

    private final List<String> messages = new CopyOnWriteArrayList<>();
    private volatile int errno;
    private FuseFiles files;

    @BeforeEach
    void mount() throws Exception {
        assumeTrue(FuseFiles.possible(), "without /dev/fuse and the right to mount there is no bus here");
        files = FuseFiles.mount(directory);
        files.put("i2c-7", () -> (Device) this::transaction);
    }

    @AfterEach
    void unmount() {
        files.close();
    }

    /** struct i2c_rdwr_ioctl_data is reached through its address: the ioctl's number says no size. */
    private byte[] transaction(int command, byte[] argument, long address) throws Refusal {
        if (command != 0x0707) {
            throw new Refusal(25);
        }
        if (errno != 0) {
            throw new Refusal(errno);
        }
        MemorySegment data = MemorySegment.ofAddress(address).reinterpret(16);
        int count = data.get(JAVA_INT, 8);
        MemorySegment all = MemorySegment.ofAddress(data.get(JAVA_LONG, 0)).reinterpret(16L * count);
        for (int i = 0; i < count; i++) {
            MemorySegment message = all.asSlice(16L * i, 16);
            int length = message.get(JAVA_SHORT, 4);
            MemorySegment octets =
                    MemorySegment.ofAddress(message.get(JAVA_LONG, 8)).reinterpret(length);
            boolean read = message.get(JAVA_SHORT, 2) == 1;
            for (int at = 0; read && at < length; at++) {
                octets.set(JAVA_BYTE, at, (byte) (0xA0 + at));
            }
            messages.add(Integer.toHexString(message.get(JAVA_SHORT, 0))
                    + (read ? " read " : " write ")
                    + Bytes.of(octets.toArray(JAVA_BYTE)));
        }
        return new byte[0];
    }

    private byte[] transfer(byte[] command, int answer) throws IOException {
        byte[] octets = new byte[answer];
        try (KernelBus bus = KernelBus.open(directory, "i2c-7")) {
            bus.transfer(0x48, command, octets);
        }
        return octets;
    }

    @Test
    void aRegisterIsAskedForAndReadInOneTransaction() throws Exception {
        assertThat(transfer(new byte[] {0x02}, 2)).containsExactly(0xA0, 0xA1);

        assertThat(messages).containsExactly("48 write " + Bytes.hex("02"), "48 read " + Bytes.hex("a0a1"));
    }

    @Test
    void writingAndReadingStandAloneToo() throws Exception {
        transfer(new byte[] {0x24, 0x00}, 0);
        assertThat(transfer(new byte[0], 3)).containsExactly(0xA0, 0xA1, 0xA2);

        assertThat(messages).containsExactly("48 write " + Bytes.hex("2400"), "48 read " + Bytes.hex("a0a1a2"));
    }

    @Test
    void whatTheBusRefusesIsSaidWithWhatToDo() {
        errno = 121;
        assertThatThrownBy(() -> transfer(new byte[1], 1))
                .isInstanceOf(IOException.class)
                .hasMessage(directory.resolve("i2c-7")
                        + ", chip 0x48: no chip acknowledges; look at its supply, its address pins and i2cdetect -y")
                .hasRootCauseMessage("I2C_RDWR: Remote I/O error (errno 121)");
        errno = 110;
        assertThatThrownBy(() -> transfer(new byte[1], 1)).hasMessageContaining("a chip holds SDA or SCL low");
    }
}
