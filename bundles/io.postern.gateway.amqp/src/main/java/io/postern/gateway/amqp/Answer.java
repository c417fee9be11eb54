// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** What one thread waits for and the connection's own brings, or says why not; the first word counts. */
final class Answer<T> {
    private final CompletableFuture<T> future = new CompletableFuture<>();

    void bring(T value) {
        future.complete(value);
    }

    void fail(IOException why) {
        future.completeExceptionally(why);
    }

    /** What to do when it is there, or will not come; done by whoever brings it. */
    void whenThere(Consumer<T> good, Consumer<IOException> bad) {
        future.whenComplete((value, failure) -> {
            if (failure == null) {
                good.accept(value);
            } else {
                bad.accept(failure instanceof IOException why ? why : new IOException(failure));
            }
        });
    }

    boolean isThere() {
        return future.isDone();
    }

    /**
     * Waits for it, for as long as the connection has patience.
     *
     * @throws IOException why it will not come
     */
    T await() throws IOException, InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw why(e);
        }
    }

    private static IOException why(ExecutionException e) {
        return e.getCause() instanceof IOException why ? why : new IOException(e.getCause());
    }

    /**
     * Waits for it.
     *
     * @throws IOException why it will not come, or that it did not come in time
     */
    T await(Duration atMost) throws IOException, InterruptedException {
        try {
            return future.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + atMost.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw why(e);
        }
    }
}
