// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** One raw command to a TPM: a device file of the kernel, or the socket of a software TPM. */
final class TpmWire implements TpmCheck.Wire {
    private static final int LARGEST = 4096; // TPM2_MAX_RESPONSE_SIZE of the reference implementation
    private static final int HEADER = 10;

    @Override
    public byte[] exchange(String device, byte[] command) throws IOException {
        try (ByteChannel channel = open(device)) {
            channel.write(ByteBuffer.wrap(command));
            ByteBuffer response = ByteBuffer.allocate(LARGEST);
            while (response.position() < HEADER || response.position() < size(response)) {
                if (channel.read(response) <= 0) {
                    throw new EOFException("it closed the connection");
                }
            }
            return Arrays.copyOf(response.array(), response.position());
        }
    }

    private static int size(ByteBuffer response) throws IOException {
        int size = response.getInt(2);
        if (size < HEADER || size > LARGEST) {
            throw new IOException("what answers there is no TPM");
        }
        return size;
    }

    private static ByteChannel open(String device) throws IOException {
        String[] parts = device.split(":", 2);
        String place = parts.length == 2 ? parts[1] : "";
        return switch (parts[0]) {
            case "dev" -> FileChannel.open(Path.of(place), StandardOpenOption.READ, StandardOpenOption.WRITE);
            case "unix" -> SocketChannel.open(UnixDomainSocketAddress.of(place));
            case "tcp" -> SocketChannel.open(address(place));
            default -> throw new IllegalArgumentException("this names no TPM");
        };
    }

    private static InetSocketAddress address(String place) {
        int colon = place.lastIndexOf(':');
        if (colon < 1 || !place.substring(colon + 1).matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("host and port are needed");
        }
        return new InetSocketAddress(place.substring(0, colon), Integer.parseInt(place.substring(colon + 1)));
    }
}
