// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Looks at the time for all who wait, a few times a second: those who wait for messages as long as they want, and those
 * who wait for a writer that hangs in its disk. A timer for each of them would cost more than what they wait for.
 */
final class JournalWatch implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(200); // waits are of seconds

    private final Journal journal;
    private final Supplier<List<Collection<Pending>>> waiting;
    private final Duration patience;
    private final String place;
    private final Thread thread;
    private volatile boolean closed;

    /**
     * @param waiting those who wait for the writer: with it, and in its queue
     * @param patience how long they do
     */
    JournalWatch(Journal journal, Supplier<List<Collection<Pending>>> waiting, Duration patience, String place) {
        this.journal = journal;
        this.waiting = waiting;
        this.patience = patience;
        this.place = place;
        thread = Thread.ofVirtual().name("store-watch").start(this::run);
    }

    private void run() {
        while (!closed) {
            LockSupport.parkNanos(LOOK.toNanos());
            long now = System.nanoTime();
            journal.remind(now);
            for (Collection<Pending> some : waiting.get()) {
                some.stream()
                        .filter(pending -> pending.isOlderThan(patience, now))
                        .forEach(pending -> pending.failed(new IOException("the store " + place
                                + " has not answered for " + patience.toSeconds() + " s; is its disk failing?")));
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
