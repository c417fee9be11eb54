// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.diagnostics.OperationLog;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * {@code GET /operations} of a hub's host with ServiceConnect (SEC-16): what happens in this hub, line by line as in the
 * log of operations, as server-sent events. Begins with the next line, or behind the one that {@code Last-Event-ID} or
 * {@code from} names as long as it is at hand.
 */
final class OperationsRoute implements Route {
    private static final int BATCH = 256;
    private static final Duration HEARTBEAT = Duration.ofSeconds(15); // as with events

    private final Hub hub;
    private final HubDoor door;

    OperationsRoute(Hub hub, ErrorReplies errors) {
        this.hub = hub;
        this.door = HubDoor.of(hub, errors);
    }

    @Override
    public Optional<Answer> handle(Request request) {
        if (!request.host().equals(hub.name().text())
                || !request.has(0, "operations")
                || request.segments().size() != 1) {
            return Optional.empty();
        }
        return Optional.of(
                request.method().equals("GET")
                        ? door.permitted(request, Permission.SERVICE_CONNECT, () -> stream(request))
                        : door.wrongMethod(request, "GET"));
    }

    private Answer stream(Request request) {
        OperationLog log = hub.diagnostics().log();
        long from = request.header("Last-Event-ID")
                .map(id -> EventsRoute.number("Last-Event-ID", id) + 1)
                .or(() ->
                        Optional.ofNullable(request.query().get("from")).map(text -> EventsRoute.number("from", text)))
                .orElseGet(() -> log.last() + 1);
        return new ServerSentEvents(sink -> run(request, log, from, sink));
    }

    private void run(Request request, OperationLog log, long from, ServerSentEvents.Sink sink)
            throws IOException, InterruptedException {
        long next = from;
        while (hub.events().isOpen() && door.stillPermits(request, Permission.SERVICE_CONNECT)) {
            List<OperationLog.Line> lines = log.await(next, BATCH, HEARTBEAT);
            List<ServerSentEvents.Event> own = lines.stream()
                    .filter(line -> line.operation().hub().equals(hub.name()))
                    .map(line -> new ServerSentEvents.Event(
                            Long.toString(line.number()),
                            line.operation().toJson().toString()))
                    .toList();
            if (own.isEmpty()) {
                sink.heartbeat();
            } else {
                sink.send(own);
            }
            next = lines.isEmpty() ? next : lines.getLast().number() + 1;
        }
    }
}
