// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.store.Counters.Trouble;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only thread that writes, in groups: when the next is synced, {@link FlushPace} says. What the hub has acknowledged
 * is written along; losing that in a power cut only sends it again.
 */
final class JournalWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JournalWriter.class);
    private static final String CLOSED = "the store is closed";
    private static final int QUEUE = 4096; // a second of ten lines flat out, eight times
    private static final int GROUP =
            1024; // so many do not wait for the window's end: beyond, a sync costs nothing beside
    private static final int FEW = 256; // callers whose return is looked for
    private static final Duration LAZY = Duration.ofMillis(250); // how long a confirmation waits for company
    private static final Duration PATIENCE = Duration.ofSeconds(30); // a worn card stalls for seconds
    private static final Duration GOODBYE = Duration.ofSeconds(10);
    private static final Duration RECOVERY = Duration.ofSeconds(1); // after a failure, before the disk is tried again

    private final BlockingQueue<Pending> queue = new ArrayBlockingQueue<>(QUEUE);
    private final Journal journal;
    private final FlushPace pace;
    private final long look; // how often it is seen who has come, while as many wait as shared the last sync
    private final String place;
    private final Thread thread;
    private final JournalWatch watch;
    private final Fullness fullness = new Fullness();
    private final long begunAt = System.nanoTime();
    private volatile boolean closing;
    private volatile boolean ended; // nobody looks into the queue any more
    private long failedAt;
    private volatile List<Pending> inHand = List.of();
    private Set<Thread> callers = Set.of(); // of the last sync, when they were few
    private volatile int enough; // in the queue, for the writer to look before the window's end

    JournalWriter(Journal journal, Duration window, String place) {
        this.journal = journal;
        this.pace = new FlushPace(window, System.nanoTime());
        this.look = window.toNanos() / 8 + 1;
        this.place = place;
        watch = new JournalWatch(journal, () -> List.of(inHand, queue), PATIENCE, place);
        // a platform thread: it sits in native code during a sync, where a virtual one would hold a carrier
        thread = Thread.ofPlatform().name("store-writer").daemon().start(this::run);
    }

    /** Hands a change over; {@link #await} learns what became of it. */
    Pending offer(Change change) throws IOException {
        var pending = new Pending(change);
        try {
            if (closing || !queue.offer(pending, PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new IOException(
                        closing
                                ? CLOSED
                                : "the store " + place + " has not kept up for " + PATIENCE.toSeconds()
                                        + " s; is its disk failing?");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the store");
        }
        if (ended) {
            refuseAll();
        } else if (queue.size() >= enough) {
            LockSupport.unpark(thread);
        }
        return pending;
    }

    /** Waits until it is on disk; answers the sequence number of a message, else 0. */
    long await(Pending pending) throws IOException {
        return pending.await();
    }

    boolean isClosing() {
        return closing;
    }

    /** Writes what is still in the queue and ends, or gives up after a bound. */
    @Override
    public void close() {
        closing = true;
        boolean woken =
                queue.offer(new Pending(new Change.Wake())); // no interrupt: it would close the files under a sync
        LockSupport.unpark(thread);
        LOG.atDebug().addKeyValue("woken", woken).log("closing the store");
        try {
            if (!thread.join(GOODBYE)) {
                LOG.atError().addKeyValue("directory", place).log("the store hangs in its disk; not waiting for it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closing || !queue.isEmpty()) {
            List<Pending> next = collect();
            if (!next.isEmpty()) {
                inHand = next;
                commit(next);
                inHand = List.of();
            } else if (!closing) {
                chores();
            }
            tellFullness();
        }
        ended = true;
        refuseAll();
        watch.close();
        journal.letGo();
        try {
            journal.close();
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("directory", place).setCause(e).log("the store was not closed in order");
        }
    }

    /** What came into the queue after the last look; by who finds that it has ended, the writer or who hands in. */
    private void refuseAll() {
        for (Pending left = queue.poll(); left != null; left = queue.poll()) {
            left.failed(new IOException(CLOSED));
        }
    }

    private List<Pending> collect() {
        try {
            Pending first = queue.poll(closing ? 0 : LAZY.toNanos(), TimeUnit.NANOSECONDS);
            if (first == null || first.change instanceof Change.Wake) {
                return List.of();
            }
            while (!closing && queue.size() < GROUP - 1) {
                long left = pace.left(System.nanoTime(), queue.size() + 1, isComplete(first));
                if (left <= 0) {
                    break;
                }
                boolean near = !callers.isEmpty() && queue.size() + 1 >= callers.size();
                LockSupport.parkNanos(near ? Math.min(left, look) : left);
            }
            List<Pending> next = new ArrayList<>(queue.size() + 1);
            next.add(first);
            queue.drainTo(next, GROUP - 1);
            return next;
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the store's writer", e);
        }
    }

    /** Whether all who shared the last sync are here again; of many it is not asked, they are never all here. */
    private boolean isComplete(Pending first) {
        if (callers.isEmpty() || queue.size() + 1 < callers.size()) {
            return false;
        }
        Set<Thread> missing = new HashSet<>(callers);
        missing.remove(first.caller);
        queue.forEach(pending -> missing.remove(pending.caller));
        return missing.isEmpty();
    }

    private void commit(List<Pending> group) {
        Optional<Trouble> trouble = journal.counters.trouble();
        if (trouble.isPresent() && System.nanoTime() - failedAt < RECOVERY.toNanos() && !closing) {
            var failure = new IOException(trouble.get().detail());
            group.forEach(pending -> pending.failed(failure));
            return;
        }
        pace.flushing(System.nanoTime(), group.size());
        journal.commit(group);
        pace.flushed(System.nanoTime());
        callers = group.size() > FEW
                ? Set.of()
                : group.stream().map(pending -> pending.caller).collect(Collectors.toSet());
        enough = Math.min(callers.isEmpty() ? group.size() : callers.size(), GROUP) - 1;
        if (journal.counters.trouble().isPresent()) {
            failedAt = System.nanoTime();
        }
    }

    private void tellFullness() {
        double rate = journal.counters.recordBytes() / Math.max(1, (System.nanoTime() - begunAt) / 1e9);
        journal.locked(() -> fullness.news(journal.segments.liveBytes(), journal.segments.limit(), rate))
                .ifPresent(said -> LOG.atWarn().addKeyValue("directory", place).log(said));
    }

    /** Nobody waits: notes what the hub has, and tells what is missing. */
    private void chores() {
        try {
            if (journal.owes() && System.nanoTime() - failedAt > RECOVERY.toNanos()) {
                commit(List.of());
            } else {
                journal.jot();
            }
        } catch (IOException e) {
            failedAt = System.nanoTime();
            journal.counters.trouble(e);
        }
    }
}
