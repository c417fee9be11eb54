// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.service;

import io.postern.cloud.endpoint.amqp.AmqpError;
import io.postern.cloud.endpoint.amqp.LinkAnswer;
import io.postern.cloud.endpoint.amqp.Outlet;
import io.postern.cloud.endpoint.amqp.Refusals;
import io.postern.cloud.hub.EventStream;
import io.postern.cloud.hub.HubEvent;
import io.postern.cloud.hub.events.EventReader;
import io.postern.cloud.hub.events.ReaderReply;
import io.postern.cloud.store.DatabaseException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Gives one reader the events of one partition, on a virtual thread of its own. No more is read from the stream than the
 * client has room for, so a reader that is slow, or does not read at all, costs a page.
 */
final class EventFeed implements LinkAnswer.Giver, EventReader {
    static final String STOLEN = "amqp:link:stolen"; // spec: AMQP 1.0 Part 2, 2.8.18

    private static final Duration LOOK = Duration.ofSeconds(2); // how soon a token that opens nothing more is noticed
    private static final int PAGE = 100; // events; the stream gives no more than about 1 MB of them

    private final EventStream events;
    private final int partition;
    private final Supplier<Optional<String>> flaw;
    private final Refusals refusals;
    private final Semaphore woken = new Semaphore(0);
    private volatile boolean over;
    private Optional<AmqpError> end = Optional.empty(); // guarded by this
    private Optional<Outlet> outlet = Optional.empty(); // guarded by this
    private Optional<ReaderReply.Lease> lease = Optional.empty(); // guarded by this
    private long next; // owned by the thread once it runs

    /** @param flaw why the reader may read no longer, if it may not */
    EventFeed(EventStream events, int partition, long first, Supplier<Optional<String>> flaw, Refusals refusals) {
        this.events = events;
        this.partition = partition;
        this.next = first;
        this.flaw = flaw;
        this.refusals = refusals;
    }

    /** Its place in the consumer group, to be left with the link. */
    synchronized void holds(ReaderReply.Lease place) {
        lease = Optional.of(place);
    }

    @Override
    public synchronized void attached(Outlet to) {
        outlet = Optional.of(to);
        if (end.isPresent()) {
            to.detach(end.get());
        } else if (!over) {
            Thread.ofVirtual().name("event-feed").start(() -> run(to));
        }
    }

    @Override
    public void ready() {
        woken.release();
    }

    @Override
    public void detached() {
        over = true;
        woken.release();
        Optional<ReaderReply.Lease> place;
        synchronized (this) {
            place = lease;
        }
        place.ifPresent(ReaderReply.Lease::close);
    }

    @Override
    public void ended(End why) {
        detach(
                switch (why) {
                    case DISPLACED ->
                        refusals.of(
                                STOLEN,
                                409_002,
                                "LinkCreationConflict",
                                "another reader came to the partition with a higher or the same epoch");
                    case GROUP_DELETED ->
                        refusals.of(AmqpError.NOT_FOUND, 404_000, "NotFound", "the consumer group was deleted");
                });
    }

    boolean isOver() {
        return over;
    }

    private synchronized void detach(AmqpError why) {
        end = Optional.of(why);
        over = true;
        woken.release();
        outlet.ifPresent(to -> to.detach(why));
    }

    private void run(Outlet to) {
        try {
            while (!over && events.isOpen()) {
                Optional<String> reason = flaw.get();
                if (reason.isPresent()) {
                    detach(refusals.unauthorized(reason.get()));
                } else {
                    give(to);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (DatabaseException e) {
            if (events.isOpen()) {
                detach(refusals.failed(e));
            }
        }
    }

    private void give(Outlet to) throws InterruptedException {
        long look = System.nanoTime() + LOOK.toNanos();
        while (!over && System.nanoTime() - look < 0) {
            int room = to.room();
            if (room == 0) {
                woken.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                woken.drainPermits();
                continue;
            }
            List<HubEvent> page = events.await(partition, next, Math.min(room, PAGE), LOOK);
            for (HubEvent event : page) {
                if (over || !to.offer(EventMessages.of(event))) {
                    return; // the link has gone, or tells when it takes more
                }
                next = event.offset() + 1;
            }
        }
    }
}
