// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A directory of the real file system. */
final class DiskFiles implements FileStore {
    private static final int ZEROS = 64 * 1024;
    private static final int SECTOR = 512; // the unit of /sys/dev/block/*/stat, whatever the device's own is

    private final Path directory;

    DiskFiles(Path directory) {
        this.directory = directory;
    }

    /**
     * Keeps other processes from the directory until the channel is closed.
     *
     * @throws IOException when another has it, or this user may not write there
     */
    static FileChannel lock(Path directory) throws IOException {
        Files.createDirectories(directory);
        Path file = directory.resolve("gateway.lock");
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // held within this process: the same answer
        }
        channel.close();
        throw new IOException(
                "the store beside " + file + " is in use by another gateway; stop that one or set another directory");
    }

    @Override
    public List<String> list() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Override
    public StoredFile open(String name) throws IOException {
        Path path = directory.resolve(name);
        return file(path, FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    /** For looking alone: nothing can be written. */
    StoredFile openForReading(String name) throws IOException {
        Path path = directory.resolve(name);
        return file(path, FileChannel.open(path, StandardOpenOption.READ));
    }

    private static StoredFile file(Path path, FileChannel channel) throws IOException {
        try {
            return new DiskFile(path, channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public StoredFile create(String name, int size) throws IOException {
        Path path = directory.resolve(name);
        FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS);
            for (int at = 0; at < size; at += zeros.limit()) {
                zeros.clear().limit(Math.min(ZEROS, size - at));
                writeAll(channel, zeros, at);
            }
            channel.force(true);
            syncDirectory();
            return new DiskFile(path, channel);
        } catch (IOException e) {
            channel.close();
            Files.deleteIfExists(path);
            throw e;
        }
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(directory.resolve(from), directory.resolve(to), StandardCopyOption.ATOMIC_MOVE);
        syncDirectory();
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(directory.resolve(name));
    }

    @Override
    public String place() {
        return directory.toString();
    }

    @Override
    public OptionalLong deviceWritten() {
        try {
            long device = ((Number) Files.getAttribute(directory, "unix:dev")).longValue();
            long major = (device >>> 8 & 0xFFF) | (device >>> 32 & ~0xFFFL); // as makedev(3) packs them
            long minor = (device & 0xFF) | (device >>> 12 & ~0xFFL);
            String[] words = Files.readString(Path.of("/sys/dev/block/" + major + ":" + minor + "/stat"))
                    .strip()
                    .split("\\s+");
            return OptionalLong.of(Long.parseLong(words[6]) * SECTOR);
        } catch (IOException | RuntimeException e) {
            return OptionalLong.empty(); // no block device below, or another kernel: then nobody knows
        }
    }

    private void syncDirectory() throws IOException {
        try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
            entries.force(true);
        }
    }

    private static void writeAll(FileChannel channel, ByteBuffer from, int at) throws IOException {
        int position = at;
        while (from.hasRemaining()) {
            position += channel.write(from, position);
        }
    }

    /**
     * Two channels of one file: readers may be interrupted, which closes the channel they read from, so the writer has its
     * own.
     */
    private static final class DiskFile implements StoredFile {
        private final Path path;
        private final FileChannel writing;
        private final int size; // asked once: to ask is interruptible too, and would close the writer's channel
        private final AtomicReference<@Nullable FileChannel> reading = new AtomicReference<>();
        private volatile boolean closed;

        DiskFile(Path path, FileChannel writing) throws IOException {
            this.path = path;
            this.writing = writing;
            long octets = writing.size();
            this.size = octets <= Integer.MAX_VALUE ? (int) octets : 0; // longer: no segment of ours
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public void read(ByteBuffer to, int at) throws IOException {
            int begin = to.position();
            boolean interrupted = false;
            try {
                while (true) {
                    interrupted |= Thread.interrupted();
                    FileChannel channel = reader();
                    try {
                        readAll(channel, to.position(begin), at);
                        return;
                    } catch (ClosedChannelException e) {
                        if (closed) {
                            throw new IOException("the store is closed", e);
                        }
                        reading.compareAndSet(channel, null); // another reader was interrupted, or this one
                    }
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private FileChannel reader() throws IOException {
            FileChannel channel = reading.get();
            if (channel != null) {
                return channel;
            }
            if (closed) {
                throw new IOException("the store is closed");
            }
            FileChannel opened = FileChannel.open(path, StandardOpenOption.READ);
            if (reading.compareAndSet(null, opened)) {
                return opened;
            }
            opened.close();
            return reader();
        }

        private static void readAll(FileChannel channel, ByteBuffer to, int at) throws IOException {
            int position = at;
            while (to.hasRemaining()) {
                int count = channel.read(to, position);
                if (count < 0) {
                    throw new EOFException("the file ends at " + channel.size());
                }
                position += count;
            }
        }

        @Override
        public void write(ByteBuffer from, int at) throws IOException {
            writeAll(writing, from, at);
        }

        @Override
        public void force() throws IOException {
            writing.force(false);
        }

        @Override
        public void close() throws IOException {
            closed = true;
            FileChannel channel = reading.getAndSet(null);
            if (channel != null) {
                channel.close();
            }
            writing.close();
        }
    }
}
