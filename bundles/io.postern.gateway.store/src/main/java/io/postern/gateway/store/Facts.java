// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.wire.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Where the newest word on each fact stands. Guarded by the {@link Journal}'s lock. */
final class Facts {
    static final int LONGEST_NAME = 160; // a leaf's 128, and what is kept of it
    static final int LONGEST_FACT = 64 * 1024; // an assignment is under 1 KB
    static final int MOST = 10_000; // three for each of 500 leaves, and room; 200 octets of memory each

    /**
     * @param removed when the word is that it is no more, which must outlive older copies
     * @param copies the newest segment in which an older copy may stand
     */
    record Place(Segment segment, int offset, int size, boolean removed, int copies) {}

    private final Map<String, Place> places = new TreeMap<>();

    Map<String, Place> places() {
        return places;
    }

    void put(String name, Segment segment, int offset, int size, boolean removed) {
        segment.hold(1, size);
        Place before = places.put(name, new Place(segment, offset, size, removed, segment.number()));
        if (before != null) {
            before.segment().release(1, before.size());
        }
    }

    /** Drops the words on facts that are no more and of which no older copy can be found again. */
    void forgetRemoved(int oldestSegment) {
        places.values().removeIf(place -> {
            boolean gone = place.removed() && place.copies() < oldestSegment;
            if (gone) {
                place.segment().release(1, place.size());
            }
            return gone;
        });
    }

    /** A copy of the word on {@code name}, elsewhere. */
    void move(String name, Place from, Segment to, int offset) {
        if (places.replace(name, from, new Place(to, offset, from.size(), from.removed(), from.copies()))) {
            from.segment().release(1, from.size());
            to.hold(1, from.size());
        }
    }

    /** It cannot be read any more. */
    void lose(String name, Place at) {
        if (places.remove(name, at)) {
            at.segment().release(1, at.size());
        }
    }

    static Bytes body(String name, String json) {
        byte[] octets = name.getBytes(StandardCharsets.UTF_8);
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        return Bytes.of(ByteBuffer.allocate(2 + octets.length + text.length)
                .putShort((short) octets.length)
                .put(octets)
                .put(text)
                .array());
    }

    static String name(Bytes body) {
        return body.slice(2, 2 + nameLength(body)).toUtf8();
    }

    static String json(Bytes body) {
        return body.slice(2 + nameLength(body), body.length()).toUtf8();
    }

    private static int nameLength(Bytes body) {
        return body.at(0) << 8 | body.at(1);
    }
}
