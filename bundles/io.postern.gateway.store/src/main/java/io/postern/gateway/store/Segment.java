// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.store.FileStore.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One preallocated file of the journal, filled from its beginning to its end and used again under another number when
 * nothing in it is needed any more. Guarded by the {@link Journal}'s lock, but for {@link #read}.
 */
final class Segment {
    private static final int COPY = 64 * 1024;
    private static final int GUESS = 512; // a head and a usual body in one read

    final String name;
    final StoredFile file;
    private volatile int number;
    private int tail;
    private boolean begun;
    private int live;
    private long liveBytes;

    Segment(String name, StoredFile file, int number, int tail) {
        this.name = name;
        this.file = file;
        this.number = number;
        this.tail = tail;
    }

    int number() {
        return number;
    }

    /** Where the next record may go. */
    int tail() {
        return tail;
    }

    void moveTail(int to) {
        tail = to;
    }

    /** Begins another life. */
    void renumber(int fresh) {
        number = fresh;
        tail = 0;
        begun = false;
        live = 0;
        liveBytes = 0;
    }

    /** Its beginning was synced: without it nothing in it would be found again. */
    boolean hasBegun() {
        return begun;
    }

    void sync() throws IOException {
        file.force();
        begun = true;
    }

    /** What a start has read may never have reached the disk, and a sync would not say so: it is written once more. */
    void persist() throws IOException {
        for (int at = 0; at < tail; at += COPY) {
            ByteBuffer some = ByteBuffer.allocate(Math.min(COPY, tail - at));
            file.read(some, at);
            file.write(some.flip(), at);
        }
        sync();
    }

    void hold(int records, long bytes) {
        live += records;
        liveBytes += bytes;
    }

    void release(int records, long bytes) {
        live -= records;
        liveBytes = live == 0 ? 0 : Math.max(0, liveBytes - bytes);
    }

    /** Whether something in it is needed. */
    boolean isLive() {
        return live > 0;
    }

    /** How many records in it are needed. */
    int live() {
        return live;
    }

    long liveBytes() {
        return liveBytes;
    }

    int room() {
        return file.size() - tail;
    }

    /** What stands at {@code offset}; by any thread. */
    Entry.Found read(int offset) throws IOException {
        int expected = number;
        ByteBuffer first = ByteBuffer.allocate(Math.min(GUESS, file.size() - offset));
        file.read(first, offset);
        first.flip();
        int length = first.limit() < Entry.HEAD ? -1 : Entry.bodyLength(first, 0);
        if (length <= first.limit() - Entry.HEAD || length > Entry.LONGEST_BODY) {
            return Entry.at(first, 0, expected, true);
        }
        ByteBuffer all = ByteBuffer.allocate(Math.min(Entry.sizeOf(length), file.size() - offset));
        file.read(all, offset);
        return Entry.at(all.flip(), 0, expected, true);
    }
}
