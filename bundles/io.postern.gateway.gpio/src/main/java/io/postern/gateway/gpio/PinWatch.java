// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import io.postern.gateway.gpio.Pin.Change;
import io.postern.gateway.gpio.Pin.Level;
import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Fingerprint;
import io.postern.sensor.Measurement;
import io.postern.sensor.Observation;
import io.postern.sensor.pins.PinMap;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches one pin. Edges come from the pin's thread through a queue; a thread of this object makes observations of them, at
 * once for inputs and tamper contacts, each period for counters, and opens the pin again when its chip was gone.
 */
final class PinWatch implements Instrument.Watch {
    /** What all watches of a driver share. */
    record Surroundings(Pin.Opener opener, LongSupplier nanos) {}

    private record Seen(Level level, PinMap.Facts facts, long at) {}

    private static final Logger LOG = LoggerFactory.getLogger(PinWatch.class);
    private static final Logger AUDIT = LoggerFactory.getLogger("audit");
    private static final long FIRST_RETRY = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LONGEST_RETRY = TimeUnit.SECONDS.toNanos(2); // an adapter is back 2 s after it appears
    private static final Duration LONGEST_FAREWELL = Duration.ofSeconds(10); // longer than storing a reading takes
    private static final long OLDEST_EDGE = TimeUnit.HOURS.toNanos(1); // an older time is another clock's
    private static final int MOST_CHANGES = 256; // as many as the kernel buffers; the count stays right beyond it

    private final String address;
    private final PinAddress pinAddress;
    private final PinMap map;
    private final long period;
    private final Instrument.Listener listener;
    private final PinMemory memory;
    private final Surroundings here;
    private final Tally tally;
    private final BlockingQueue<Seen> changes = new ArrayBlockingQueue<>(MOST_CHANGES);
    private final Object pinLock = new Object();
    private final Thread thread;
    private volatile boolean closed;

    // under pinLock
    private @Nullable Pin open;
    private String missing = "it is being opened";
    private OptionalLong ordered = OptionalLong.empty(); // when the output was last told something

    private PinWatch(
            String address,
            PinMap map,
            Duration period,
            Instrument.Listener listener,
            PinMemory memory,
            Surroundings here) {
        this.address = address;
        this.pinAddress = PinAddress.parse(address);
        this.map = map;
        this.period = period.toNanos();
        this.listener = listener;
        this.memory = memory;
        this.here = here;
        this.tally = new Tally(map);
        this.thread = Thread.ofVirtual().name("pin-" + address).unstarted(this::run);
    }

