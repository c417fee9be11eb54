// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import io.postern.gateway.spi.Line;
import io.postern.gateway.spi.LineReport;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line and the one thread that owns its port. The thread opens the port, runs what is due, and when the port hangs up
 * closes it and opens a new one as soon as the path leads to a port again. Tasks stay scheduled meanwhile.
 *
 * <p>A platform thread: reading the port is a native call that must not hold up other virtual threads.
 */
public final class SerialLine implements Line, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SerialLine.class);
    private static final Duration FIRST_RETRY = Duration.ofMillis(20);
    private static final Duration LONGEST_RETRY = Duration.ofMillis(500); // half of the second a replug may cost
    private static final Duration LONGEST_FAREWELL = Duration.ofSeconds(10); // longer than any exchange may last

    private final String name;
    private final SerialSettings settings;
    private final Port.Opener opener;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Timetable timetable = new Timetable(); // guarded by lock
    private Optional<Timetable.Entry> running = Optional.empty(); // guarded by lock

    private volatile LineStatistics statistics = LineStatistics.NONE; // written by the thread alone
    private volatile boolean closed;

    SerialLine(String name, SerialSettings settings, Port.Opener opener) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("name: a line needs one, by which drivers choose it");
        }
        this.name = name;
        this.settings = settings;
        this.opener = opener;
        this.thread = Thread.ofPlatform().name("line-" + name).daemon().unstarted(this::own);
    }

    /** Starts the line; its port may be missing still, it is opened when it appears. */
    public static SerialLine open(String name, SerialSettings settings) {
        return start(name, settings, JSerialPort::open);
    }

    static SerialLine start(String name, SerialSettings settings, Port.Opener opener) {
        var line = new SerialLine(name, settings, opener);
        line.thread.start();
        return line;
    }

    @Override
    public String name() {
        return name;
    }

    public LineStatistics statistics() {
        return statistics;
    }

    @Override
    public Timing timing() {
        return settings.timing();
    }

    @Override
    public LineReport report() {
        LineStatistics now = statistics;
        var all = new LineReport.Counts(now.run(), now.failed(), 0, 0, 0, 0, 0, Duration.ZERO, Duration.ZERO);
        return new LineReport(name, settings.port().toString(), "", now.reopened(), all, List.of());
    }

    @Override
    public <T> T once(String who, Duration patience, Errand<T> errand) throws IOException, InterruptedException {
        var result = new CompletableFuture<T>();
        Task task = channel -> {
            try {
                result.complete(errand.run(channel));
            } catch (IOException | RuntimeException e) {
                result.completeExceptionally(e);
            }
        };
        try (Scheduled _ = schedule(who, Duration.ofDays(1), task)) {
            return result.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new IOException(
                    "line " + name + ": no turn for " + who + " within " + patience.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().getMessage(), e.getCause());
        }
    }

    @Override
    public Scheduled schedule(String who, Duration period, Task task) {
        lock.lock();
        try {
            Timetable.Entry entry = timetable.add(task, period, System.nanoTime());
            changed.signalAll();
            return new Scheduled() {
                @Override
                public Optional<Duration> resting() {
                    return Optional.empty();
                }

                @Override
                public void close() {
                    remove(entry);
                }
            };
        } finally {
            lock.unlock();
        }
    }

    private void remove(Timetable.Entry entry) {
        lock.lock();
        try {
            timetable.remove(entry);
            long left = LONGEST_FAREWELL.toNanos();
            while (isRunning(entry) && Thread.currentThread() != thread && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private boolean isRunning(Timetable.Entry entry) {
        return running.filter(r -> r == entry).isPresent();
    }

    /** Ends the thread and closes the port; tasks no longer run. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            if (!thread.join(LONGEST_FAREWELL)) {
                LOG.atWarn().addKeyValue("line", name).log("a task does not let go of the line");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void own() {
        try {
            boolean again = false;
            Optional<IOException> trouble = Optional.empty();
            while (!closed) {
                try (Port port = openPatiently(trouble)) {
                    if (again) {
                        statistics = statistics.withReopened();
                    }
                    again = true;
                    trouble = Optional.of(serve(new PortChannel(port, settings, Ticker.SYSTEM, _ -> {})));
                }
            }
        } catch (InterruptedException e) {
            LOG.atDebug().addKeyValue("line", name).log("line closed");
        } catch (RuntimeException | Error e) { // such as a native library that does not load
            LOG.atError()
                    .addKeyValue("line", name)
                    .addKeyValue("port", settings.port())
                    .setCause(e)
                    .log("the line broke and stands still: restart the gateway and report this");
        }
    }

    /** Tries until the port is there; says once that it is not, and once that it is again. */
    private Port openPatiently(Optional<IOException> trouble) throws InterruptedException {
        trouble.ifPresent(this::logGone);
        long since = System.nanoTime();
        boolean told = trouble.isPresent();
        Duration retry = FIRST_RETRY;
        while (true) {
            try {
                Port port = opener.open(settings);
                logOpen(Duration.ofNanos(System.nanoTime() - since));
                return port;
            } catch (IOException e) {
                if (!told) {
                    logGone(e);
                    told = true;
                }
            }
            Ticker.SYSTEM.pause(retry.toNanos());
            retry = retry.multipliedBy(2);
            if (retry.compareTo(LONGEST_RETRY) > 0) {
                retry = LONGEST_RETRY;
            }
        }
    }

    private void logGone(IOException why) {
        LOG.atWarn()
                .addKeyValue("line", name)
                .addKeyValue("port", settings.port())
                .addKeyValue("why", why.getMessage())
                .log("serial port is not there, waiting for it");
    }

    private void logOpen(Duration after) {
        LOG.atInfo()
                .addKeyValue("line", name)
                .addKeyValue("port", settings.port())
                .addKeyValue("format", settings.format())
                .addKeyValue("afterMs", after.toMillis())
                .log("serial port open");
    }

    /** Runs what is due until the port hangs up. */
    private PortGoneException serve(PortChannel channel) throws InterruptedException {
        while (true) {
            Timetable.Entry entry = awaitDue();
            try {
                boolean ok = run(entry.task(), channel);
                statistics = statistics.withRun(ok);
            } finally {
                finish(entry);
            }
            if (channel.gone().isPresent()) {
                return channel.gone().get();
            }
        }
    }

    private Timetable.Entry awaitDue() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                Optional<Timetable.Entry> earliest = timetable.earliest();
                if (earliest.isEmpty()) {
                    changed.await();
                    continue;
                }
                long left = earliest.get().due() - System.nanoTime();
                if (left <= 0) {
                    running = earliest;
                    return earliest.get();
                }
                var _ = changed.await(left, TimeUnit.NANOSECONDS); // woken early or not, it looks again
            }
        } finally {
            lock.unlock();
        }
    }

    private void finish(Timetable.Entry entry) {
        lock.lock();
        try {
            timetable.done(entry, System.nanoTime());
            running = Optional.empty();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean run(Task task, PortChannel channel) throws InterruptedException {
        try {
            task.run(channel);
            return true;
        } catch (InterruptedException e) {
            if (closed) {
                throw e;
            }
            LOG.atDebug().addKeyValue("line", name).setCause(e).log("a task gave up");
            return false;
        } catch (IOException e) {
            // the driver tells about its unit; the line only counts
            LOG.atDebug().addKeyValue("line", name).setCause(e).log("a task failed");
            return false;
        } catch (RuntimeException | Error e) { // a broken driver must not take the line from the others
            LOG.atError().addKeyValue("line", name).setCause(e).log("a task broke, it runs again when due");
            return false;
        } finally {
            // an interrupt is for the line when it closes; one that a task left behind would end the thread
            if (Thread.interrupted() && closed) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
