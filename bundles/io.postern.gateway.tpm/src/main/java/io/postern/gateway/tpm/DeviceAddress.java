// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import io.postern.wire.Shown;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the TPM is reached. Discrete, integrated and firmware TPMs are device files of the kernel, a software TPM
 * listens on a socket; all of them take the same commands (DPS-29).
 */
sealed interface DeviceAddress {
    /** Connects; the message of a failure says what to look at. */
    ByteChannel open() throws IOException;

    /** Whether somebody else swaps our keys and sessions in and out and forgets them when we leave. */
    boolean hasResourceManager();

    private static IOException silent(DeviceAddress address, IOException e) {
        return e instanceof ClosedByInterruptException
                ? new IOException("interrupted while connecting to the TPM at " + address, e)
                : new IOException("no TPM listens at " + address + " (" + e.getMessage() + "): is it running?", e);
    }

    /** {@code tcp:host:port} of a software TPM that takes raw commands. */
    record Tcp(String host, int port) implements DeviceAddress {
        @Override
        public ByteChannel open() throws IOException {
            SocketChannel channel = SocketChannel.open();
            try {
                channel.socket().connect(new InetSocketAddress(host, port), 5_000); // on this machine or next to it
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                return channel;
            } catch (IOException e) {
                channel.close();
                throw DeviceAddress.silent(this, e);
            }
        }

        @Override
        public boolean hasResourceManager() {
            return false;
        }

        @Override
        public String toString() {
            return "tcp:" + host + ":" + port;
        }
    }

    /** {@code unix:path} of a software TPM that takes raw commands. */
    record Unix(Path path) implements DeviceAddress {
        @Override
        public ByteChannel open() throws IOException {
            try {
                return SocketChannel.open(UnixDomainSocketAddress.of(path));
            } catch (IOException e) {
                throw DeviceAddress.silent(this, e);
            }
        }

        @Override
        public boolean hasResourceManager() {
            return false;
        }

        @Override
        public String toString() {
            return "unix:" + path;
        }
    }

    /** {@code dev:path} of a TPM the kernel drives. */
    record Kernel(Path path) implements DeviceAddress {
        @Override
        public ByteChannel open() throws IOException {
            try {
                return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            } catch (NoSuchFileException e) {
                throw new IOException(
                        "there is no TPM 2.0 at " + path + ": switch it on in the machine's firmware (it may be called"
                                + " fTPM, PTT or security device) and look with: ls -l /dev/tpm*. A TPM 1.2 shows no"
                                + " /dev/tpmrm0 and cannot be used",
                        e);
            } catch (AccessDeniedException e) {
                throw new IOException(
                        "this process may not open " + path + ": let its user into the group that owns the device, on"
                                + " Debian: adduser USER tss",
                        e);
            } catch (FileSystemException e) {
                throw new IOException(
                        "cannot open the TPM at " + path + " (" + e.getReason() + "): only one process can have"
                                + " /dev/tpm0; use dev:/dev/tpmrm0, which many can share",
                        e);
            }
        }

        @Override
        public boolean hasResourceManager() {
            return path.getFileName().toString().startsWith("tpmrm");
        }

        @Override
        public String toString() {
            return "dev:" + path;
        }
    }

    /** @throws IllegalArgumentException saying which forms there are */
    static DeviceAddress parse(String text) {
        Matcher tcp = Pattern.compile("tcp:(.+):([0-9]{1,5})").matcher(text);
        if (tcp.matches() && Integer.parseInt(tcp.group(2)) <= 0xFFFF) {
            return new Tcp(tcp.group(1), Integer.parseInt(tcp.group(2)));
        }
        if (text.startsWith("unix:/")) {
            return new Unix(Path.of(text.substring("unix:".length())));
        }
        if (text.startsWith("dev:/")) {
            return new Kernel(Path.of(text.substring("dev:".length())));
        }
        throw new IllegalArgumentException(
                "a TPM device is dev:/dev/tpmrm0, unix:/path or tcp:host:port, not \"" + Shown.of(text) + "\"");
    }
}
