// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The hub's accepted telemetry, in order and without gaps, across lost connections.
 *
 * <p>One virtual thread reads; {@link #next} is for one other thread. A slow taker slows the reader down, never loses.
 */
public final class EventStream implements AutoCloseable {
    /** In place of a sequence number: whatever comes next. */
    static final long NEXT = -1;

    private static final int AHEAD = 256; // events read but not yet taken; at 256 KB each 64 MB in the worst case
    private static final Duration QUIET =
            Duration.ofSeconds(60); // a dead line is noticed by then; reconnecting is cheap
    private static final long FIRST_WAIT_MS = 250;
    private static final long LONGEST_WAIT_MS = 10_000; // an operator looks at the screen: never away for longer
    private static final Duration END = Duration.ofSeconds(5); // for the reader to notice a cut socket

    private sealed interface Arrival {
        record Event(TelemetryEvent event) implements Arrival {}

        record Refused(ServiceException why) implements Arrival {}
    }

    private final ServiceClient hub;
    private final Consumer<String> notices;
    private final BlockingQueue<Arrival> arrivals = new ArrayBlockingQueue<>(AHEAD);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile LiveAnswer current;
    private final Thread reader;
    private long wanted; // owned by the reader once it runs

    private EventStream(ServiceClient hub, long from, Consumer<String> notices) throws ServiceException {
        this.hub = hub;
        this.wanted = from;
        this.notices = notices;
        this.current = connect();
        this.reader = Thread.ofVirtual().name("events").unstarted(this::run);
    }

    static EventStream open(ServiceClient hub, long from, Consumer<String> notices) throws ServiceException {
        var stream = new EventStream(hub, from, notices);
        stream.reader.start();
        return stream;
    }

    /**
     * The next event; empty when none came within {@code wait}.
     *
     * @throws ServiceException when the hub no longer lets us in; the stream is over then
     */
    public Optional<TelemetryEvent> next(Duration wait) throws ServiceException, InterruptedException {
        return switch (arrivals.poll(wait.toNanos(), TimeUnit.NANOSECONDS)) {
            case null -> Optional.empty();
            case Arrival.Event(var event) -> Optional.of(event);
            case Arrival.Refused refused -> {
                arrivals.add(refused); // the reader is gone: every later call hears the same
                throw refused.why();
            }
        };
    }

    /** Ends the reader and its connection. */
    @Override
    public void close() {
        closed.countDown();
        reader.interrupt();
        cut();
        try {
            reader.join(END);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            read();
            long wait = FIRST_WAIT_MS;
            while (!closed.await(wait, TimeUnit.MILLISECONDS)) {
                wait = reconnect() ? FIRST_WAIT_MS : Math.min(2 * wait, LONGEST_WAIT_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // close() asks for the end this way
        }
    }

    /** One more connection, read to its end; whether it could be made. */
    private boolean reconnect() throws InterruptedException {
        try {
            current = connect();
        } catch (ServiceException e) {
            if (e.status().orElse(500) < 500 && e.status().orElse(500) != 429) {
                arrivals.put(new Arrival.Refused(e));
                closed.countDown();
            } else {
                notices.accept(e.getMessage() + "; trying again");
            }
            return false;
        }
        read();
        return true;
    }

    private LiveAnswer connect() throws ServiceException {
        return hub.stream(wanted == NEXT ? "/events" : "/events?from=" + wanted, QUIET);
    }

    private void read() throws InterruptedException {
        var parser = new SseParser();
        byte[] octets = new byte[8192];
        try {
            InputStream body = current.body();
            for (int length = body.read(octets); length >= 0; length = body.read(octets)) {
                for (String text : parser.feed(octets, length)) {
                    accept(TelemetryEvent.parse(text));
                }
            }
            // an end in good order: our token ran out, the next connection brings a new one
        } catch (SocketTimeoutException _) {
            // QUIET: nothing was said, perhaps there was nothing to say
        } catch (IOException | IllegalArgumentException e) {
            report("the event stream broke off (" + e.getMessage() + ")");
        } finally {
            cut();
        }
    }

    private void accept(TelemetryEvent event) throws InterruptedException {
        if (event.sequence() >= wanted) { // a hub may repeat its last event after a reconnect
            arrivals.put(new Arrival.Event(event));
            wanted = event.sequence() + 1;
        }
    }

    private void report(String what) {
        if (closed.getCount() > 0) {
            notices.accept(what + "; connecting again" + (wanted == NEXT ? "" : " from sequence " + wanted));
        }
    }

    private void cut() {
        try {
            current.close();
        } catch (IOException e) {
            notices.accept("closing the event stream failed: " + e.getMessage());
        }
    }
}
