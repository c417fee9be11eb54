// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import io.postern.gateway.spi.Line;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Which task is due next: the one whose deadline is the earliest. A task that missed deadlines, its own or through others,
 * runs once and takes the next one of its raster; it never runs twice to catch up. So a task waits at most as long as
 * each other task runs once.
 *
 * <p>Not safe for threads; {@link SerialLine} guards it. Times are those of the monotonic clock.
 */
final class Timetable {
    /** One task and when it is due. */
    static final class Entry {
        private final Line.Task task;
        private final long period;
        private long due;

        private Entry(Line.Task task, long period, long due) {
            this.task = task;
            this.period = period;
            this.due = due;
        }

        Line.Task task() {
            return task;
        }

        long due() {
            return due;
        }
    }

    private static final int MOST_ENTRIES = 1_000; // four times the 247 units a Modbus line can address
    private static final Comparator<Entry> EARLIEST = (a, b) -> Long.signum(a.due - b.due);

    private final Set<Entry> entries = new LinkedHashSet<>();

    Entry add(Line.Task task, Duration period, long now) {
        if (period.toNanos() <= 0) {
            throw new IllegalArgumentException("a task's period is positive, not " + period);
        }
        if (entries.size() >= MOST_ENTRIES) {
            throw new IllegalStateException("a line has at most " + MOST_ENTRIES + " tasks");
        }
        var entry = new Entry(task, period.toNanos(), now);
        entries.add(entry);
        return entry;
    }

    void remove(Entry entry) {
        entries.remove(entry);
    }

    Optional<Entry> earliest() {
        return entries.stream().min(EARLIEST);
    }

    /** Sets the next deadline of a task that has just run: the first of its raster behind {@code now}. */
    void done(Entry entry, long now) {
        long missed = Math.max(0, now - entry.due) / entry.period;
        entry.due += (missed + 1) * entry.period;
    }
}
