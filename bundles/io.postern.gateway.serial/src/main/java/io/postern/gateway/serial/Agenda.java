// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import io.postern.gateway.spi.Line;
import io.postern.gateway.spi.LineReport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * All that a line has to do, and what came of it. Anybody hands work in; the line's thread alone takes turns and ends
 * them.
 *
 * <p>Errands go ahead of what is due, one after the other; between two of them a task that is due has its turn.
 */
final class Agenda {
    private static final Duration LONGEST_FAREWELL = Duration.ofSeconds(10); // longer than any exchange may last
    private static final int MOST_ERRANDS = 64; // who asks for more at once would wait for minutes

    private final String line;
    private final Ticker ticker;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // guarded by lock, all of them
    private final Timetable timetable;
    private final Queue<WaitingErrand<?>> errands = new ArrayDeque<>();
    private final Map<String, Tally> tallies = new LinkedHashMap<>();
    private final Tally all = new Tally();
    private Optional<Turn> running = Optional.empty();
    private Optional<Thread> worker = Optional.empty();
    private boolean errandWasLast;
    private String state = "starting";
    private boolean ended;

    Agenda(String line, int sharePercent, Ticker ticker) {
        this.line = line;
        this.ticker = ticker;
        this.timetable = new Timetable(sharePercent);
    }

    Line.Scheduled schedule(String name, Duration period, Line.Task task) {
        lock.lock();
        try {
            Timetable.Entry entry = timetable.add(name, task, period, ticker.nanoTime());
            tallies.computeIfAbsent(name, _ -> new Tally());
            changed.signalAll();
            return new Line.Scheduled() {
                @Override
                public Optional<Duration> resting() {
                    return restOf(entry);
                }

                @Override
                public void close() {
                    remove(entry);
                }
            };
        } finally {
            lock.unlock();
        }
    }

    private Optional<Duration> restOf(Timetable.Entry entry) {
        lock.lock();
        try {
            return timetable.resting(entry, ticker.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    private void remove(Timetable.Entry entry) {
        lock.lock();
        try {
            timetable.remove(entry, ticker.nanoTime());
            if (timetable.entries().stream().noneMatch(other -> other.name().equals(entry.name()))) {
                tallies.remove(entry.name());
            }
            long left = LONGEST_FAREWELL.toNanos();
            while (running.filter(turn -> turn == entry).isPresent() && !isWorker() && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private boolean isWorker() {
        return worker.filter(thread -> thread == Thread.currentThread()).isPresent();
    }

    <T> T once(String name, Duration patience, Line.Errand<T> work) throws IOException, InterruptedException {
        var errand = new WaitingErrand<>(name, work);
        lock.lockInterruptibly();
        try {
            if (isWorker()) {
                throw new IllegalStateException(name + ": a task has the channel already, it cannot wait for another");
            }
            if (ended) {
                throw new IOException("line " + line + " is closed");
            }
            if (errands.size() >= MOST_ERRANDS) {
                throw new IOException("line " + line + " has " + MOST_ERRANDS + " errands to do: try again later");
            }
            errands.add(errand);
            changed.signalAll();
            awaitTurn(errand, patience);
        } finally {
            errands.remove(errand);
            lock.unlock();
        }
        return errand.result();
    }

    private void awaitTurn(WaitingErrand<?> errand, Duration patience) throws IOException, InterruptedException {
        long left = patience.toNanos();
        while (errands.contains(errand)) {
            if (left <= 0) {
                throw new IOException("line " + line + " (" + state + "): no turn for " + errand.name() + " within "
                        + patience.toMillis() + " ms");
            }
            left = changed.awaitNanos(left);
        }
    }

    /** Waits until something is due; empty when nothing was within {@code most}. */
    Optional<Turn> take(Duration most) throws InterruptedException {
        long end = ticker.nanoTime() + most.toNanos();
        lock.lockInterruptibly();
        try {
            worker = Optional.of(Thread.currentThread());
            while (true) {
                long now = ticker.nanoTime();
                running = choose(now);
                long left = end - now;
                if (running.isPresent() || left <= 0) {
                    return running;
                }
                long idle = timetable.idle(now).orElse(left);
                ticker.await(changed, Math.min(idle, left));
            }
        } finally {
            lock.unlock();
        }
    }

    private Optional<Turn> choose(long now) {
        Optional<Timetable.Entry> due = timetable.due(now);
        if (errands.isEmpty() || errandWasLast && due.isPresent()) {
            errandWasLast = false;
            return due.map(entry -> entry);
        }
        errandWasLast = true;
        WaitingErrand<?> first = errands.remove();
        changed.signalAll();
        return Optional.of(first);
    }

    /**
     * Ends the turn that was taken.
     *
     * @param run what the channel has seen of it
     * @param restless whether a failure may lead to rest
     */
    void done(Turn turn, long begun, Outcome outcome, Tally run) {
        lock.lock();
        try {
            long now = ticker.nanoTime();
            run.ran(outcome == Outcome.DONE);
            if (turn instanceof Timetable.Entry entry) {
                run.missed(timetable.done(entry, begun, now, outcome == Outcome.IN_VAIN, run.waited()));
            }
            all.add(run);
            Optional.ofNullable(tallies.get(turn.name())).ifPresent(tally -> tally.add(run));
            running = Optional.empty();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How a turn ended. */
    enum Outcome {
        DONE,
        /** Without result, but not for want of an answer: no reason to rest. */
        REFUSED,
        IN_VAIN
    }

    /** The port is another one now: what kept tasks from answers may be gone. */
    void portIsNew() {
        lock.lock();
        try {
            timetable.forgive(ticker.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    /** @param state in a few words, for reports and errors */
    void state(String state) {
        lock.lock();
        try {
            this.state = state;
        } finally {
            lock.unlock();
        }
    }

    /** No turn is taken any more: who waits for one is told. */
    void end() {
        lock.lock();
        try {
            ended = true;
            errands.forEach(errand -> errand.refuse(new IOException("line " + line + " was closed")));
            errands.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    LineReport report(String port, long reopened) {
        lock.lock();
        try {
            long now = ticker.nanoTime();
            List<LineReport.Leaf> leaves = tallies.entrySet().stream()
                    .map(each ->
                            new LineReport.Leaf(each.getKey(), each.getValue().counts(), rest(each.getKey(), now)))
                    .toList();
            return new LineReport(line, port, state, reopened, all.counts(), leaves);
        } finally {
            lock.unlock();
        }
    }

    private Optional<Duration> rest(String name, long now) {
        return timetable.entries().stream()
                .filter(entry -> entry.name().equals(name))
                .flatMap(entry -> timetable.resting(entry, now).stream())
                .max(Duration::compareTo);
    }
}
