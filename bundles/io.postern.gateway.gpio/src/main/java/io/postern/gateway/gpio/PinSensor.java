// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import io.postern.gateway.Reading;
import io.postern.gateway.gpio.Pin.Level;
import io.postern.gateway.spi.ReadingSink;
import io.postern.sensor.Measurement;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches one pin: a reading on every change and at least once a period, with {@code state} and {@code count}, the rising
 * edges since the sensor was started. Changes come from the pin's thread through a queue; a thread of this object makes
 * the readings, and opens the pin again when its chip was gone.
 */
final class PinSensor implements AutoCloseable {
    private record Change(Level level, long count, Instant at) {}

    private static final Logger LOG = LoggerFactory.getLogger(PinSensor.class);
    private static final Duration FIRST_RETRY = Duration.ofMillis(100);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(10); // a chip comes at boot or by hand
    private static final Duration LONGEST_FAREWELL = Duration.ofSeconds(10); // longer than storing a reading takes
    private static final int MOST_CHANGES = 256; // as many as the kernel buffers; the count stays right beyond it

    private final PinSettings settings;
    private final ReadingSink sink;
    private final InstantSource clock;
    private final Pin.Opener opener;
    private final BlockingQueue<Change> changes = new ArrayBlockingQueue<>(MOST_CHANGES);
    private final AtomicReference<@Nullable Change> latest = new AtomicReference<>(); // null until one is known
    private final AtomicLong rising = new AtomicLong();
    private final Thread thread;
    private volatile boolean closed;

    // the thread's own: troubles that were told and are not over
    private Optional<String> missing = Optional.empty();
    private Optional<String> notAccepted = Optional.empty();

    private PinSensor(PinSettings settings, ReadingSink sink, InstantSource clock, Pin.Opener opener) {
        this.settings = settings;
        this.sink = sink;
        this.clock = clock;
        this.opener = opener;
        this.thread = Thread.ofVirtual().name("pin-" + settings.leaf()).unstarted(this::run);
    }

    /** Starts watching; the chip may be missing still, it is opened when it appears. */
    static PinSensor start(PinSettings settings, ReadingSink sink, InstantSource clock, Pin.Opener opener) {
        var sensor = new PinSensor(settings, sink, clock, opener);
        sensor.thread.start();
        return sensor;
    }

    /** Ends the watching and gives the pin back. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            if (!thread.join(LONGEST_FAREWELL)) {
                LOG.atWarn().addKeyValue("deviceId", settings.leaf()).log("the pin's thread does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            Duration retry = FIRST_RETRY;
            while (!closed) {
                changes.clear();
                latest.set(null);
                try (Pin pin = opener.open(settings, this::changed)) {
                    opened();
                    retry = FIRST_RETRY;
                    watch(pin);
                } catch (IOException | RuntimeException e) { // a broken pin is tried again like a missing one
                    gone(e);
                }
                changes.clear();
                var _ = changes.poll(retry.toNanos(), TimeUnit.NANOSECONDS); // nothing comes from a closed pin: a pause
                retry = retry.multipliedBy(2);
                retry = retry.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : retry;
            }
        } catch (InterruptedException e) {
            LOG.atDebug().addKeyValue("deviceId", settings.leaf()).log("pin closed");
        }
    }

    /** Called by the pin's thread. */
    private void changed(Level level) {
        long count = level == Level.HIGH ? rising.incrementAndGet() : rising.get();
        var change = new Change(level, count, clock.instant());
        var _ = changes.offer(change); // when full, the next reading of the period shows it
        latest.set(change); // in this order: what is the latest is in the queue already
    }

    private void watch(Pin pin) throws IOException, InterruptedException {
        var first = new Change(pin.level(), rising.get(), clock.instant());
        if (latest.compareAndSet(null, first)) { // else a change came before and waits in the queue
            report(first);
        }
        while (true) {
            Change change = changes.poll(settings.period().toNanos(), TimeUnit.NANOSECONDS);
            Change still = latest.get();
            if (change != null) {
                report(change);
            } else if (still != null && changes.isEmpty()) { // else it has just changed
                report(new Change(still.level(), still.count(), clock.instant()));
            }
        }
    }

    private void report(Change change) throws IOException {
        if (change.level() == Level.GONE) {
            throw new IOException(settings.chip() + " is gone");
        }
        var values = new LinkedHashMap<String, Measurement>();
        values.put("state", new Measurement.Flag(change.level() == Level.HIGH));
        values.put("count", new Measurement.Count(change.count()));
        hand(new Reading(settings.leaf(), change.at(), values));
    }

    private void hand(Reading reading) {
        try {
            sink.accept(reading);
            if (notAccepted.isPresent()) {
                notAccepted = Optional.empty();
                LOG.atInfo().addKeyValue("deviceId", settings.leaf()).log("readings are accepted again");
            }
        } catch (IOException | IllegalArgumentException e) {
            String why = String.valueOf(e.getMessage());
            boolean news = notAccepted.filter(why::equals).isEmpty();
            notAccepted = Optional.of(why);
            LOG.atLevel(news ? org.slf4j.event.Level.WARN : org.slf4j.event.Level.DEBUG)
                    .addKeyValue("deviceId", settings.leaf())
                    .setCause(e)
                    .log("reading was not accepted and is lost");
        }
    }

    private void opened() {
        missing = Optional.empty();
        LOG.atInfo()
                .addKeyValue("deviceId", settings.leaf())
                .addKeyValue("chip", settings.chip())
                .addKeyValue("line", settings.line())
                .addKeyValue("provider", settings.provider())
                .log("pin open");
    }

    private void gone(Exception e) {
        String why = String.valueOf(e.getMessage());
        if (missing.filter(why::equals).isEmpty()) {
            missing = Optional.of(why);
            LOG.atWarn()
                    .addKeyValue("deviceId", settings.leaf())
                    .addKeyValue("chip", settings.chip())
                    .addKeyValue("line", settings.line())
                    .addKeyValue("why", why)
                    .log("pin is not there, waiting for it");
        }
    }
}
