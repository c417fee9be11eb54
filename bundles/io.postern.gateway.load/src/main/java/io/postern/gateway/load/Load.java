// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.load;

import io.postern.gateway.Reading;
import io.postern.gateway.Stamp;
import io.postern.gateway.spi.ReadingSink;
import io.postern.sensor.Measurement;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Offers readings to a gateway as its lines do: some threads, each with its leaves in turns, each waiting until its
 * reading is safe before it offers the next. A reading says its stream, its number and when it was offered, so that
 * whoever sees it at the hub can prove that none was lost and how long each took:
 * {@code {"stream":0,"n":1,"at":microseconds since 1970,"value":21.5,"note":"..."}}, about 100 octets.
 */
final class Load implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Load.class);
    private static final int LINES_PACED = 10; // a large cabinet
    private static final double OF_A_LINE = 20; // readings a second: each waits up to a store's window of 27 ms
    private static final int LINES_FULL = 512; // each waits for its group: 40 groups a second carry 20,000 readings
    private static final Duration SULK = Duration.ofMillis(100); // after a refusal, so that a full disk is no busy loop
    private static final Duration LATE = Duration.ofSeconds(1); // what is missed by more is left out, as a line does
    private static final Duration GOODBYE = Duration.ofSeconds(10);
    private static final long LOOK =
            Duration.ofMillis(5).toNanos(); // a timer for each reading would cost as much as its way to the hub
    private static final long LONGEST_LOOK = Duration.ofMillis(50).toNanos(); // half of what a refusal rests
    private static final Measurement NOTE = new Measurement.Text("a reading of the usual size, 100 octets");

    private final ReadingSink sink;
    private final LoadSettings settings;
    private final Supplier<Stamp> stamps;
    private final LoadLedger ledger;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Run run;

    /** What one start has done so far. */
    private static final class Run {
        private final LoadSettings.Demand demand;
        private final long begun = System.nanoTime();
        private final AtomicLong accepted = new AtomicLong();
        private final AtomicLong refused = new AtomicLong();
        private final AtomicLong leftOut = new AtomicLong();
        private final Latencies latencies = new Latencies();
        private final List<Line> lines = new ArrayList<>();
        private volatile long ended;
        private volatile boolean stopped;
        private volatile String lastRefusal = "";

        private Run(LoadSettings.Demand demand) {
            this.demand = demand;
        }

        private boolean isRunning() {
            return lines.stream().anyMatch(line -> line.thread.isAlive());
        }

        /** Wakes the lines whose time has come, all of a look together. */
        private void tick() {
            long look = demand.perSecond() > 0
                    ? Math.clamp(Math.round(1e9 / demand.perSecond()), LOOK, LONGEST_LOOK)
                    : LONGEST_LOOK;
            while (isRunning()) {
                LockSupport.parkNanos(look);
                long now = System.nanoTime();
                lines.forEach(line -> line.look(stopped, now));
            }
        }
    }

    /** The thread of one line, and until when it rests. */
    private static final class Line {
        private final Thread thread;
        private volatile boolean resting;
        private volatile long due;

        private Line(Thread thread) {
            this.thread = thread;
        }

        private void look(boolean stopped, long now) {
            if (resting && (stopped || due - now <= 0)) {
                resting = false;
                LockSupport.unpark(thread);
            }
        }
    }

    /**
     * How a run stands.
     *
     * @param elapsed since its start, up to its end when it has ended
     * @param leftOut readings that were not offered because the gateway was too slow for the pace
     */
    record Status(
            boolean running,
            long accepted,
            long refused,
            long leftOut,
            Duration elapsed,
            long p50Micros,
            long p99Micros,
            String lastRefusal) {}

    /** @param stamps what stamps a reading: the gateway's clock, or this machine's */
    Load(ReadingSink sink, LoadSettings settings, Supplier<Stamp> stamps) throws IOException {
        this.sink = sink;
        this.stamps = stamps;
        this.settings = settings;
        this.ledger = LoadLedger.open(settings.ledger(), settings.leaves().size() * settings.streams());
        this.run = new Run(LoadSettings.Demand.FULL);
        this.run.ended = this.run.begun;
    }

    /** Ends what runs, and begins anew; counts and latencies begin at nothing. */
    void start(LoadSettings.Demand demand) {
        stop();
        lock.lock();
        try {
            var next = new Run(demand);
            int suitable = demand.perSecond() > 0
                    ? Math.clamp((long) Math.ceil(demand.perSecond() / OF_A_LINE), LINES_PACED, LINES_FULL)
                    : LINES_FULL;
            int streams = streams(demand);
            int lines = Math.min(streams, demand.lines() > 0 ? demand.lines() : suitable);
            for (int line = 0; line < lines; line++) {
                int first = line;
                next.lines.add(new Line(
                        Thread.ofVirtual().name("load-" + line).unstarted(() -> run(next, first, lines, streams))));
            }
            run = next;
            next.lines.forEach(line -> line.thread.start());
            Thread.ofPlatform().name("load-clock").daemon().start(next::tick);
        } finally {
            lock.unlock();
        }
    }

    private int streams(LoadSettings.Demand demand) {
        int all = settings.leaves().size();
        return settings.streams() * (demand.leaves() > 0 ? Math.min(all, demand.leaves()) : all);
    }

    /** Lets each line end the reading it is at. */
    void stop() {
        Run current = run;
        current.stopped = true;
        long deadline = System.nanoTime() + GOODBYE.toNanos();
        for (Line line : current.lines) {
            try {
                if (!line.thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())))) {
                    LOG.atWarn().log("a line of the load hangs in the gateway; its reading stays open");
                    line.thread.interrupt();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    Status status() {
        Run current = run;
        boolean running = current.isRunning();
        long until = running ? System.nanoTime() : current.ended;
        return new Status(
                running,
                current.accepted.get(),
                current.refused.get(),
                current.leftOut.get(),
                Duration.ofNanos(until - current.begun),
                current.latencies.micros(0.5),
                current.latencies.micros(0.99),
                current.lastRefusal);
    }

    @Override
    public void close() {
        stop();
        ledger.close();
    }

    /** One line: its streams in turns, at its share of the pace. */
    private void run(Run current, int first, int lines, int streams) {
        long period = current.demand.perSecond() > 0 ? Math.round(lines * 1e9 / current.demand.perSecond()) : 0;
        long due = current.begun + period * first / lines;
        long left = current.demand.total() > 0 ? share(current.demand.total(), first, lines) : Long.MAX_VALUE;
        int stream = first;
        Line line = current.lines.get(first);
        try {
            while (!current.stopped && left-- > 0) {
                if (period > 0) {
                    long now = System.nanoTime();
                    if (now - due > LATE.toNanos()) {
                        current.leftOut.addAndGet((now - due) / period);
                        due = now;
                    }
                    if (!await(current, line, due - now)) {
                        break;
                    }
                    due += period;
                }
                if (!offer(current, stream)) {
                    await(current, line, SULK.toNanos());
                }
                stream = stream + lines < streams ? stream + lines : first;
            }
        } catch (IOException e) {
            LOG.atError().setCause(e).log("the account cannot be kept; a line of the load ends");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // hung, and not waited for
        }
        current.ended = System.nanoTime();
    }

    private static long share(long total, int line, int lines) {
        return total / lines + (line < total % lines ? 1 : 0);
    }

    private boolean offer(Run current, int stream) throws IOException {
        long number = ledger.offer(stream);
        long begun = System.nanoTime();
        Optional<Exception> refusal = refusal(reading(stream, number));
        if (refusal.isEmpty()) {
            ledger.accepted(stream);
            current.latencies.add(System.nanoTime() - begun);
            current.accepted.incrementAndGet();
            return true;
        }
        String why = String.valueOf(refusal.get().getMessage());
        ledger.notAccepted(stream, number, why);
        current.refused.incrementAndGet();
        current.lastRefusal = why;
        return false;
    }

    private Optional<Exception> refusal(Reading reading) {
        try {
            sink.accept(reading);
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            return Optional.of(e);
        }
    }

    private Reading reading(int stream, long number) {
        DeviceId leaf = settings.leaves().get(stream / settings.streams());
        Instant now = Instant.now();
        var values = new LinkedHashMap<String, Measurement>();
        values.put("stream", new Measurement.Count(stream));
        values.put("n", new Measurement.Count(number));
        values.put("at", new Measurement.Count(ChronoUnit.MICROS.between(Instant.EPOCH, now)));
        values.put("value", new Measurement.Quantity(20 + number % 100 / 10.0));
        values.put("note", NOTE);
        return new Reading(leaf, stamps.get(), values);
    }

    /** False when the load was stopped meanwhile. */
    private static boolean await(Run current, Line line, long nanos) throws InterruptedException {
        if (nanos <= 0) {
            return true;
        }
        line.due = System.nanoTime() + nanos;
        line.resting = true;
        while (line.resting && !current.stopped) {
            LockSupport.park();
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        return !current.stopped;
    }
}
