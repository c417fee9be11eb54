// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.EventStream;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.HubEvent;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.events.ConsumerGroup;
import io.postern.cloud.hub.events.ConsumerGroups;
import io.postern.cloud.hub.events.ReaderReply;
import io.postern.wire.Shown;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Accepted telemetry as it comes (HUB-27): {@code GET /events} with ServiceConnect, as server-sent events.
 *
 * <p>Without more it is the whole stream in the order of acceptance, {@code from} a sequence number; with
 * {@code partition} that partition, {@code from} an offset; {@code since} a time instead. Without a start it begins with
 * the next event; a {@code Last-Event-ID} header goes on behind the event it names. With {@code group} too it counts
 * among the readers of a consumer group. The stream ends when its token expires or its policy no longer allows it;
 * clients come back with a new one.
 */
public final class EventsRoute implements Route {
    private static final int BATCH = 100; // events read at once; the hub gives no more than about 1 MB of them
    private static final int SLICE = 64 * 1024; // characters written at once, or the one event that is longer
    private static final Duration LOOK = Duration.ofSeconds(2); // how soon a token that opens nothing more is noticed
    private static final Duration HEARTBEAT = Duration.ofSeconds(15); // well below the idle limits of proxies, 60 s

    private final Hub hub;
    private final HubDoor door;

    public EventsRoute(Hub hub, ErrorReplies errors) {
        this.hub = hub;
        this.door = HubDoor.of(hub, errors);
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

    /** What a follower reads, and how an event is numbered there. */
    private sealed interface View {
        long next();

        long firstSince(Instant time);

        List<HubEvent> await(long from) throws InterruptedException;

        long number(HubEvent event);

        record Whole(EventStream events) implements View {
            @Override
            public long next() {
                return events.last() + 1;
            }

            @Override
            public long firstSince(Instant time) {
                return events.firstSince(time);
            }

            @Override
            public List<HubEvent> await(long from) throws InterruptedException {
                return events.await(from, BATCH, LOOK);
            }

            @Override
            public long number(HubEvent event) {
                return event.sequence();
            }
        }

        record Partition(EventStream events, int partition) implements View {
            @Override
            public long next() {
                return events.lastOf(partition) + 1;
            }

            @Override
            public long firstSince(Instant time) {
                return events.firstSince(partition, time);
            }

            @Override
            public List<HubEvent> await(long from) throws InterruptedException {
                return events.await(partition, from, BATCH, LOOK);
            }

            @Override
            public long number(HubEvent event) {
                return event.offset();
            }
        }
    }

    private Answer stream(Request request) {
        OptionalInt partition = partition(request);
        View view = partition.isPresent()
                ? new View.Partition(hub.events(), partition.getAsInt())
                : new View.Whole(hub.events());
        long from = from(request, view);
        Optional<ConsumerGroup> group =
                Optional.ofNullable(request.query().get("group")).map(ConsumerGroup::of);
        if (group.isEmpty()) {
            return new ServerSentEvents(sink -> run(request, view, from, new AtomicBoolean(), sink));
        }
        if (partition.isEmpty()) {
            throw new IllegalArgumentException("a consumer group is read by partition: name one of 0 to "
                    + (hub.events().partitions() - 1) + " in partition");
        }
        return streamOf(group.get(), partition.getAsInt(), request, view, from);
    }

    private Answer streamOf(ConsumerGroup group, int partition, Request request, View view, long from) {
        if (hub.consumerGroups().find(group).isEmpty()) {
            return door.refuse(request, 404_000, "NotFound", "there is no consumer group " + group);
        }
        var over = new AtomicBoolean();
        Supplier<ReaderReply> seat =
                () -> hub.consumerGroups().open(group, partition, OptionalLong.empty(), _ -> over.set(true));
        if (!(seat.get() instanceof ReaderReply.Reading(ReaderReply.Lease free))) {
            return door.refuse(
                    request,
                    409_002,
                    "LinkCreationConflict",
                    "partition " + partition + " has " + ConsumerGroups.MOST_READERS + " readers of consumer group "
                            + group + ", or one with an epoch that has it to itself");
        }
        free.close(); // whether the stream is ever begun is not known here
        return new ServerSentEvents(sink -> {
            if (seat.get() instanceof ReaderReply.Reading(ReaderReply.Lease lease)) {
                try (lease) {
                    run(request, view, from, over, sink);
                }
            }
        });
    }

    private void run(Request request, View view, long from, AtomicBoolean over, ServerSentEvents.Sink sink)
            throws IOException, InterruptedException {
        long next = from;
        long written = System.nanoTime();
        while (!over.get() && hub.events().isOpen()) {
            List<HubEvent> events = view.await(next);
            if (!door.stillPermits(request, Permission.SERVICE_CONNECT)) {
                return; // asked behind the wait: what came meanwhile is not for this client any more
            }
            if (!events.isEmpty()) {
                send(events, view, sink);
                next = view.number(events.getLast()) + 1;
                written = System.nanoTime();
            } else if (System.nanoTime() - written >= HEARTBEAT.toNanos()) {
                sink.heartbeat();
                written = System.nanoTime();
            }
        }
    }

    /** In slices: a client that does not read holds up no more than one in the shape it is sent in. */
    private static void send(List<HubEvent> events, View view, ServerSentEvents.Sink sink) throws IOException {
        List<ServerSentEvents.Event> slice = new ArrayList<>();
        int length = 0;
        for (HubEvent event : events) {
            ServerSentEvents.Event next = event(event, view);
            slice.add(next);
            length += next.data().length();
            if (length >= SLICE) {
                sink.send(slice);
                slice.clear();
                length = 0;
            }
        }
        sink.send(slice);
    }

    private static ServerSentEvents.Event event(HubEvent event, View view) {
        return new ServerSentEvents.Event(
                Long.toString(view.number(event)), EventJson.of(event).toString());
    }

    private OptionalInt partition(Request request) {
        String text = request.query().get("partition");
        if (text == null) {
            return OptionalInt.empty();
        }
        long number = number("partition", text);
        if (number >= hub.events().partitions()) {
            throw new IllegalArgumentException("there is no partition " + number + ", only 0 to "
                    + (hub.events().partitions() - 1));
        }
        return OptionalInt.of((int) number);
    }

    private static long from(Request request, View view) {
        return request.header("Last-Event-ID")
                .map(id -> number("Last-Event-ID", id) + 1)
                .or(() -> Optional.ofNullable(request.query().get("from")).map(text -> number("from", text)))
                .or(() -> Optional.ofNullable(request.query().get("since")).map(text -> view.firstSince(time(text))))
                .orElseGet(view::next);
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "since is a time like 2026-03-01T08:00:00Z, not \"" + Shown.of(text) + "\"", e);
        }
    }

    static long number(String name, String text) {
        if (!text.matches("[0-9]{1,18}")) {
            throw new IllegalArgumentException(name + " is a whole number, not \"" + Shown.of(text) + "\"");
        }
        return Long.parseLong(text);
    }
}
