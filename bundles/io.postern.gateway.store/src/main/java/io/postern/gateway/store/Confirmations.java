// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.store.Entry.Kind;
import io.postern.wire.Bytes;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/** The leaves with which the hub has moved on since that was written last. Guarded by the {@link Journal}'s lock. */
final class Confirmations {
    private static final int AT_ONCE = 2000; // in one record: 24 KB
    private static final int EACH = 12; // octets: the leaf's number and how far it has come
    private static final int SHARE = 16; // octets that each takes with its part of the record around it

    private final Set<LeafQueue> moved = new HashSet<>();

    void add(LeafQueue queue) {
        moved.add(queue);
    }

    boolean isEmpty() {
        return moved.isEmpty();
    }

    /** What they take in a batch, at most. */
    int octets() {
        return moved.size() * SHARE;
    }

    /** Says in the batch how far the hub has come with each. */
    void addTo(Batch batch) {
        List<LeafQueue> all = List.copyOf(moved);
        for (int from = 0; from < all.size(); from += AT_ONCE) {
            List<LeafQueue> some = all.subList(from, Math.min(all.size(), from + AT_ONCE));
            ByteBuffer body = ByteBuffer.allocate(some.size() * EACH);
            some.forEach(queue -> body.putInt(queue.number).putLong(queue.confirmed()));
            batch.add(Entry.of(Kind.CONFIRM, Bytes.of(body.array())));
        }
        moved.clear();
    }

    static void forEach(Bytes body, BiConsumer<Integer, Long> each) {
        ByteBuffer pairs = ByteBuffer.wrap(body.toArray());
        while (pairs.remaining() >= EACH) {
            each.accept(pairs.getInt(), pairs.getLong());
        }
    }
}
