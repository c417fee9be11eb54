// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.Milestones;
import io.postern.wire.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the milestones in the log and, when a file is set, as JSON lines there:
 * {@code {"milestone","subject","sinceStartMs","at"}}. A file that has grown long becomes {@code .1}. Never stops the gateway: a file that cannot be written is given
 * up with a warning.
 */
final class TimelineFile implements Milestones, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TimelineFile.class);
    private static final long LONGEST = 4 << 20; // 30,000 lines: two months of ten leaves renewing hourly tokens

    private static final long LOADED = System.nanoTime();
    private static final Duration AGE_WHEN_LOADED = ProcessAge.now();

    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Optional<Path> path;
    private final long mostBytes;
    private Optional<OutputStream> out;
    private long length;

    private TimelineFile(
            InstantSource clock, Optional<Path> path, Optional<OutputStream> out, long length, long mostBytes) {
        this.clock = clock;
        this.path = path;
        this.out = out;
        this.length = length;
        this.mostBytes = mostBytes;
    }

    /** @param path appended to, none for the log alone */
    static TimelineFile open(Optional<Path> path, InstantSource clock) throws IOException {
        return open(path, clock, LONGEST);
    }

    static TimelineFile open(Optional<Path> path, InstantSource clock, long mostBytes) throws IOException {
        if (path.isEmpty()) {
            return new TimelineFile(clock, path, Optional.empty(), 0, mostBytes);
        }
        Path directory = path.get().toAbsolutePath().getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        OutputStream out = stream(path.get());
        return new TimelineFile(clock, path, Optional.of(out), Files.size(path.get()), mostBytes);
    }

    @Override
    public void reached(Milestone milestone, String subject) {
        long sinceStart = sinceStart().toMillis();
        LOG.atInfo()
                .addKeyValue("milestone", milestone)
                .addKeyValue("subject", subject)
                .addKeyValue("sinceStartMs", sinceStart)
                .log("reached");
        byte[] line = (Json.object()
                                .add("milestone", milestone.name())
                                .add("subject", subject)
                                .add("sinceStartMs", sinceStart)
                                .add("at", clock.instant().toString())
                                .build()
                        + "\n")
                .getBytes(StandardCharsets.UTF_8);
        lock.lock();
        try {
            if (out.isPresent()) {
                append(path.orElseThrow(), line);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            out.ifPresent(TimelineFile::closeQuietly);
            out = Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** How long the process has been running. */
    static Duration sinceStart() {
        return AGE_WHEN_LOADED.plusNanos(System.nanoTime() - LOADED);
    }

    private void append(Path path, byte[] line) {
        try {
            if (length + line.length > mostBytes) {
                rotate(path);
            }
            out.orElseThrow().write(line); // unbuffered: the line is the system's when this returns
            length += line.length;
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("file", path).setCause(e).log("no more milestones to the file");
            close();
        }
    }

    private void rotate(Path path) throws IOException {
        close();
        Files.move(path, path.resolveSibling(path.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
        out = Optional.of(stream(path));
        length = 0;
    }

    private static OutputStream stream(Path path) throws IOException {
        return Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static void closeQuietly(OutputStream out) {
        try {
            out.close();
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("closing the file of milestones"); // every line is out already
        }
    }
}
