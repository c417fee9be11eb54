// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.diagnostics;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Lines appended to one file that is followed by the next when it is full. Owned by one thread. */
final class RotatingFile implements AutoCloseable {
    static final String NAME = "operations.log";

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ENTERS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final OperationSettings settings;
    private FileChannel channel;

    RotatingFile(OperationSettings settings) throws IOException {
        this.settings = settings;
        if (!Files.isDirectory(settings.directory())) {
            Files.createDirectories(settings.directory(), OWNER_ENTERS);
        }
        this.channel = open();
    }

    /** @param lines each with its line feed */
    void append(String lines) throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(lines);
        if (!channel.isOpen()) {
            channel = open(); // the disk was full or away, and may be back
        }
        if (channel.size() > 0 && channel.size() + bytes.remaining() > settings.fileSize()) {
            rotate();
        }
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void rotate() throws IOException {
        channel.close();
        for (int older = settings.files() - 1; older >= 1; older--) {
            Path from = file(older - 1);
            if (Files.exists(from)) {
                Files.move(from, file(older), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (settings.files() == 1) {
            Files.deleteIfExists(file(0));
        }
        channel = open();
    }

    private Path file(int age) {
        return settings.directory().resolve(age == 0 ? NAME : NAME + "." + age);
    }

    private FileChannel open() throws IOException {
        return FileChannel.open(file(0), Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND), OWNER_ONLY);
    }
}
