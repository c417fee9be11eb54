// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.TelemetryMessage;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** A store's directory as it lies there, with no gateway at work in it. Nothing is changed. */
public final class StoredOutbox implements AutoCloseable {
    private final Index index;
    private final Recovery recovery;

    /** @throws IOException when the directory or a file in it cannot be read */
    public static StoredOutbox read(Path directory, InstantSource clock) throws IOException {
        var index = new Index();
        var stored = new StoredOutbox(new Recovery(index, clock.instant()), index);
        var files = new DiskFiles(directory);
        for (String name : files.list()) {
            if (Segments.isSegment(name)) {
                stored.recovery.look(name, files.openForReading(name));
            }
        }
        stored.recovery.read();
        return stored;
    }

    private StoredOutbox(Recovery recovery, Index index) {
        this.recovery = recovery;
        this.index = index;
    }

    /** All that waits for the hub, by leaf in order. What is damaged is left out. */
    public List<TelemetryMessage> messages() throws IOException {
        List<TelemetryMessage> all = new ArrayList<>();
        for (LeafQueue queue : index.leaves()) {
            for (Waiting waiting : queue.first(Integer.MAX_VALUE)) {
                JournalOutbox.read(queue, waiting).ifPresent(all::add);
            }
        }
        return all;
    }

    /** The leaves it knows. */
    public List<DeviceId> leaves() {
        return index.leaves().stream().map(queue -> queue.leaf).toList();
    }

    /** What is not as it was written, a sentence each. */
    public List<String> damage() {
        List<String> all = new ArrayList<>();
        recovery.broken().forEach(name -> all.add(name + ": nothing in it can be read"));
        recovery.findings()
                .forEach(finding -> all.add(finding.file() + (finding.offset() > 0 ? " at " + finding.offset() : "")
                        + ": " + finding.what()));
        return all;
    }

    /** Whether the last process closed the store; if not, it was killed or lost its power. */
    public boolean closedWell() {
        return recovery.closedWell();
    }

    public int segments() {
        return recovery.segments().size();
    }

    public long records() {
        return recovery.records();
    }

    @Override
    public void close() throws IOException {
        for (Segment segment : recovery.segments()) {
            segment.file.close();
        }
        for (Segment segment : recovery.unused()) {
            segment.file.close();
        }
    }
}
