// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A change and the caller that waits for it. The writer fills in the outcome and tells it; when the writer hangs, the
 * {@link JournalWatch} does. The first outcome that is told stays.
 */
final class Pending {
    final Change change;
    final Thread caller = Thread.currentThread();
    private final long since = System.nanoTime();
    private final CountDownLatch latch = new CountDownLatch(1);
    private long sequence;
    private @Nullable IOException failure;

    Pending(Change change) {
        this.change = change;
    }

    /**
     * It is on disk; {@link #tell} is still to come.
     *
     * @param number of the message; 0 for what is none
     */
    synchronized void done(long number) {
        sequence = number;
    }

    void tell() {
        latch.countDown();
    }

    synchronized void failed(IOException cause) {
        if (!isDone()) {
            failure = cause;
            latch.countDown();
        }
    }

    boolean isDone() {
        return latch.getCount() == 0;
    }

    boolean isOlderThan(Duration patience, long now) {
        return now - since > patience.toNanos();
    }

    /** Not to be hurried by an interrupt: the caller must learn whether its message was taken. */
    long await() throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    latch.await();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return outcome();
    }

    private synchronized long outcome() throws IOException {
        if (failure != null) {
            throw new IOException(failure.getMessage(), failure);
        }
        return sequence;
    }
}
