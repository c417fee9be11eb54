// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import jakarta.json.JsonObject;
import java.io.IOException;

/**
 * Something a technician at the gateway, or the gateway's own hub by a direct method, can ask for. Registered as a service,
 * found by its name; comes and goes with its bundle. May be run by several threads at once.
 */
public interface ControlCommand {
    /** What it is about and what it does, such as {@code leaf.approve}: lower case letters and one point. */
    String name();

    /** In a few words, for the list of all commands. */
    String summary();

    /** Whether it changes something, so that each use goes on record. */
    boolean changes();

    /**
     * Whether the cloud side may ask for it by a direct method of the gateway as well. Such a caller waits half a minute and
     * gets no progress.
     */
    boolean remote();

    /**
     * Does it and returns the result.
     *
     * @param arguments as the caller gave them, not checked yet
     * @param progress takes steps on the way, for commands that last, each with {@code say} for people
     * @throws IllegalArgumentException when the arguments cannot be used; the message says which and why
     * @throws IOException when it could not be done, or the caller has gone
     */
    JsonObject run(JsonObject arguments, Progress progress) throws IOException, InterruptedException;

    /** Told what has been done so far. */
    @FunctionalInterface
    interface Progress {
        /** @throws IOException when the caller has gone: nobody waits for the result any more */
        void tell(JsonObject step) throws IOException;
    }
}
