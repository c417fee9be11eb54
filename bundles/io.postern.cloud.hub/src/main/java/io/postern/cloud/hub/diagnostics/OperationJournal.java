// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.diagnostics;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of operations in files, one JSON object a line, written by a thread of its own. The newest lines are kept at
 * hand for whoever follows.
 */
public final class OperationJournal implements OperationLog, MetricSource, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OperationJournal.class);
    private static final int WAITING = 8_192; // a storm of 5,000 devices that come back fits, and takes a few MB
    private static final int TOGETHER = 512; // a write
    private static final int AT_HAND = 1_024; // for who follows: some minutes of an ordinary day, under 1 MB
    private static final long LOOK_MILLIS = 200; // how late a count of repetitions may be told, and an end noticed
    private static final Duration JOIN = Duration.ofSeconds(5); // writing what waits takes far less

    private final BlockingQueue<LoggedOperation> waiting = new ArrayBlockingQueue<>(WAITING);
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong lostEver = new AtomicLong();
    private final Repetitions repetitions;
    private final InstantSource clock;
    private final RotatingFile file; // owned by the thread
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition grown = lock.newCondition();
    private final Deque<Line> newest = new ArrayDeque<>(); // guarded by lock
    private long written; // guarded by lock
    private volatile boolean closed;
    private boolean failing; // owned by the thread

    private OperationJournal(RotatingFile file, InstantSource clock, LongSupplier nanoTime) {
        this.file = file;
        this.clock = clock;
        this.repetitions = new Repetitions(nanoTime);
        this.thread = Thread.ofPlatform().name("operation-log").daemon().unstarted(this::run);
    }

    /**
     * @param nanoTime the monotonic clock, {@code System::nanoTime} outside of tests
     * @throws IOException when the file cannot be made
     */
    public static OperationJournal open(OperationSettings settings, InstantSource clock, LongSupplier nanoTime)
            throws IOException {
        var journal = new OperationJournal(new RotatingFile(settings), clock, nanoTime);
        journal.thread.start();
        return journal;
    }

    @Override
    public void write(LoggedOperation logged) {
        if (logged.operation() instanceof Operation.OfStranger stranger && !repetitions.isFirst(logged, stranger)) {
            return;
        }
        if (closed || !waiting.offer(logged)) {
            lost.incrementAndGet();
            lostEver.incrementAndGet();
        }
    }

    /** How many entries found no room since the log was opened. */
    public long lost() {
        return lostEver.get();
    }

    /** Of the log itself. */
    @Override
    public List<Metric> metrics() {
        return List.of(
                Metric.counter(
                        "postern_operation_log_entries_total",
                        "Entries written to the log of operations.",
                        List.of(new Metric.Value(Map.of(), last()))),
                Metric.counter(
                        "postern_operation_log_lost_total",
                        "Entries that found no room, or no disk.",
                        List.of(new Metric.Value(Map.of(), lost()))));
    }

    @Override
    public long last() {
        lock.lock();
        try {
            return written;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<Line> await(long from, int most, Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lockInterruptibly();
        try {
            while (!closed && written < from && left > 0) {
                left = grown.awaitNanos(left);
            }
            return newest.stream()
                    .filter(line -> line.number() >= from)
                    .limit(most)
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** Writes what waits, then ends; idempotent. */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join(JOIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        List<LoggedOperation> together = new ArrayList<>();
        try (file) {
            while (!closed || !waiting.isEmpty()) {
                LoggedOperation first = waiting.poll(closed ? 0 : LOOK_MILLIS, TimeUnit.MILLISECONDS);
                if (first != null) {
                    together.add(first);
                    waiting.drainTo(together, TOGETHER - 1);
                }
                together.addAll(repetitions.due(clock.instant()));
                long gap = lost.getAndSet(0);
                if (gap > 0 && !together.isEmpty()) {
                    LoggedOperation last = together.getLast();
                    together.add(new LoggedOperation(
                            clock.instant(), last.hub(), Actor.within("hub"), new Operation.Gap(gap)));
                } else {
                    lost.addAndGet(gap);
                }
                if (!together.isEmpty()) {
                    keep(together);
                    together.clear();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.atError().setCause(e).log("the log of operations could not be closed");
        }
    }

    private void keep(List<LoggedOperation> together) {
        var lines = new StringBuilder();
        together.forEach(each -> lines.append(each.toJson()).append('\n'));
        try {
            file.append(lines.toString());
            failing = false;
        } catch (IOException e) {
            lost.addAndGet(together.size());
            lostEver.addAndGet(together.size());
            if (!failing) {
                failing = true;
                LOG.atError()
                        .setCause(e)
                        .log("the log of operations cannot be written; what happens meanwhile is counted");
            }
        }
        lock.lock();
        try {
            together.forEach(each -> newest.addLast(new Line(++written, each)));
            while (newest.size() > AT_HAND) {
                newest.removeFirst();
            }
            grown.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
