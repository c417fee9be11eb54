// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.TimeQuality;
import io.postern.wire.Bytes;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * One record of the journal. On disk: a head of 48 octets with a check sum of its own, the body, zeros up to a multiple of
 * eight. A head never lies across a boundary of 512 octets, so that a torn write leaves it old or new.
 *
 * <pre>
 *  0 mark   4 number of the segment   8 CRC-32C of the head   12 CRC-32C of the body   16 length of the body
 * 20 kind  21 priority  22 quality   24 leaf   28 era   32 sequence   40 time, nanoseconds since 1970
 * </pre>
 *
 * @param leaf the leaf's number in this store
 * @param sequence of a message; the last one stored, of a leaf
 * @param time of a message; the last sequence acknowledged, of a leaf
 */
record Entry(
        Kind kind, Priority priority, TimeQuality quality, int leaf, long era, long sequence, long time, Bytes body) {
    static final int HEAD = 48;
    static final int LONGEST_BODY = 320 * 1024; // the longest message, 256 KB, and what a fact may be
    private static final int MARK = 0x504A524C;
    private static final int SECTOR = 512;
    private static final int UNIT = 8;
    private static final long NANOS = 1_000_000_000L;

    /** What a record is about. */
    enum Kind {
        SEGMENT,
        LEAF,
        MESSAGE,
        CONFIRM,
        FACT,
        FACT_REMOVED,
        GAP,
        CLOSED
    }

    /** What stands at a place: read, or as far as it can be told. */
    sealed interface Found {
        /** @param end where the next record may begin */
        record Good(Entry entry, int end) implements Found {}

        /** The head can be believed, the body cannot. */
        record BrokenBody(Entry head, int end) implements Found {}

        /** Once a head of this segment, with bits turned over. */
        record BrokenHead() implements Found {}

        /** Zeros, or what was here when the segment was another. */
        record Nothing() implements Found {}
    }

    static Entry of(Kind kind, Bytes body) {
        return new Entry(kind, Priority.MEASUREMENT, TimeQuality.CONFIRMED, 0, 0, 0, 0, body);
    }

    static Entry leaf(int number, String name, long stored, long confirmed) {
        return new Entry(
                Kind.LEAF, Priority.MEASUREMENT, TimeQuality.CONFIRMED, number, 0, stored, confirmed, Bytes.utf8(name));
    }

    static Entry message(int leaf, long sequence, Priority priority, Stamp taken, Bytes body) {
        return stamped(Kind.MESSAGE, leaf, sequence, priority, taken, body);
    }

    static Entry stamped(Kind kind, int leaf, long sequence, Priority priority, Stamp taken, Bytes body) {
        if (taken.era() > 0xFFFF_FFFFL) {
            throw new IllegalArgumentException("an era is counted in 32 bits, not " + taken.era());
        }
        return new Entry(kind, priority, taken.quality(), leaf, taken.era(), sequence, nanos(taken.instant()), body);
    }

    Stamp taken() {
        return new Stamp(Instant.ofEpochSecond(Math.floorDiv(time, NANOS), Math.floorMod(time, NANOS)), quality, era);
    }

    /** What a record with such a body takes, the gap before it not counted. */
    static int sizeOf(int bodyLength) {
        return HEAD + (bodyLength + UNIT - 1) / UNIT * UNIT;
    }

    int size() {
        return sizeOf(body.length());
    }

    /** Where a record may begin that would begin at {@code at}. */
    static int place(int at) {
        int aligned = (at + UNIT - 1) / UNIT * UNIT;
        return aligned % SECTOR > SECTOR - HEAD ? (aligned / SECTOR + 1) * SECTOR : aligned;
    }

    /** Puts the record into {@code into} at its position. */
    void encode(int segment, ByteBuffer into) {
        int at = into.position();
        byte[] octets = body.toArray();
        into.putInt(MARK)
                .putInt(segment)
                .putInt(0)
                .putInt(sum(ByteBuffer.wrap(octets), 0, octets.length))
                .putInt(octets.length);
        into.put((byte) kind.ordinal())
                .put((byte) priority.ordinal())
                .put((byte) quality.ordinal())
                .put((byte) 0);
        into.putInt(leaf).putInt((int) era).putLong(sequence).putLong(time);
        into.putInt(at + 8, headSum(into, at));
        into.put(octets);
        while ((into.position() - at) % UNIT != 0) {
            into.put((byte) 0);
        }
    }

    /** Looks at what stands at {@code at} of {@code from}; {@code bodies} is false to leave those of messages out. */
    static Found at(ByteBuffer from, int at, int segment, boolean bodies) {
        if (at + HEAD > from.limit()) {
            return new Found.Nothing();
        }
        boolean marked = from.getInt(at) == MARK;
        boolean numbered = from.getInt(at + 4) == segment;
        if (!marked && !numbered) {
            return new Found.Nothing();
        }
        Optional<Entry> head = from.getInt(at + 8) == headSum(from, at) ? head(from, at) : Optional.empty();
        int length = from.getInt(at + 16);
        if (head.isEmpty()) {
            return new Found.BrokenHead();
        }
        if (!numbered || !marked) {
            return new Found.Nothing(); // whole, of an earlier life of this file
        }
        if (length < 0 || length > LONGEST_BODY || at + sizeOf(length) > from.limit()) {
            return new Found.BrokenHead();
        }
        int end = at + sizeOf(length);
        Entry entry = head.get();
        if (sum(from, at + HEAD, length) != from.getInt(at + 12)) {
            return new Found.BrokenBody(entry, end);
        }
        if (entry.kind == Kind.MESSAGE && !bodies) {
            return new Found.Good(entry, end);
        }
        byte[] octets = new byte[length];
        from.get(at + HEAD, octets);
        return new Found.Good(entry.with(Bytes.of(octets)), end);
    }

    /** The length of the body of the record whose head stands at {@code at}; unchecked. */
    static int bodyLength(ByteBuffer from, int at) {
        return from.getInt(at + 16);
    }

    private Entry with(Bytes octets) {
        return new Entry(kind, priority, quality, leaf, era, sequence, time, octets);
    }

    private static Optional<Entry> head(ByteBuffer from, int at) {
        int kind = from.get(at + 20);
        int priority = from.get(at + 21);
        int quality = from.get(at + 22);
        if (kind < 0
                || kind >= Kind.values().length
                || priority < 0
                || priority >= Priority.values().length
                || quality < 0
                || quality >= TimeQuality.values().length) {
            return Optional.empty();
        }
        return Optional.of(new Entry(
                Kind.values()[kind],
                Priority.values()[priority],
                TimeQuality.values()[quality],
                from.getInt(at + 24),
                Integer.toUnsignedLong(from.getInt(at + 28)),
                from.getLong(at + 32),
                from.getLong(at + 40),
                Bytes.EMPTY));
    }

    private static int headSum(ByteBuffer from, int at) {
        var sum = new CRC32C();
        sum.update(from.duplicate().limit(at + 8).position(at));
        sum.update(from.duplicate().limit(at + HEAD).position(at + 12));
        return (int) sum.getValue();
    }

    private static int sum(ByteBuffer from, int at, int length) {
        var sum = new CRC32C();
        sum.update(from.duplicate().limit(at + length).position(at));
        return (int) sum.getValue();
    }

    private static long nanos(Instant taken) {
        try {
            return Math.addExact(Math.multiplyExact(taken.getEpochSecond(), NANOS), taken.getNano());
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("a reading is taken between 1677 and 2262, not " + taken, e);
        }
    }
}
