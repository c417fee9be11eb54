// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.HubEvent;
import io.postern.cloud.hub.Permission;
import io.postern.wire.Shown;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Accepted telemetry as it comes (HUB-27): {@code GET /events?from=N} with ServiceConnect, as server-sent events.
 *
 * <p>Without {@code from} the stream starts with the next event; a {@code Last-Event-ID} header goes on behind the event
 * it names. The stream ends when its token expires or its policy no longer allows it; clients come back with a new one.
 */
public final class EventsRoute implements Route {
    private static final int BATCH = 100; // events written at once; the hub gives no more than about 4 MB of them
    private static final Duration HEARTBEAT = Duration.ofSeconds(15); // well below the idle limits of proxies, 60 s

    private final Hub hub;
    private final HubDoor door;

    public EventsRoute(Hub hub, ErrorReplies errors) {
        this.hub = hub;
        this.door = new HubDoor(hub.gatekeeper(), errors);
    }

    @Override
    public Optional<Answer> handle(Request request) {
        if (!request.host().equals(hub.name().text())
                || !request.has(0, "events")
                || request.segments().size() != 1) {
            return Optional.empty();
        }
        return Optional.of(
                request.method().equals("GET")
                        ? door.permitted(request, Permission.SERVICE_CONNECT, () -> stream(request))
                        : door.wrongMethod(request, "GET"));
    }

    private ServerSentEvents stream(Request request) {
        long from = from(request);
        return new ServerSentEvents(sink -> run(request, from, sink));
    }

    private void run(Request request, long from, ServerSentEvents.Sink sink) throws IOException, InterruptedException {
        long next = from;
        while (door.stillPermits(request, Permission.SERVICE_CONNECT)) {
            List<HubEvent> events = hub.events().await(next, BATCH, HEARTBEAT);
            if (events.isEmpty()) {
                sink.heartbeat();
            } else {
                sink.send(events.stream().map(EventsRoute::event).toList());
                next = events.getLast().sequence() + 1;
            }
        }
    }

    private static ServerSentEvents.Event event(HubEvent event) {
        return new ServerSentEvents.Event(
                Long.toString(event.sequence()), EventJson.of(event).toString());
    }

    private long from(Request request) {
        return request.header("Last-Event-ID")
                .map(id -> number("Last-Event-ID", id) + 1)
                .or(() -> Optional.ofNullable(request.query().get("from")).map(text -> number("from", text)))
                .orElseGet(() -> hub.events().last() + 1);
    }

    private static long number(String name, String text) {
        if (!text.matches("[0-9]{1,18}")) {
            throw new IllegalArgumentException(name + " is the number of an event, not \"" + Shown.of(text) + "\"");
        }
        return Long.parseLong(text);
    }
}
