// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.endpoint.EventLoops;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** Writes one client's events, one write at a time: what the client does not read holds its source back. */
final class VertxSink implements ServerSentEvents.Sink {
    /** A client that takes nothing for this long is gone or broken; it comes back with the id it saw last. */
    private static final Duration SLOWEST = Duration.ofSeconds(30);

    private final HttpServerResponse response;

    VertxSink(HttpServerResponse response) {
        this.response = response;
    }

    /** Sends the headers, so that the client knows at once that it was let in. */
    void open() throws IOException {
        response.setChunked(true).putHeader("Content-Type", "text/event-stream").putHeader("Cache-Control", "no-store");
        heartbeat();
    }

    @Override
    public void send(List<ServerSentEvents.Event> events) throws IOException {
        if (!events.isEmpty()) {
            write(events.stream().map(ServerSentEvents.Event::encode).collect(Collectors.joining()));
        }
    }

    @Override
    public void heartbeat() throws IOException {
        write(": heartbeat\n\n");
    }

    private void write(String text) throws IOException {
        if (response.closed()) {
            throw new IOException("the client has left");
        }
        EventLoops.await(response.write(text), SLOWEST);
    }
}
