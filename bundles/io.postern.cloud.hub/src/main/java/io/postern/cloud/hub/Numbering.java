// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.DeviceId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Gives accepted events their places: a number in the whole stream, a partition, a number in that partition, and a time
 * that never runs backwards. Used for one commit by one thread; what was not committed was never given.
 */
final class Numbering {
    /** An event that has everything. */
    record Placed(long sequence, int partition, long offset, Instant enqueued, EventStream.Accepted event) {}

    /** The newest event of a partition; its offset is -1 and its time the epoch before there was one. */
    record PartitionEnd(long offset, Instant enqueued) {
        static final PartitionEnd EMPTY = new PartitionEnd(-1, Instant.EPOCH);
    }

    /** The newest event of the stream and of each partition. */
    record End(long sequence, Instant enqueued, List<PartitionEnd> partitions) {
        End {
            partitions = List.copyOf(partitions);
        }
    }

    private final List<PartitionEnd> ends;
    private final List<Placed> placed = new ArrayList<>();
    private long sequence;
    private Instant enqueued;

    Numbering(End end) {
        this.ends = new ArrayList<>(end.partitions());
        this.sequence = end.sequence();
        this.enqueued = end.enqueued();
    }

    void place(EventStream.Accepted event) {
        int partition = partition(event.deviceId(), ends.size());
        enqueued = enqueued.isAfter(event.enqueued()) ? enqueued : event.enqueued();
        var end = new PartitionEnd(ends.get(partition).offset() + 1, enqueued);
        ends.set(partition, end);
        placed.add(new Placed(++sequence, partition, end.offset(), enqueued, event));
    }

    List<Placed> placed() {
        return placed;
    }

    End end() {
        return new End(sequence, enqueued, ends);
    }

    /** The partition of a device: the same in every process, so that its events stay in order. */
    static int partition(DeviceId device, int partitions) {
        var hash = new CRC32();
        hash.update(device.text().getBytes(StandardCharsets.UTF_8));
        return (int) (hash.getValue() % partitions);
    }
}
