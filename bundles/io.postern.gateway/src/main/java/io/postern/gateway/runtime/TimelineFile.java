// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.Milestones;
import io.postern.wire.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the milestones in the log and, when a file is set, as JSON lines there:
 * {@code {"milestone","subject","sinceStartMs","at"}}. Never stops the gateway: a file that cannot be written is given
 * up with a warning.
 */
final class TimelineFile implements Milestones, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TimelineFile.class);
    private static final long LONGEST = 4 << 20; // 30,000 lines: a month of a hundred leaves renewing hourly tokens

    // the age of the process is taken once from the wall clock; from then on only the monotonic clock counts
    private static final long LOADED = System.nanoTime();
    private static final Duration AGE_WHEN_LOADED = ageOfProcess();

    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Optional<Path> path;
    private Optional<OutputStream> file;
    private long length;

    private TimelineFile(InstantSource clock, Optional<Path> path, Optional<OutputStream> file, long length) {
        this.clock = clock;
        this.path = path;
        this.file = file;
        this.length = length;
    }

    /** @param path appended to, none for the log alone */
    static TimelineFile open(Optional<Path> path, InstantSource clock) throws IOException {
        if (path.isEmpty()) {
            return new TimelineFile(clock, path, Optional.empty(), 0);
        }
        Path directory = path.get().toAbsolutePath().getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        OutputStream out = Files.newOutputStream(path.get(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return new TimelineFile(clock, path, Optional.of(out), Files.size(path.get()));
    }

    @Override
    public void reached(Milestone milestone, String subject) {
        long sinceStart = sinceStart().toMillis();
        LOG.atInfo()
                .addKeyValue("milestone", milestone)
                .addKeyValue("subject", subject)
                .addKeyValue("sinceStartMs", sinceStart)
                .log("milestone");
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
            file.ifPresent(out -> append(out, line));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            file.ifPresent(TimelineFile::closeQuietly);
            file = Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** How long the process has been running. */
    static Duration sinceStart() {
        return AGE_WHEN_LOADED.plusNanos(System.nanoTime() - LOADED);
    }

    private void append(OutputStream out, byte[] line) {
        try {
            if (length + line.length > LONGEST) {
                throw new IOException("the file is longer than " + LONGEST + " bytes; move it away and start again");
            }
            out.write(line); // unbuffered: the line is the system's when this returns
            length += line.length;
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("file", path.orElseThrow()).setCause(e).log("no more milestones to the file");
            closeQuietly(out);
            file = Optional.empty();
        }
    }

    private static void closeQuietly(OutputStream out) {
        try {
            out.close();
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("closing the file of milestones"); // every line is out already
        }
    }

    private static Duration ageOfProcess() {
        Instant now = Instant.now();
        Instant start = ProcessHandle.current().info().startInstant().orElse(now);
        Duration age = Duration.between(start, now);
        return age.isNegative() ? Duration.ZERO : age;
    }
}
