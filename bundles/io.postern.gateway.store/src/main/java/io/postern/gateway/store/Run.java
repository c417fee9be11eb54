// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.Priority;
import java.util.Arrays;
import java.util.function.Predicate;

/**
 * Where messages of one leaf stand in one segment, in the order of their sequence and of their offsets: two or three
 * octets each, so that a million of them fit the gateway's heap. Guarded by the {@link Journal}'s lock.
 */
final class Run {
    /** One message: its sequence number, where it stands, its class. */
    record Spot(long sequence, int offset, Priority priority) {}

    private static final int UNIT = 8; // offsets are multiples of it
    private static final int FIRST = 16;

    final Segment segment;
    private byte[] codes = new byte[FIRST];
    private int from;
    private int to;
    private int count;
    private long bytes;
    private long beforeSequence; // of the message before the one at "from"
    private int beforeOffset;
    private long lastSequence;
    private int lastOffset;
    private final int[] byClass = new int[Priority.values().length];

    Run(Segment segment) {
        this.segment = segment;
    }

    boolean takes(Segment in, long sequence, int offset) {
        return in == segment && (count == 0 || sequence > lastSequence && offset > lastOffset);
    }

    void add(long sequence, int offset, Priority priority, int size) {
        if (count == 0) {
            from = 0;
            to = 0;
            beforeSequence = sequence - 1;
            beforeOffset = 0;
            lastSequence = beforeSequence;
            lastOffset = 0;
        }
        long step = sequence - lastSequence;
        put(((long) (offset - lastOffset) / UNIT << 3) | (long) priority.ordinal() << 1 | (step == 1 ? 0 : 1));
        if (step != 1) {
            put(step);
        }
        lastSequence = sequence;
        lastOffset = offset;
        count++;
        bytes += size;
        byClass[priority.ordinal()]++;
    }

    int count() {
        return count;
    }

    int count(Priority priority) {
        return byClass[priority.ordinal()];
    }

    long bytes() {
        return bytes;
    }

    long firstSequence() {
        return new Cursor().next().sequence();
    }

    long lastSequence() {
        return lastSequence;
    }

    /** Octets of memory. */
    int footprint() {
        return codes.length + 96; // the object and its array's head, as measured
    }

    /**
     * Forgets the messages up to and including {@code sequence}.
     *
     * @return what they took, as near as the average tells; exact when none is left
     */
    long forget(long sequence) {
        var cursor = new Cursor();
        int gone = 0;
        while (gone < count) {
            int at = cursor.at;
            long before = cursor.sequence;
            int offset = cursor.offset;
            Spot spot = cursor.next();
            if (spot.sequence() > sequence) {
                cursor.at = at;
                cursor.sequence = before;
                cursor.offset = offset;
                break;
            }
            byClass[spot.priority().ordinal()]--;
            gone++;
        }
        long freed = gone == count ? bytes : bytes / count * gone;
        count -= gone;
        bytes -= freed;
        from = cursor.at;
        beforeSequence = cursor.sequence;
        beforeOffset = cursor.offset;
        return freed;
    }

    /** Goes through the messages in order until {@code until} says that it is enough. */
    void walk(Predicate<Spot> until) {
        var cursor = new Cursor();
        for (int i = 0; i < count; i++) {
            if (until.test(cursor.next())) {
                return;
            }
        }
    }

    boolean has(Spot wanted) {
        var found = new boolean[1];
        walk(spot -> {
            found[0] = spot.equals(wanted);
            return spot.sequence() >= wanted.sequence();
        });
        return found[0];
    }

    /** The same without the messages that {@code gone} names. */
    Run without(Predicate<Spot> gone) {
        var left = new Run(segment);
        int average = count == 0 ? 0 : (int) (bytes / count);
        walk(spot -> {
            if (!gone.test(spot)) {
                left.add(spot.sequence(), spot.offset(), spot.priority(), average);
            }
            return false;
        });
        return left;
    }

    private void put(long value) {
        long rest = value;
        while (true) {
            if (to == codes.length) {
                codes = Arrays.copyOf(codes, codes.length + Math.max(FIRST, codes.length / 2));
            }
            if (rest < 0x80) {
                codes[to++] = (byte) rest;
                return;
            }
            codes[to++] = (byte) (rest & 0x7F | 0x80);
            rest >>>= 7;
        }
    }

    private final class Cursor {
        private int at = from;
        private long sequence = beforeSequence;
        private int offset = beforeOffset;

        Spot next() {
            long code = take();
            offset += (int) (code >>> 3) * UNIT;
            sequence += (code & 1) == 0 ? 1 : take();
            return new Spot(sequence, offset, Priority.values()[(int) (code >>> 1) & 3]);
        }

        private long take() {
            long value = 0;
            for (int shift = 0; ; shift += 7) {
                byte octet = codes[at++];
                value |= (long) (octet & 0x7F) << shift;
                if (octet >= 0) {
                    return value;
                }
            }
        }
    }
}
