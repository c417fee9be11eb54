// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import io.postern.gateway.spi.Line;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Which task goes next. Each has a raster: it is released at its points and has until the next one. Of those released the
 * one with the earliest deadline goes; points that passed a whole period ago are not made up. So nobody starves, and a
 * raster does not drift.
 *
 * <p>A task that keeps failing costs time and brings nothing. It goes when no other has to wait for it, and after three
 * attempts in vain it rests (see {@link Rest}); all that rest cost the line no more than a set share of its time
 * together. A task that answers, but so slowly that others miss their deadlines, is held to the same share.
 *
 * <p>Not safe for threads; {@link Agenda} guards it. Times are those of the monotonic clock.
 */
final class Timetable {
    /** One task and when it is due. */
    static final class Entry implements Turn {
        private final String name;
        private final Line.Task task;
        private final long period;
        private final Rest rest;
        private long release;
        private long othersMissed;

        private Entry(String name, Line.Task task, long period, long release, Rest rest) {
            this.name = name;
            this.task = task;
            this.period = period;
            this.release = release;
            this.rest = rest;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Line.Task task() {
            return task;
        }

        long release() {
            return release;
        }

        private long deadline() {
            return release + period;
        }
    }

    private static final int MOST_ENTRIES = 1_000; // four times the 247 units a Modbus line can address

    private final int sharePercent;
    private final Set<Entry> entries = new LinkedHashSet<>();
    private Optional<Long> noProbeBefore = Optional.empty();
    private long missed;
    private boolean trusts; // somebody answers in good time, who would have to wait for those who do not
    private boolean answers; // somebody answers at all, who would have to wait for those who are mute

    /** @param sharePercent of the line's time, what tasks that rest may cost together */
    Timetable(int sharePercent) {
        this.sharePercent = sharePercent;
    }

    Entry add(String name, Line.Task task, Duration period, long now) {
        if (period.toNanos() <= 0) {
            throw new IllegalArgumentException("a task's period is positive, not " + period);
        }
        if (entries.size() >= MOST_ENTRIES) {
            throw new IllegalStateException("a line has at most " + MOST_ENTRIES + " tasks");
        }
        var entry = new Entry(name, task, period.toNanos(), now, new Rest(sharePercent));
        entry.othersMissed = missed;
        entries.add(entry);
        lookAround(now);
        return entry;
    }

    void remove(Entry entry, long now) {
        entries.remove(entry);
        lookAround(now);
    }

    Set<Entry> entries() {
        return entries;
    }

    /** The task whose turn it is now, if there is one. */
    Optional<Entry> due(long now) {
        Optional<Entry> best = Optional.empty();
        Optional<Entry> doubtful = Optional.empty();
        for (Entry entry : entries) {
            if (now - entry.release < 0 || now - mayGo(entry) < 0) {
                continue;
            }
            if (entry.rest.isTrusted(now) || now - latest(entry) >= 0) {
                best = earlier(best, entry);
            } else {
                doubtful = earlier(doubtful, entry);
            }
        }
        return best.isPresent() ? best : fitting(doubtful, now);
    }

    private static Optional<Entry> earlier(Optional<Entry> best, Entry entry) {
        return best.isPresent() && entry.deadline() - best.get().deadline() >= 0 ? best : Optional.of(entry);
    }

    /** An attempt that is likely to be in vain goes when it is over before the next one is due. */
    private Optional<Entry> fitting(Optional<Entry> doubtful, long now) {
        return doubtful.filter(entry -> {
            Optional<Long> next = nextRelease(now);
            return next.isEmpty() || next.get() - now >= entry.rest.cost();
        });
    }

    private Optional<Long> nextRelease(long now) {
        Optional<Long> next = Optional.empty();
        for (Entry entry : entries) {
            if (entry.rest.isTrusted(now) && (next.isEmpty() || mayGo(entry) - next.get() < 0)) {
                next = Optional.of(mayGo(entry));
            }
        }
        return next;
    }

    /** How long there is nothing to do unless a task is added; empty when there is no task. */
    Optional<Long> idle(long now) {
        Optional<Long> least = Optional.empty();
        for (Entry entry : entries) {
            long wait = Math.max(entry.release - now, mayGo(entry) - now);
            if (wait <= 0) {
                wait = latest(entry) - now; // it is there, but does not fit before the next one
            }
            if (least.isEmpty() || wait < least.get()) {
                least = Optional.of(wait);
            }
        }
        return least.map(wait -> Math.max(0, wait));
    }

    /** The end of its rest, and of the pause that all who rest keep together; its release when nobody is spared by it. */
    private long mayGo(Entry entry) {
        if (!isSparing(entry)) {
            return entry.release;
        }
        long until = later(entry.release, entry.rest.until());
        return entry.rest.isFailing() ? later(until, noProbeBefore) : until;
    }

    private static long later(long time, Optional<Long> other) {
        return other.isPresent() && other.get() - time > 0 ? other.get() : time;
    }

    /** When an attempt goes although it does not fit: it has waited as long again. */
    private long latest(Entry entry) {
        return mayGo(entry) + Math.max(entry.period, entry.rest.length());
    }

    /**
     * A task has run: sets its next point, the first of its raster behind {@code begun}.
     *
     * @param failed it had no answer
     * @param waited how much of the time the line was silent
     * @return the points that passed without a run
     */
    long done(Entry entry, long begun, long now, boolean failed, long waited) {
        // held up by less than a period it still runs for its point, and soon after for the next
        long skipped = Math.max(0, (begun - entry.release) / entry.period - 1);
        skipped += (now - begun) / entry.period; // who overruns loses its own points
        entry.release += (skipped + 1) * entry.period;
        boolean harmed = missed - entry.othersMissed > 0;
        missed += skipped;
        entry.othersMissed = missed;
        long cost = now - begun;
        if (failed) {
            entry.rest.failed(cost, now);
            if (entry.rest.isFailing()) {
                noProbeBefore = Optional.of(now + entry.rest.shortest());
            }
        } else if ((harmed || entry.rest.isHeld(now))
                && waited > cost / 2
                && cost * 100 > entry.period * sharePercent) {
            entry.rest.slow(cost, now, harmed);
        } else {
            entry.rest.answered();
        }
        lookAround(now);
        return skipped;
    }

    private void lookAround(long now) {
        trusts = entries.stream().anyMatch(entry -> entry.rest.isTrusted(now));
        answers = entries.stream().anyMatch(entry -> entry.rest.isAnswering());
    }

    /** Whether anybody is better off while {@code entry} rests: on a line of slow ones a mute one still costs them time. */
    private boolean isSparing(Entry entry) {
        return entry.rest.isAnswering() ? trusts : answers;
    }

    /** How long {@code entry} is left alone from now on. */
    Optional<Duration> resting(Entry entry, long now) {
        return isSparing(entry) ? entry.rest.left(now) : Optional.empty();
    }

    /** All may try at once: what kept them from answering may have been the port. */
    void forgive(long now) {
        entries.forEach(entry -> entry.rest.answered());
        noProbeBefore = Optional.empty();
        lookAround(now);
    }
}
