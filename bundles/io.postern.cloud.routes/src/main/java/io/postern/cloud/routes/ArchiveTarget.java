// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import io.postern.wire.DurationText;
import io.postern.wire.Setting;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files of JSON lines, a message each, below {@code {directory}/{yyyy}/{MM}/{dd}/}, for their owner's eyes (the role of a
 * blob archive, SYS-07). A file that is written to ends in {@code .part}; it gets its name when it is large or old enough
 * and is never touched again. Synced before the route counts its messages as delivered.
 */
final class ArchiveTarget implements RouteTarget {
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("yyyy/MM/dd").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HHmmss").withZone(ZoneOffset.UTC);
    private static final String OPEN = ".part";
    private static final FileAttribute<Set<PosixFilePermission>> OWNERS_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWNERS_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path directory;
    private final long rotateBytes;
    private final Duration rotateAfter;
    private final InstantSource clock;
    private final FileChannel lock;
    private @Nullable Open open;

    private record Open(Path part, FileChannel channel, Instant since) {}

    /** The kind {@code archive}. */
    static final class Factory implements RouteTargetFactory {
        private static final long SMALLEST = 4096; // smaller ones are a slip of the finger

        private final InstantSource clock;

        Factory(InstantSource clock) {
            this.clock = clock;
        }

        @Override
        public String kind() {
            return "archive";
        }

        @Override
        public RouteTarget open(RouteConfig settings) throws IOException {
            if (settings.directory().isBlank()) {
                throw new IllegalArgumentException("directory: the folder of the archive is needed");
            }
            if (settings.rotateBytes() < SMALLEST) {
                throw new IllegalArgumentException(
                        "rotateBytes: at least " + SMALLEST + ", not " + settings.rotateBytes());
            }
            return new ArchiveTarget(
                    Path.of(settings.directory()),
                    settings.rotateBytes(),
                    Setting.parse("rotateAfter", settings.rotateAfter(), DurationText::parse),
                    clock);
        }
    }

    ArchiveTarget(Path directory, long rotateBytes, Duration rotateAfter, InstantSource clock) throws IOException {
        this.directory = directory;
        this.rotateBytes = rotateBytes;
        this.rotateAfter = rotateAfter;
        this.clock = clock;
        Files.createDirectories(directory, OWNERS_FOLDER);
        this.lock = locked(directory.resolve(".lock"));
        finishWhatWasLeft();
    }

    /** Two that write would finish one another's files. */
    private static FileChannel locked(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), OWNERS_FILE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // another route of this process
        }
        channel.close();
        throw new IllegalArgumentException("directory: another route writes to the archive " + file.getParent()
                + "; give each one a folder of its own");
    }

    @Override
    public void deliver(List<RoutedMessage> messages) throws DeliveryException {
        try {
            FileChannel channel = current(messages.getFirst().sequence()).channel();
            long before = channel.size();
            try {
                write(channel, messages);
            } catch (IOException e) {
                channel.truncate(before); // else the next try would follow half a line
                throw e;
            }
            if (channel.size() >= rotateBytes) {
                finish();
            }
        } catch (IOException e) {
            abandon();
            throw DeliveryException.failed(
                    "cannot write to the archive " + directory + " (" + e + "); is the disk full, or the folder gone?",
                    Optional.empty(),
                    e);
        }
    }

    private static void write(FileChannel channel, List<RoutedMessage> messages) throws IOException {
        var lines = new StringBuilder();
        messages.forEach(message -> lines.append(message.json()).append('\n'));
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(lines.toString());
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(true);
    }

    private Open current(long sequence) throws IOException {
        Instant now = clock.instant();
        Open last = open;
        if (last != null && !now.isBefore(last.since().plus(rotateAfter))) {
            finish();
            last = null;
        }
        if (last == null) {
            Path folder = Files.createDirectories(directory.resolve(DAY.format(now)), OWNERS_FOLDER);
            Path part = folder.resolve(TIME.format(now) + "-" + sequence + ".ndjson" + OPEN);
            last = new Open(
                    part,
                    FileChannel.open(part, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND), OWNERS_FILE),
                    now);
            open = last;
        }
        return last;
    }

    private void finish() throws IOException {
        Open last = open;
        if (last != null) {
            open = null;
            last.channel().close();
            named(last.part());
        }
    }

    /** What is open now is tried no further; the next delivery opens anew. */
    private void abandon() {
        Open last = open;
        open = null;
        if (last != null) {
            try {
                last.channel().close();
            } catch (IOException e) {
                // the failure that led here is the one to be told
            }
        }
    }

    /** A process that died has left files open; a line it did not finish was never counted as delivered. */
    private void finishWhatWasLeft() throws IOException {
        List<Path> left;
        try (Stream<Path> all = Files.walk(directory)) {
            left = all.filter(file -> file.toString().endsWith(OPEN)).toList();
        }
        for (Path part : left) {
            try (var file = new RandomAccessFile(part.toFile(), "rw")) {
                file.setLength(endOfLastLine(file));
            }
            if (Files.size(part) == 0) {
                Files.delete(part);
            } else {
                named(part);
            }
        }
    }

    private static long endOfLastLine(RandomAccessFile file) throws IOException {
        byte[] piece = new byte[8192];
        for (long end = file.length(); end > 0; ) {
            int length = (int) Math.min(piece.length, end);
            file.seek(end - length);
            file.readFully(piece, 0, length);
            for (int i = length - 1; i >= 0; i--) {
                if (piece[i] == '\n') {
                    return end - length + i + 1;
                }
            }
            end -= length;
        }
        return 0;
    }

    private static void named(Path part) throws IOException {
        String name = part.getFileName().toString();
        Files.move(
                part,
                part.resolveSibling(name.substring(0, name.length() - OPEN.length())),
                StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() {
        try {
            finish();
        } catch (IOException e) {
            abandon(); // what was delivered is on the disk; the next start gives the file its name
        }
        try {
            lock.close();
        } catch (IOException e) {
            // the lock ends with the process
        }
    }
}
