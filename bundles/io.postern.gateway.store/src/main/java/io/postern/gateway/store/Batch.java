// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Records that go to the end of a segment with one write. */
final class Batch {
    /** The most octets of one batch: one message of the greatest length, or a thousand usual ones. */
    static final int MOST = 384 * 1024;

    private static final int FIRST = 8 * 1024;

    /** A record and where it will stand. */
    record Placed(Entry entry, int offset, int size) {}

    private final Segment segment;
    private final int start;
    private final List<Placed> placed = new ArrayList<>();
    private ByteBuffer buffer = ByteBuffer.allocate(FIRST);

    Batch(Segment segment) {
        this.segment = segment;
        this.start = segment.tail();
    }

    boolean isEmpty() {
        return placed.isEmpty();
    }

    boolean hasRoomFor(Entry entry) {
        int end = Entry.place(start + buffer.position()) + entry.size();
        return end - start <= MOST && end <= segment.file.size();
    }

    Placed add(Entry entry) {
        int offset = Entry.place(start + buffer.position());
        int size = entry.size();
        ensure(offset - start + size);
        while (start + buffer.position() < offset) {
            buffer.put((byte) 0);
        }
        entry.encode(segment.number(), buffer);
        var place = new Placed(entry, offset, size);
        placed.add(place);
        return place;
    }

    List<Placed> placed() {
        return placed;
    }

    int octets() {
        return buffer.position();
    }

    /** Where the segment goes on behind it. */
    int end() {
        return start + buffer.position();
    }

    /** Writes without a sync; the segment's tail moves behind it. */
    void write() throws IOException {
        // a copy: after a write that failed half-way this one still has to say where it would have ended
        segment.file.write(buffer.duplicate().flip(), start);
        segment.moveTail(end());
    }

    private void ensure(int room) {
        if (room > buffer.capacity()) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(room, buffer.capacity() * 2));
            larger.put(buffer.flip());
            buffer = larger;
        }
    }
}
