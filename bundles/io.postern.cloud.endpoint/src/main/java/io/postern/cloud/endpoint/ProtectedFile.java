// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Writes a file so that a reader finds the old text or the new one, never a part, and no one reads what is not his. */
public final class ProtectedFile {
    private static final String OWNER_ONLY = "rw-------";
    private static final String READABLE = "rw-r--r--";

    private ProtectedFile() {}

    /** For keys and connection strings. */
    public static void writeOwnerOnly(Path file, String text) throws IOException {
        write(file, text, PosixFilePermissions.fromString(OWNER_ONLY));
    }

    /** For what every user of the machine may read. */
    public static void writeReadable(Path file, String text) throws IOException {
        write(file, text, PosixFilePermissions.fromString(READABLE));
    }

    /** Creates the directory for its owner to write and for all to enter; what must stay secret in it is so by itself. */
    public static void createDirectory(Path directory) throws IOException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }

    private static void write(Path file, String text, Set<PosixFilePermission> permissions) throws IOException {
        Path fresh = Files.createTempFile(
                file.toAbsolutePath().getParent(),
                file.getFileName() + ".",
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
        try {
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.setPosixFilePermissions(fresh, permissions); // the umask may have taken some away
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }
}
