// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import java.io.IOException;
import java.util.List;

/**
 * An answer of server-sent events (HTML Living Standard, 9.2) that lasts until the client leaves or the source returns.
 *
 * @param source runs on a virtual thread of its own, which is interrupted when the client leaves or the listener stops
 */
public record ServerSentEvents(Source source) implements Answer {

    /** Where the events come from. */
    @FunctionalInterface
    public interface Source {
        /**
         * Sends events until there are no more.
         *
         * @throws IOException the sink's, passed on: the client has left or reads too slowly
         */
        void run(Sink sink) throws IOException, InterruptedException;
    }

    /** One client's end of the stream. Nothing is kept for a slow client: each call waits until the last was written. */
    public interface Sink {
        /** @throws IOException when the client has left or does not read */
        void send(List<Event> events) throws IOException;

        /** A comment line: keeps the connection alive and notices a client that has gone. */
        void heartbeat() throws IOException;
    }

    /**
     * One event.
     *
     * @param id where a client that comes back goes on from
     * @param data one line
     */
    public record Event(String id, String data) {
        public Event {
            if (id.indexOf('\n') >= 0 || data.indexOf('\n') >= 0) {
                throw new IllegalArgumentException("an event's id and data are one line each");
            }
        }

        String encode() {
            return "id: " + id + "\ndata: " + data + "\n\n";
        }
    }
}
