// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

import io.postern.wire.RegistrationId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder per device, named by its registration id. A folder is there with all its files or not at all: it gets its
 * name when it is complete, so that an interrupted batch can be started again. What is there is never changed.
 *
 * <p>One process at a time works on the folders of a directory.
 */
final class DeviceFolders implements AutoCloseable {
    private static final String LOCK = ".lock";
    private static final String UNFINISHED = ".unfinished-";
    private static final FileAttribute<?> OWNERS_FOLDER = permissions("rwx------");
    private static final FileAttribute<?> OWNERS_FILE = permissions("rw-------");
    private static final FileAttribute<?> READABLE = permissions("rw-r--r--");

    private final Path directory;
    private final FileChannel lock;

    private DeviceFolders(Path directory, FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /** Makes the directory if it must, and clears away what an interrupted batch left unfinished. */
    @SuppressWarnings("resource") // the lock lives as long as its channel
    static DeviceFolders open(Path directory) throws IOException {
        Files.createDirectories(directory, OWNERS_FOLDER);
        FileChannel channel =
                FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock mine = channel.tryLock();
            if (mine == null) {
                throw new IOException("another batch is being written to " + directory + "; wait for its end");
            }
            var folders = new DeviceFolders(directory, channel);
            folders.clear();
            return folders;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    Path directory() {
        return directory;
    }

    Path of(RegistrationId id) {
        return directory.resolve(id.text());
    }

    boolean has(RegistrationId id) {
        return Files.exists(of(id));
    }

    /** @throws IOException when it is there already, or cannot be written */
    void write(RegistrationId id, List<DeviceFile> files) throws IOException {
        Path unfinished = Files.createDirectory(directory.resolve(UNFINISHED + id), OWNERS_FOLDER);
        for (DeviceFile file : files) {
            Path path = Files.createFile(unfinished.resolve(file.name()), file.secret() ? OWNERS_FILE : READABLE);
            Files.writeString(path, file.text());
        }
        Files.move(unfinished, of(id), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Writes a list that stands beside the folders, in the place of the one before. */
    void writeList(String name, String text) throws IOException {
        Path next = directory.resolve(UNFINISHED + name);
        Files.deleteIfExists(next);
        Files.writeString(Files.createFile(next, READABLE), text);
        Files.move(next, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The devices that have a folder, by name. */
    List<RegistrationId> all() throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.filter(path -> Files.isDirectory(path) && !isUnfinished(path))
                    .map(path -> path.getFileName().toString())
                    .sorted()
                    .map(RegistrationId::of)
                    .toList();
        } catch (IllegalArgumentException e) {
            throw new IOException(directory + " holds a folder that is no device's: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    private void clear() throws IOException {
        List<Path> left;
        try (Stream<Path> paths = Files.list(directory)) {
            left = paths.filter(DeviceFolders::isUnfinished).toList();
        }
        for (Path path : left) {
            if (Files.isDirectory(path)) {
                try (Stream<Path> files = Files.list(path)) {
                    for (Path file : files.toList()) {
                        Files.delete(file);
                    }
                }
            }
            Files.delete(path);
        }
    }

    private static boolean isUnfinished(Path path) {
        return path.getFileName().toString().startsWith(UNFINISHED);
    }

    private static FileAttribute<?> permissions(String text) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text));
    }
}
