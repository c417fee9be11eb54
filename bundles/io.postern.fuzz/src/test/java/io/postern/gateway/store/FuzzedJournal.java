// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.TelemetryMessage;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** What a start finds of an outbox when its files hold something else than was written. */
public final class FuzzedJournal {
    private static final int SEGMENT = 16 * 1024;
    private static final int MESSAGES = 60; // two segments full, and a third begun
    private static final int MOST_EDITS = 256;
    private static final int EDIT = 4; // a file, two octets of place, what stands there
    private static final List<DeviceId> LEAVES = List.of(DeviceId.of("meter"), DeviceId.of("valve"));
    private static final JournalStore.Shape SHAPE = new JournalStore.Shape(SEGMENT, 8, DropRules.DEFAULT);
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);

    private FuzzedJournal() {}

    /**
     * Puts octets into the files of a good journal, or all of {@code octets} in the place of its first file when the first
     * one is 0xFF. It starts, serves only what was stored under the same number, goes on storing, and a second start finds
     * nothing but what the first one left.
     */
    public static void start(byte[] octets) {
        try {
            var disk = new Memory();
            Map<String, String> stored = new HashMap<>();
            Journal written = JournalStore.recover(disk, SHAPE, CLOCK, () -> 0);
            for (int n = 0; n < MESSAGES; n++) {
                append(written, LEAVES.get(n % LEAVES.size()), "x".repeat(300) + n, stored);
            }
            spoil(disk, octets);
            Journal journal = JournalStore.recover(disk, SHAPE, CLOCK, () -> 0);
            append(journal, LEAVES.getFirst(), "behind", stored);
            served(journal, stored);
            served(JournalStore.recover(disk, SHAPE, CLOCK, () -> 0), stored);
        } catch (IOException e) {
            throw new AssertionError("a disk without faults fails", e);
        }
    }

    private static void append(Journal journal, DeviceId leaf, String body, Map<String, String> stored)
            throws IOException {
        var pending = new Pending(new Change.Append(
                leaf, Priority.MEASUREMENT, Stamp.confirmed(Instant.EPOCH), Bytes.utf8("{\"" + body + "\":1}")));
        journal.commit(List.of(pending));
        stored.put(leaf + " " + pending.await(), body);
    }

    private static void served(Journal journal, Map<String, String> stored) throws IOException {
        for (DeviceId leaf : LEAVES) {
            for (TelemetryMessage message : JournalOutbox.head(journal, leaf, 1000, Long.MAX_VALUE)) {
                String body = message.body().toUtf8();
                String wanted = stored.get(leaf + " " + message.sequence());
                if (!body.startsWith("{\"gap\"") && !body.equals("{\"" + wanted + "\":1}")) {
                    throw new AssertionError(leaf + " " + message.sequence() + " was " + wanted + " and is " + body);
                }
            }
        }
    }

    private static void spoil(Memory disk, byte[] octets) {
        if (octets.length > 0 && octets[0] == (byte) 0xFF) {
            byte[] first = disk.files.firstEntry().getValue().octets;
            System.arraycopy(octets, 1, first, 0, Math.min(first.length, octets.length - 1));
            return;
        }
        List<InMemory> files = new ArrayList<>(disk.files.values());
        for (int at = 0; at + EDIT <= octets.length && at < MOST_EDITS * EDIT; at += EDIT) {
            byte[] file = files.get((octets[at] & 0xFF) % files.size()).octets;
            int place = (octets[at + 1] & 0xFF) << 8 | octets[at + 2] & 0xFF;
            file[place % file.length] = octets[at + 3];
        }
    }

    private static final class Memory implements FileStore {
        private final TreeMap<String, InMemory> files = new TreeMap<>();

        @Override
        public List<String> list() {
            return List.copyOf(files.keySet());
        }

        @Override
        public StoredFile open(String name) throws IOException {
            InMemory file = files.get(name);
            if (file == null) {
                throw new IOException("there is no " + name);
            }
            return file;
        }

        @Override
        public StoredFile create(String name, int size) {
            var file = new InMemory(new byte[size]);
            files.put(name, file);
            return file;
        }

        @Override
        public void rename(String from, String to) {
            files.put(to, files.remove(from));
        }

        @Override
        public void delete(String name) {
            files.remove(name);
        }

        @Override
        public String place() {
            return "memory";
        }

        @Override
        public OptionalLong deviceWritten() {
            return OptionalLong.empty();
        }
    }

    private record InMemory(byte[] octets) implements FileStore.StoredFile {
        @Override
        public int size() {
            return octets.length;
        }

        @Override
        public void read(ByteBuffer to, int at) {
            to.put(octets, at, Math.min(to.remaining(), octets.length - at));
        }

        @Override
        public void write(ByteBuffer from, int at) {
            from.get(octets, at, from.remaining());
        }

        @Override
        public void force() {}

        @Override
        public void close() {}
    }
}
