// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.DatabaseException;
import io.postern.cloud.store.Distribution;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The one thread that writes events. It takes all appends that wait, writes them in one transaction and answers them
 * together: a sync costs the same for one event as for a hundred.
 */
final class EventCommitter implements AutoCloseable {
    private static final int WAITING = 1_024; // appends; each blocks its session, so this many sessions can wait
    private static final int TOGETHER = 256; // appends a transaction; beyond 64 the gain flattens (group commit)
    private static final Duration JOIN = Duration.ofSeconds(5); // a commit on a busy disk takes far less
    private static final long LOOK_MILLIS = 200; // how soon a full queue notices that the committer has ended

    private record Append(List<EventStream.Accepted> events, CompletableFuture<Long> done) {}

    private final BlockingQueue<Append> waiting = new ArrayBlockingQueue<>(WAITING);
    private final Database database;
    private final long retained;
    private final long slack;
    private final Distribution sizes;
    private final Consumer<Numbering.End> committed;
    private final Thread thread;
    private volatile boolean closed;
    private Numbering.End end; // owned by the thread
    private long trimmed; // owned by the thread
    private boolean unsure; // whether end is where the stream ends; owned by the thread

    /** @param sizes told how many events each commit brought */
    EventCommitter(
            Database database,
            long retained,
            Numbering.End end,
            Distribution sizes,
            Consumer<Numbering.End> committed) {
        this.database = database;
        this.retained = retained;
        this.slack = Math.clamp(retained / 100, 1, 10_000); // trims rarely, and never long at once
        this.end = end;
        this.trimmed = end.sequence() - retained - slack;
        this.sizes = sizes;
        this.committed = committed;
        this.thread = Thread.ofPlatform().name("event-committer").daemon().start(this::run);
    }

    long append(List<EventStream.Accepted> events) throws InterruptedException {
        var append = new Append(List.copyOf(events), new CompletableFuture<>());
        do {
            if (closed) {
                throw ended();
            }
        } while (!waiting.offer(append, LOOK_MILLIS, TimeUnit.MILLISECONDS));
        if (closed) {
            append.done().completeExceptionally(ended()); // the thread may have emptied the queue for the last time
        }
        try {
            return append.done().get();
        } catch (ExecutionException e) {
            throw new DatabaseException("the events were not stored: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(JOIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        List<Append> together = new ArrayList<>();
        try {
            while (!closed) {
                together.add(waiting.take());
                waiting.drainTo(together, TOGETHER - 1);
                commit(together);
                together.clear();
            }
        } catch (InterruptedException e) {
            // closing: fall through and answer those who wait
        }
        waiting.drainTo(together);
        together.forEach(append -> append.done().completeExceptionally(ended()));
    }

    private void commit(List<Append> together) {
        try {
            if (unsure) {
                end = database.transaction(
                        c -> EventRows.end(c, end.partitions().size()));
                committed.accept(end);
                unsure = false;
            }
            var numbering = new Numbering(end);
            together.forEach(append -> append.events().forEach(numbering::place));
            Numbering.End next = numbering.end();
            long old = next.sequence() - retained;
            boolean trims = old >= trimmed + slack;
            database.transaction(c -> {
                EventRows.insert(c, numbering.placed());
                if (trims) {
                    EventRows.deleteUpTo(c, old, next);
                }
                return next;
            });
            trimmed = trims ? old : trimmed;
            sizes.add(next.sequence() - end.sequence());
            end = next;
            committed.accept(next);
            together.forEach(append -> append.done().complete(next.sequence()));
        } catch (RuntimeException e) {
            unsure = true; // a commit whose answer got lost may have been kept
            together.forEach(append -> append.done().completeExceptionally(e));
        }
    }

    private static DatabaseException ended() {
        return new DatabaseException("the event stream is closed");
    }
}
