// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.gateway.Priority;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How the outbox is, for whoever looks after the gateway. Counts of what was done begin with the process.
 *
 * @param state what it can do now
 * @param detail why it is in that state and what to do; empty when it is well
 * @param bytes what the waiting messages take
 * @param capacity at most so many, before the drop policy begins
 * @param messages how many wait, by class
 * @param dropped how many were given up since the process began, by class; each is told to the hub as a gap
 * @param oldest when the oldest waiting message was taken
 * @param bytesPerSecond what comes in, averaged over the last hours; 0 when that is not known yet
 * @param timeLeft until it is full if nothing is sent and as much comes in as now; empty when that is not known
 * @param traffic what was written
 */
public record OutboxReport(
        State state,
        String detail,
        long bytes,
        long capacity,
        Map<Priority, Long> messages,
        Map<Priority, Long> dropped,
        Optional<Instant> oldest,
        double bytesPerSecond,
        Optional<Duration> timeLeft,
        Traffic traffic) {
    /** What an outbox can do. */
    public enum State {
        /** It takes readings. */
        READY,
        /** It takes readings, and will be full soon. */
        NEARLY_FULL,
        /** It takes readings and gives up others for them, by its drop policy. */
        FULL,
        /** It takes nothing: the disk has no room. */
        DISK_FULL,
        /** It takes nothing: the file system is read-only. */
        READ_ONLY,
        /** It takes nothing: the disk answers with errors. */
        FAILING,
        /** It is closed. */
        CLOSED
    }

    /**
     * What was written since the process began.
     *
     * @param messages accepted
     * @param acknowledged that the hub has taken, those of earlier processes included
     * @param payload octets of the bodies of those accepted
     * @param written octets handed to the file system
     * @param flushes how often the disk was told to keep what it has
     * @param device octets that the device under the directory wrote, whoever asked for them; empty when unknown
     */
    public record Traffic(
            long messages, long acknowledged, long payload, long written, long flushes, OptionalLong device) {}

    public OutboxReport {
        messages = complete(messages);
        dropped = complete(dropped);
    }

    public long waiting() {
        return messages.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Between 0, empty, and 1, full. */
    public double share() {
        return capacity == 0 ? 0 : (double) bytes / capacity;
    }

    private static Map<Priority, Long> complete(Map<Priority, Long> counts) {
        Map<Priority, Long> all = new EnumMap<>(Priority.class);
        for (Priority priority : Priority.values()) {
            all.put(priority, counts.getOrDefault(priority, 0L));
        }
        return Collections.unmodifiableMap(all);
    }
}
