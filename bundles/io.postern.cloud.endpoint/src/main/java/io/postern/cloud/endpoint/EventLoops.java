// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.impl.VertxBuilder;
import io.vertx.core.net.impl.ConnectionBase;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The event loops both listeners run on. They move bytes; whatever may block goes to virtual threads. */
public final class EventLoops {
    private static final Duration CLOSING = Duration.ofSeconds(10);

    private EventLoops() {}

    /** Fresh event loops, two per processor. The caller closes them with {@link #close}. */
    public static Vertx start() {
        return start(DoorwayLimits.USUAL);
    }

    /** @param limits of each listener on them */
    public static Vertx start(DoorwayLimits limits) {
        // listeners look no names up; without this the missing DNS client is announced at every start
        System.setProperty("vertx.disableDnsResolver", "true");
        var options = new VertxOptions()
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false));
        return new VertxBuilder(options)
                .findTransport(new DoorwayTransport(limits))
                .init()
                .vertx();
    }

    /** The other side of a connection has proven who it is, see {@link DoorwayLimits}. Idempotent. */
    public static void proven(HttpConnection connection) {
        DoorwayChannel.proven(((ConnectionBase) connection).channel());
    }

    public static void close(Vertx vertx) {
        try {
            await(vertx.close(), CLOSING);
        } catch (IOException e) {
            throw new IllegalStateException("the event loops did not stop within " + CLOSING.toSeconds() + " s", e);
        }
    }

    /**
     * Waits for what an event loop does; never to be called on one.
     *
     * @throws IOException with the loop's own failure as its cause, or when {@code limit} has passed
     */
    public static <T> T await(Future<T> future, Duration limit) throws IOException {
        try {
            return future.toCompletionStage().toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(String.valueOf(cause.getMessage()), cause);
        } catch (TimeoutException e) {
            throw new IOException("not done within " + limit.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
