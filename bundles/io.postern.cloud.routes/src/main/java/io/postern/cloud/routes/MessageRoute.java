// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import io.postern.cloud.hub.EventStream;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.HubEvent;
import io.postern.cloud.hub.query.Condition;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.DatabaseException;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one hub's events and delivers those its condition holds for, in order and at least once, on a thread of its
 * own. What cannot be delivered for too long, or is refused, becomes a dead letter; nothing is dropped in silence.
 */
public final class MessageRoute implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MessageRoute.class);
    private static final Duration FOLLOW = Duration.ofSeconds(10); // an idle look; anything new ends it
    private static final Duration CHECKPOINT = Duration.ofSeconds(1); // a commit is dear; a kill costs this much twice
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final Duration GOODBYE = Duration.ofSeconds(5);

    /** What the route does, and with what. */
    record Parts(
            RouteSettings settings,
            Hub hub,
            RouteTarget target,
            Checkpoints checkpoints,
            DeadLetters deadLetters,
            Waiting waiting,
            InstantSource clock,
            LongSupplier nanoTime,
            RandomGenerator random) {}

    /** Lets time pass. */
    interface Waiting {
        void take(Duration time) throws InterruptedException;
    }

    private final Parts parts;
    private final RouteSettings settings;
    private final EventStream stream;
    private final Condition condition;
    private final Thread thread;
    private final AtomicBoolean again = new AtomicBoolean();
    private final AtomicLong delivered = new AtomicLong();
    private final AtomicLong passed = new AtomicLong();
    private final AtomicLong dead = new AtomicLong();
    private volatile long done;
    private volatile Optional<RouteState.Trouble> trouble = Optional.empty();
    private long noted; // checkpoint in the database; of the thread
    private long notedAt; // of the thread
    private boolean stumbled; // over something else than the target; of the thread

    /**
     * A route that {@link Routes#start} sets going.
     *
     * @param database keeps how far the route has come
     * @throws IllegalArgumentException naming the key whose value cannot be used
     * @throws IOException when a file or folder cannot be used
     */
    public static MessageRoute open(RouteConfig config, Hub hub, Database database, RouteTargetFactory kind)
            throws IOException {
        RouteSettings settings = RouteSettings.of(config);
        var deadLetters = new DeadLetters(
                settings.deadLetters().resolve(hub.name().text()), settings.name(), DeadLetters.LARGEST);
        return new MessageRoute(new Parts(
                settings,
                hub,
                kind.open(config),
                new Checkpoints(database),
                deadLetters,
                Thread::sleep,
                InstantSource.system(),
                System::nanoTime,
                new SecureRandom()));
    }

    MessageRoute(Parts parts) {
        this.parts = parts;
        this.settings = parts.settings();
        this.stream = parts.hub().events();
        this.condition = settings.condition();
        this.done = begin();
        this.noted = -1;
        this.notedAt = parts.nanoTime().getAsLong();
        this.thread = Thread.ofVirtual().name("route-" + settings.name()).unstarted(this::run);
    }

    /** A checkpoint behind the end is of a stream that was lost: what stands in the one at hand was never seen. */
    private long begin() {
        OptionalLong known = parts.checkpoints().of(parts.hub().name(), settings.name());
        if (known.isPresent() && known.getAsLong() > stream.last()) {
            LOG.atWarn()
                    .addKeyValue("route", settings.name())
                    .addKeyValue("checkpoint", known.getAsLong())
                    .addKeyValue("last", stream.last())
                    .log("the hub's events end before the route's checkpoint, it begins with the oldest of them");
            return 0;
        }
        return known.orElseGet(() -> settings.fromOldest() ? 0 : stream.last());
    }

    void start() {
        again.set(parts.deadLetters().isTaken());
        note(); // a new route begins here, also when the process dies before its first message
        thread.start();
    }

    public RouteState state() {
        Optional<RouteState.Trouble> known = trouble; // first, so that what follows is no older
        return new RouteState(
                settings.name(),
                parts.hub().name().text(),
                settings.target(),
                settings.conditionText(),
                delivered.get(),
                passed.get(),
                dead.get(),
                done,
                Math.max(0, stream.last() - done),
                known);
    }

    /** The first dead letters, as they stand in the file. */
    public List<JsonObject> deadLetters(int most) throws IOException {
        return parts.deadLetters().first(most);
    }

    /** Delivers the dead letters once more, as the next thing; those that fail again are dead letters again. */
    public void deliverAgain() {
        again.set(true);
        stream.wake();
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            if (thread.getState() != Thread.State.NEW && !thread.join(GOODBYE)) {
                LOG.atWarn().addKeyValue("route", settings.name()).log("the route does not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        parts.target().close();
    }

    private void run() {
        try {
            while (stream.isOpen()) {
                step();
            }
        } catch (InterruptedException e) {
            LOG.atDebug().addKeyValue("route", settings.name()).log("the route ends");
        }
        try {
            note();
        } catch (DatabaseException e) {
            LOG.atDebug()
                    .setCause(e)
                    .addKeyValue("route", settings.name())
                    .log("the next start delivers a little twice");
        }
    }

    /** Whatever fails, database, disk or target, a route goes on: it waits and tries again from its checkpoint. */
    private void step() throws InterruptedException {
        try {
            if (again.getAndSet(false)) {
                redeliver();
            }
            Duration wait = noted == done ? FOLLOW : CHECKPOINT;
            List<HubEvent> events = stream.await(done + 1, settings.batch(), wait, again::get);
            if (!events.isEmpty() && !again.get()) { // else they come after the dead letters
                route(events);
            }
            if (parts.nanoTime().getAsLong() - notedAt > CHECKPOINT.toNanos()) {
                note();
            }
            if (stumbled) {
                stumbled = false;
                trouble = Optional.empty();
            }
        } catch (IOException | RuntimeException e) {
            stumbled = true;
            failed(1, e.getMessage(), e instanceof RuntimeException ? e : null);
            again.set(again.get() || parts.deadLetters().isTaken());
            parts.waiting().take(LONGEST_PAUSE);
        }
    }

    private void route(List<HubEvent> events) throws IOException, InterruptedException {
        long first = events.getFirst().sequence();
        if (first > done + 1) {
            parts.deadLetters().addGap(done + 1, first - 1, parts.clock().instant());
            LOG.atError()
                    .addKeyValue("route", settings.name())
                    .addKeyValue("from", done + 1)
                    .addKeyValue("to", first - 1)
                    .log(
                            "events were gone before the route came to them; keep more (retainedEvents) or mend its target");
        }
        List<RoutedMessage> wanted = events.stream()
                .filter(event -> condition.holds(RoutedMessage.asked(event, parts.hub())))
                .map(RoutedMessage::of)
                .toList();
        passed.addAndGet(events.size() - wanted.size());
        if (!wanted.isEmpty()) {
            deliver(wanted);
        }
        done = events.getLast().sequence();
    }

    private void note() {
        if (noted != done) {
            parts.checkpoints().set(parts.hub().name(), settings.name(), done);
            noted = done;
        }
        notedAt = parts.nanoTime().getAsLong();
    }

    /** Returns when all are delivered or dead. */
    private void deliver(List<RoutedMessage> messages) throws IOException, InterruptedException {
        long begun = parts.nanoTime().getAsLong();
        for (int tries = 1; ; tries++) {
            try {
                parts.target().deliver(messages);
                delivered.addAndGet(messages.size());
                trouble = Optional.empty();
                return;
            } catch (DeliveryException e) {
                if (e.isRefused()) {
                    refused(messages, e);
                    return;
                }
                failed(tries, e.getMessage(), null);
                if (parts.nanoTime().getAsLong() - begun > settings.deliverFor().toNanos()) {
                    bury(messages, "not delivered within " + settings.deliverFor() + ", last: " + e.getMessage());
                    return;
                }
                parts.waiting().take(e.retryAfter().orElseGet(this::pause));
            }
        }
    }

    /** One message that is refused must not take its neighbours along. */
    private void refused(List<RoutedMessage> messages, DeliveryException refusal)
            throws IOException, InterruptedException {
        if (messages.size() == 1) {
            trouble = Optional.empty(); // it is there, and takes others
            bury(messages, String.valueOf(refusal.getMessage()));
            return;
        }
        int half = messages.size() / 2;
        deliver(messages.subList(0, half));
        deliver(messages.subList(half, messages.size()));
    }

    private void bury(List<RoutedMessage> messages, String reason) throws IOException {
        parts.deadLetters().add(messages, reason, parts.clock().instant());
        dead.addAndGet(messages.size());
        LOG.atWarn()
                .addKeyValue("route", settings.name())
                .addKeyValue("messages", messages.size())
                .addKeyValue("file", parts.deadLetters().file())
                .log("messages became dead letters: " + reason);
    }

    private void redeliver() throws IOException, InterruptedException {
        parts.deadLetters().take();
        try (DeadLetters.Taken taken = parts.deadLetters().taken()) {
            while (true) {
                List<RoutedMessage> batch = taken.next(settings.batch());
                if (batch.isEmpty()) {
                    break;
                }
                deliver(batch);
            }
        }
        parts.deadLetters().forgetTaken();
    }

    private void failed(int tries, @Nullable String reason, @Nullable Exception unexpected) {
        Instant since = trouble.map(RouteState.Trouble::since)
                .orElseGet(() -> parts.clock().instant());
        int all = trouble.map(RouteState.Trouble::tries).orElse(0) + 1;
        trouble = Optional.of(new RouteState.Trouble(since, all, String.valueOf(reason)));
        if (tries == 1) {
            LOG.atWarn()
                    .setCause(unexpected)
                    .addKeyValue("route", settings.name())
                    .log("the route does not deliver, it tries again: " + reason);
        }
    }

    /** Doubles up to a minute, and is a little random, so that routes that lost one target do not come back together. */
    private Duration pause() {
        int tries = trouble.map(RouteState.Trouble::tries).orElse(1);
        long span = FIRST_PAUSE.toNanos();
        for (int i = 1; i < tries && span < LONGEST_PAUSE.toNanos(); i++) {
            span *= 2;
        }
        span = Math.min(span, LONGEST_PAUSE.toNanos());
        return Duration.ofNanos(parts.random().nextLong(span / 2, span + 1));
    }
}