    /** Starts watching; the chip may be missing still, it is opened when it appears. */
    static PinWatch start(
            String address,
            PinMap map,
            Duration period,
            Instrument.Listener listener,
            PinMemory memory,
            Surroundings here) {
        var watch = new PinWatch(address, map, period, listener, memory, here);
        watch.thread.start();
        return watch;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            if (Thread.currentThread() != thread && !thread.join(LONGEST_FAREWELL)) {
                LOG.atWarn().addKeyValue("pin", address).log("the pin's thread does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            boolean restored = map.role() == PinMap.Role.OUTPUT;
            long retry = FIRST_RETRY;
            while (!closed) {
                try {
                    if (!restored) {
                        memory.restore(tally);
                        restored = true;
                    }
                    Pin pin = here.opener().open(pinAddress, map, this::changed);
                    try {
                        opened(pin);
                        retry = FIRST_RETRY;
                        watch(pin);
                    } finally {
                        giveBack(pin);
                    }
                } catch (IOException | RuntimeException e) { // a broken pin is tried again like a missing one
                    failed(e);
                }
                if (closed) {
                    return;
                }
                var _ = changes.poll(retry, TimeUnit.NANOSECONDS); // no pin is open, so none comes but at the end
                retry = Math.min(2 * retry, LONGEST_RETRY);
            }
        } catch (InterruptedException e) {
            LOG.atDebug().addKeyValue("pin", address).log("pin closed");
        }
    }

    /** Called by the pin's thread. */
    private void changed(Change change) {
        Level level = change.level();
        if (level != Level.GONE) {
            tally.edge(
                    level == Level.ACTIVE,
                    change.lost(),
                    change.at().orElse(here.nanos().getAsLong()));
        }
        if (map.role() != PinMap.Role.COUNTER || level == Level.GONE) {
            var _ = changes.offer(seen(level, change.at())); // when full, the next of the period shows it
        }
    }

    private Seen seen(Level level, OptionalLong at) {
        long now = here.nanos().getAsLong();
        long ago = at.isPresent() ? now - at.getAsLong() : 0;
        long then = now - (ago > 0 && ago < OLDEST_EDGE ? ago : 0);
        return new Seen(level, tally.facts(level == Level.ACTIVE, now), then);
    }

    private void watch(Pin pin) throws IOException, InterruptedException {
        begin(pin.level());
        long next = here.nanos().getAsLong() + period;
        while (!closed) {
            Seen change = changes.poll(patience(next), TimeUnit.NANOSECONDS);
            if (change != null) {
                tell(change);
                report(change);
            }
            expire();
            if (here.nanos().getAsLong() - next >= 0) {
                report(seen(pin.level(), OptionalLong.empty()));
                next = here.nanos().getAsLong() + period;
            }
            if (map.role() != PinMap.Role.OUTPUT) {
                memory.keepWhenDue(tally);
            }
        }
    }

    private void begin(Level level) throws IOException, InterruptedException {
        boolean before = tally.tampered();
        if (level != Level.GONE) {
            tally.begin(level == Level.ACTIVE);
        }
        if (map.role() == PinMap.Role.TAMPER && level == Level.ACTIVE) {
            AUDIT.atWarn()
                    .addKeyValue("pin", address)
                    .log(before ? "tamper contact is still open" : "tamper contact is open, it was opened unwatched");
        }
        report(seen(level, OptionalLong.empty()));
        if (map.role() == PinMap.Role.TAMPER) {
            memory.keepNow(tally);
        }
    }

    private void tell(Seen change) {
        if (map.role() == PinMap.Role.TAMPER && change.level() != Level.GONE) {
            boolean opened = change.level() == Level.ACTIVE;
            AUDIT.atLevel(opened ? org.slf4j.event.Level.WARN : org.slf4j.event.Level.INFO)
                    .addKeyValue("pin", address)
                    .addKeyValue("openings", change.facts().count())
                    .log(opened ? "tamper contact was opened" : "tamper contact was closed");
        }
    }

    private long patience(long next) {
        long until = next - here.nanos().getAsLong();
        if (map.role() != PinMap.Role.OUTPUT && memory.idle() > 0) {
            until = Math.min(until, memory.idle());
        }
        synchronized (pinLock) {
            if (ordered.isPresent() && map.orders().isPresent()) {
                until = Math.min(
                        until,
                        ordered.getAsLong()
                                + map.orders().get().toNanos()
                                - here.nanos().getAsLong());
            }
        }
        return Math.max(0, until);
    }

    private void report(Seen seen) throws IOException, InterruptedException {
        if (seen.level() == Level.GONE) {
            throw new IOException(address + ": the chip is gone");
        }
        if (map.role() == PinMap.Role.TAMPER && tally.tampered()) {
            memory.keepNow(tally); // before it is told: what was told once is not forgotten
        }
        listener.observed(new Observation(map.measure(seen.facts()), OptionalLong.of(seen.at())));
    }

    @Override
    public Fingerprint identify() throws IOException {
        synchronized (pinLock) {
            var facts = new TreeMap<String, String>();
            facts.put("product", need().label());
            return new Fingerprint(facts);
        }
    }

    @Override
    public Measurement write(String name, Measurement value) throws IOException {
        PinMap.Field field = map.fields().get(name);
        if (field == null) {
            throw new IllegalArgumentException("\"" + name + "\" is no field of this pin");
        }
        return switch (field.fact()) {
            case STATE -> order(value);
            case COUNT -> {
                tally.count(PinMap.count(field, value));
                memory.keepNow(tally);
                yield shown(name);
            }
            case TAMPERED -> {
                if (!value.equals(new Measurement.Flag(false))) {
                    throw new IllegalArgumentException("\"" + name + "\" takes false, when someone has seen to it");
                }
                AUDIT.atInfo().addKeyValue("pin", address).log("tampering was acknowledged");
                tally.acknowledge();
                memory.keepNow(tally);
                yield shown(name);
            }
            case RATE, MISSED, ALARM -> throw new IllegalArgumentException("\"" + name + "\" cannot be written");
        };
    }

    private Measurement shown(String name) throws IOException {
        synchronized (pinLock) {
            Seen now = seen(need().level(), OptionalLong.empty());
            var _ = changes.offer(now);
            Measurement shown = map.measure(now.facts()).get(name);
            if (shown == null) {
                throw new IOException("\"" + name + "\" shows nothing");
            }
            return shown;
        }
    }

    private Measurement order(Measurement value) throws IOException {
        if (map.role() != PinMap.Role.OUTPUT || !(value instanceof Measurement.Flag(boolean wanted))) {
            throw new IllegalArgumentException("an output takes true or false");
        }
        synchronized (pinLock) {
            Pin pin = need();
            pin.set(wanted);
            ordered = OptionalLong.of(here.nanos().getAsLong());
            Level level = pin.level();
            var _ = changes.offer(seen(level, OptionalLong.empty()));
            if (level != (wanted ? Level.ACTIVE : Level.INACTIVE)) {
                throw new IOException(address + " was set " + wanted + " but reads "
                        + (level == Level.GONE ? "nothing" : !wanted) + "; is the line shorted or driven by another?");
            }
            return new Measurement.Flag(wanted);
        }
    }

    /** Brings an output whose orders have stopped coming to its safe state. */
    private void expire() throws IOException {
        synchronized (pinLock) {
            if (ordered.isEmpty()
                    || map.orders().isEmpty()
                    || here.nanos().getAsLong()
                                    - ordered.getAsLong()
                                    - map.orders().get().toNanos()
                            < 0) {
                return;
            }
            ordered = OptionalLong.empty();
            Pin pin = need();
            pin.set(map.safe());
            var _ = changes.offer(seen(pin.level(), OptionalLong.empty()));
        }
        LOG.atWarn().addKeyValue("pin", address).log("no order came in time, the output is in its safe state");
    }

    private Pin need() throws IOException {
        Pin pin = open;
        if (pin == null) {
            throw new IOException(address + " is not open: " + missing);
        }
        return pin;
    }

    private void opened(Pin pin) {
        synchronized (pinLock) {
            open = pin;
            ordered = OptionalLong.empty();
            missing = "";
        }
        AUDIT.atInfo()
                .addKeyValue("pin", address)
                .addKeyValue("chip", pin.label())
                .log("pin open");
    }

    private void giveBack(Pin pin) {
        var _ = Thread.interrupted(); // what follows is bounded and must be done, also when the watch is closed
        synchronized (pinLock) {
            open = null;
        }
        pin.close();
        changes.clear();
        if (map.role() != PinMap.Role.OUTPUT) {
            memory.keepNow(tally);
        }
    }

    private void failed(Exception e) {
        String why = String.valueOf(e.getMessage());
        boolean news;
        synchronized (pinLock) {
            news = !missing.equals(why);
            missing = why;
        }
        if (news) {
            AUDIT.atWarn().addKeyValue("pin", address).addKeyValue("why", why).log("pin is not there, waiting for it");
        }
        listener.failed(e instanceof IOException io ? io : new IOException(why, e));
    }
}
