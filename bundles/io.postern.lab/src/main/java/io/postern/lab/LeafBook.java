// SPDX-License-Identifier: Apache-2.0
package io.postern.lab;

import io.postern.ctl.EventStream;
import io.postern.ctl.ServiceException;
import io.postern.ctl.TelemetryEvent;
import io.postern.wire.DeviceId;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/** What the hub has accepted, leaf by leaf. Owned by one thread, which reads the hub's events through it. */
public final class LeafBook {
    private final SequencedMap<DeviceId, LeafRecord> records = new LinkedHashMap<>();

    public LeafBook(Collection<DeviceId> leaves) {
        leaves.forEach(leaf -> records.put(leaf, new LeafRecord()));
    }

    /** Takes in what {@code events} has to offer, waiting at most {@code wait} for the first; how many there were. */
    public int read(EventStream events, Duration wait) throws ServiceException, InterruptedException {
        int taken = 0;
        Optional<TelemetryEvent> event = events.next(wait);
        while (event.isPresent()) {
            TelemetryEvent telemetry = event.get();
            LeafRecord leaf = records.get(DeviceId.of(telemetry.deviceId()));
            if (leaf != null) {
                leaf.accept(telemetry);
            }
            taken++;
            event = events.next(Duration.ZERO);
        }
        return taken;
    }

    public SequencedMap<DeviceId, LeafRecord> records() {
        return Collections.unmodifiableSequencedMap(records);
    }

    /** Leaves whose telemetry the hub has accepted at least once. */
    public long speaking() {
        return records.values().stream().filter(leaf -> leaf.accepted() > 0).count();
    }

    public boolean allSpeak() {
        return speaking() == records.size();
    }

    /** Messages of any leaf that did not come with a token of the token service. */
    public long foreign() {
        return records.values().stream().mapToLong(LeafRecord::foreign).sum();
    }

    public long accepted() {
        return records.values().stream().mapToLong(LeafRecord::accepted).sum();
    }

    public int missing() {
        return records.values().stream().mapToInt(LeafRecord::missing).sum();
    }

    public long repeated() {
        return records.values().stream().mapToLong(LeafRecord::repeated).sum();
    }
}
