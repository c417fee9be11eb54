// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A change and the caller that waits for it. The writer fills in the outcome before it opens the latch. */
final class Pending {
    final Change change;
    long sequence;
    private final CountDownLatch latch = new CountDownLatch(1);
    private @Nullable IOException failure;

    Pending(Change change) {
        this.change = change;
    }

    void done() {
        latch.countDown();
    }

    void failed(IOException cause) {
        failure = cause;
        latch.countDown();
    }

    /** Not to be hurried by an interrupt: the caller must learn whether its message was taken. */
    long await(Duration patience, Path file) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    if (!latch.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                        throw new IOException("the store " + file + " has not answered for " + patience.toSeconds()
                                + " s; is its disk failing?");
                    }
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
        if (failure != null) {
            throw new IOException(failure.getMessage(), failure.getCause());
        }
        return sequence;
    }
}
