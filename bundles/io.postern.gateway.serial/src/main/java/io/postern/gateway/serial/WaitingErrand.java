// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import io.postern.gateway.spi.Line;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** An errand from the moment it was given to the line until it is done. */
final class WaitingErrand<T> implements Turn {
    private final String name;
    private final Line.Errand<T> work;
    private final CompletableFuture<T> result = new CompletableFuture<>();

    WaitingErrand(String name, Line.Errand<T> work) {
        this.name = name;
        this.work = work;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Line.Task task() {
        return this::run;
    }

    private void run(Line.Channel channel) throws IOException, InterruptedException {
        try {
            result.complete(work.run(channel));
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            result.completeExceptionally(e);
            throw e;
        }
    }

    void refuse(IOException why) {
        result.completeExceptionally(why);
    }

    /** Waits for the end. */
    T result() throws IOException, InterruptedException {
        try {
            return result.get();
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            switch (cause) {
                case IOException failed -> throw failed; // callers tell its kinds apart
                case RuntimeException failed -> throw failed;
                case InterruptedException failed -> throw new IOException(name + " was broken off", failed);
                default -> throw new IOException(name + " broke: " + cause, cause);
            }
        }
    }
}
