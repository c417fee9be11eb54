// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.load;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Which readings were offered to a gateway, and of which it said that they are safe. Kept in a mapped file, so that it
 * costs nothing and holds what was written up to a {@code kill -9} of the gateway (not of the machine). Each stream
 * counts its readings from 1 and is written by one thread at a time; a number is never offered twice, not by a later
 * start either.
 */
public final class LoadLedger implements AutoCloseable {
    /** As many leaves as a gateway may have, sixteen streams each. */
    public static final int MOST_STREAMS = 16_000;

    private static final long MAGIC = 0x504f_5354_4c4f_4144L; // POSTLOAD
    private static final int HEADER = 16;
    private static final int STREAM = 16; // offered and settled

    private static final Map<Path, LoadLedger> KEPT = new HashMap<>(); // who writes which in this process

    private final Path file;
    private final int streams;
    private final MappedByteBuffer memory;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(); // written under the one to read
    private boolean over;

    /**
     * A reading that was offered and not accepted, or of which nobody knows.
     *
     * @param stream from 0
     */
    public record Hole(int stream, long number) {}

    /**
     * The account at one moment.
     *
     * @param offered the last number of each stream
     * @param settled up to where the outcome is known: all up to here were accepted but those in {@code holes}
     */
    public record Account(List<Long> offered, List<Long> settled, Set<Hole> holes) {
        /** Whether the gateway has said of this reading that it is safe. */
        public boolean isAccepted(int stream, long number) {
            return number <= settled.get(stream) && !holes.contains(new Hole(stream, number));
        }

        public long accepted() {
            return settled.stream().mapToLong(Long::longValue).sum() - holes.size();
        }
    }

    private LoadLedger(Path file, int streams, MappedByteBuffer memory) {
        this.file = file;
        this.streams = streams;
        this.memory = memory;
    }

    /**
     * Opens the ledger, or begins it. What an earlier process, or an earlier load of this one, had offered without hearing
     * the outcome becomes a hole; the earlier one writes no more.
     *
     * @throws IOException when the file is another's, or of another number of streams
     */
    static LoadLedger open(Path file, int streams) throws IOException {
        if (streams < 1 || streams > MOST_STREAMS) {
            throw new IllegalArgumentException("1 to " + MOST_STREAMS + " streams, not " + streams);
        }
        int size = HEADER + streams * STREAM;
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            boolean fresh = channel.size() == 0;
            if (!fresh && channel.size() != size) {
                throw new IOException("the ledger " + file + " is not one of " + streams + " streams");
            }
            var ledger = new LoadLedger(file, streams, channel.map(FileChannel.MapMode.READ_WRITE, 0, size));
            if (fresh) {
                ledger.memory.putLong(0, MAGIC);
                ledger.memory.putLong(8, streams);
            }
            check(file, ledger.memory, size);
            ledger.takeOver();
            return ledger;
        }
    }

    private void takeOver() throws IOException {
        synchronized (KEPT) {
            LoadLedger former = KEPT.put(file, this);
            if (former != null) {
                former.end();
            }
            for (int stream = 0; stream < streams; stream++) {
                if (offered(stream) > settled(stream)) {
                    notAccepted(stream, offered(stream), "the gateway ended meanwhile");
                }
            }
        }
    }

    /** Nothing is written by this one any more when it returns. */
    private void end() {
        lock.writeLock().lock();
        try {
            over = true;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** The account in {@code file}, whether the gateway that keeps it still runs or not. */
    public static Account read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MappedByteBuffer memory = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            check(file, memory, (int) channel.size());
            int streams = (int) memory.getLong(8);
            List<Long> offered = new ArrayList<>(streams);
            List<Long> settled = new ArrayList<>(streams);
            for (int stream = 0; stream < streams; stream++) {
                settled.add(memory.getLong(HEADER + stream * STREAM + 8)); // first: it may move on meanwhile
                offered.add(memory.getLong(HEADER + stream * STREAM));
            }
            return new Account(List.copyOf(offered), List.copyOf(settled), holes(file));
        }
    }

    private static void check(Path file, MappedByteBuffer memory, int size) throws IOException {
        if (size < HEADER || memory.getLong(0) != MAGIC || HEADER + memory.getLong(8) * STREAM != size) {
            throw new IOException("not a ledger of offered readings: " + file);
        }
    }

    private static Path holesOf(Path file) {
        return file.resolveSibling(file.getFileName() + ".holes");
    }

    private static Set<Hole> holes(Path file) throws IOException {
        Set<Hole> holes = new HashSet<>();
        if (Files.exists(holesOf(file))) {
            for (String line : Files.readAllLines(holesOf(file))) {
                String[] part = line.split(" ", 3);
                holes.add(new Hole(Integer.parseInt(part[0]), Long.parseLong(part[1])));
            }
        }
        return holes;
    }

    int streams() {
        return streams;
    }

    /**
     * The number of the next reading of {@code stream}, which is about to be offered.
     *
     * @throws IOException when a later one keeps the account by now
     */
    long offer(int stream) throws IOException {
        lock.readLock().lock();
        try {
            if (over) {
                throw new IOException("a later load keeps the account in " + file);
            }
            long number = offered(stream) + 1;
            memory.putLong(HEADER + stream * STREAM, number);
            return number;
        } finally {
            lock.readLock().unlock();
        }
    }

    /** The gateway has said that the last one offered is safe. */
    void accepted(int stream) {
        settle(stream, offered(stream));
    }

    /** The last one offered was refused, or its outcome is not known. */
    void notAccepted(int stream, long number, String why) throws IOException {
        String line = stream + " " + number + " " + why.lines().findFirst().orElse("") + "\n";
        Files.writeString(
                holesOf(file), line, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        settle(stream, number);
    }

    private void settle(int stream, long number) {
        lock.readLock().lock();
        try {
            if (!over) { // else it stands there as one of which nobody knows
                memory.putLong(HEADER + stream * STREAM + 8, number);
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    private long offered(int stream) {
        return memory.getLong(HEADER + stream * STREAM);
    }

    private long settled(int stream) {
        return memory.getLong(HEADER + stream * STREAM + 8);
    }

    /** Hands the pages to the disk; the mapping itself goes with the process. */
    @Override
    public void close() {
        end();
        synchronized (KEPT) {
            KEPT.remove(file, this);
        }
        memory.force();
    }
}
