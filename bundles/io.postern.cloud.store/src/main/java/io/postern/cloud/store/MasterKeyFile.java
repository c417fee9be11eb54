// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import io.postern.wire.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;

/** The file of the master key: 32 octets in base64, mode 0600. Written whole and synced, or not at all. */
final class MasterKeyFile {
    private static final int LENGTH = 32;

    private MasterKeyFile() {}

    static Secret readOrCreate(Path file, SecureRandom random) throws IOException {
        return Files.exists(file) ? read(file) : create(file, random);
    }

    private static Secret read(Path file) throws IOException {
        try {
            Secret key = Secret.base64(
                    Files.readString(file, StandardCharsets.US_ASCII).strip());
            if (key.length() == LENGTH) {
                return key;
            }
            throw new IOException("the master key " + file + " has " + key.length() + " octets instead of " + LENGTH);
        } catch (IllegalArgumentException e) {
            throw new IOException("the master key " + file + " is damaged: " + e.getMessage(), e);
        }
    }

    private static Secret create(Path file, SecureRandom random) throws IOException {
        Secret key = Secret.random(LENGTH, random);
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        try (FileChannel channel = FileChannel.open(
                fresh,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            channel.write(ByteBuffer.wrap((key.revealBase64() + "\n").getBytes(StandardCharsets.US_ASCII)));
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        return key;
    }
}
