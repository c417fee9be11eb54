// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import io.postern.gateway.spi.AnsweredException;
import io.postern.gateway.spi.Line;
import io.postern.gateway.spi.LineFormat;
import io.postern.gateway.spi.LineReport;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

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

    private static final Duration IDLE_LOOK = Duration.ofMillis(500); // so a replug is noticed though nothing is due

    private final String name;
    private final SerialSettings settings;
    private final Port.Opener opener;
    private final Ticker ticker;
    private final Agenda agenda;
    private final Thread thread;
    private volatile long reopened; // written by the thread alone
    private volatile boolean closed;

    private SerialLine(String name, SerialSettings settings, Port.Opener opener, Ticker ticker) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("name: a line needs one, by which leaves choose it");
        }
        this.name = name;
        this.settings = settings;
        this.opener = opener;
        this.ticker = ticker;
        this.agenda = new Agenda(name, settings.restingShare(), ticker);
        this.thread = Thread.ofPlatform().name("line-" + name).daemon().unstarted(this::own);
    }

    /** Starts a line by itself; its port may be missing still, it is opened when it appears. */
    public static SerialLine open(String name, SerialSettings settings) {
        var desk = new PortDesk(PortTree.SYSTEM);
        desk.name(name, settings.port());
        return start(name, settings, each -> desk.open(name, each));
    }

    static SerialLine start(String name, SerialSettings settings, Port.Opener opener) {
        return start(name, settings, opener, Ticker.SYSTEM);
    }

    static SerialLine start(String name, SerialSettings settings, Port.Opener opener, Ticker ticker) {
        var line = new SerialLine(name, settings, opener, ticker);
        line.thread.start();
        return line;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Timing timing() {
        return settings.timing();
    }

    @Override
    public LineReport report() {
        return agenda.report(settings.port().toString(), reopened);
    }

    @Override
    public long reopened() {
        return reopened;
    }

    @Override
    public Scheduled schedule(String who, Duration period, Task task) {
        return agenda.schedule(who, period, task);
    }

    @Override
    public <T> T once(String who, Duration patience, Errand<T> errand) throws IOException, InterruptedException {
        return agenda.once(who, patience, errand);
    }

    @Override
    public <T> T survey(String who, Duration patience, Survey<T> survey) throws IOException, InterruptedException {
        return agenda.once(who, patience, channel -> {
            if (channel instanceof PortChannel port) {
                return port.survey(survey);
            }
            throw new IllegalStateException("the line runs its errands at a channel of its own");
        });
    }

    @Override
    public Optional<LineFormat> format() {
        return settings.lineFormat();
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
        Ticker.punctual();
        try {
            boolean again = false;
            Optional<IOException> trouble = Optional.empty();
            while (!closed) {
                try (Port port = openPatiently(trouble)) {
                    if (again) {
                        reopened++;
                        agenda.portIsNew();
                    }
                    again = true;
                    trouble = Optional.of(serve(port, new PortChannel(port, settings, ticker)));
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
        } finally {
            agenda.end();
        }
    }

    /** Tries until the port is there; says once that it is not, and once that it is again. */
    private Port openPatiently(Optional<IOException> trouble) throws InterruptedException {
        trouble.ifPresent(this::gone);
        long since = ticker.nanoTime();
        boolean told = trouble.isPresent();
        Duration retry = FIRST_RETRY;
        while (true) {
            try {
                Port port = opener.open(settings);
                opened(Duration.ofNanos(ticker.nanoTime() - since));
                return port;
            } catch (IOException e) {
                if (!told) {
                    gone(e);
                    told = true;
                }
            }
            ticker.pause(retry.toNanos());
            retry = retry.multipliedBy(2);
            if (retry.compareTo(LONGEST_RETRY) > 0) {
                retry = LONGEST_RETRY;
            }
        }
    }

    private void gone(IOException why) {
        agenda.state("waiting for its port: " + why.getMessage());
        LOG.atWarn()
                .addKeyValue("line", name)
                .addKeyValue("port", settings.port())
                .addKeyValue("why", why.getMessage())
                .log("serial port is not there, waiting for it");
    }

    private void opened(Duration after) {
        agenda.state("open");
        LOG.atInfo()
                .addKeyValue("line", name)
                .addKeyValue("port", settings.port())
                .addKeyValue("format", settings.format())
                .addKeyValue("afterMs", after.toMillis())
                .log("serial port open");
    }

    /** Runs what is due until the port hangs up. */
    private PortGoneException serve(Port port, PortChannel channel) throws InterruptedException {
        while (true) {
            Optional<Turn> turn = agenda.take(IDLE_LOOK);
            if (turn.isPresent()) {
                run(turn.get(), channel);
                if (closed) { // a task may have kept the interrupt to itself
                    throw new InterruptedException("the line is closed");
                }
            } else if (!port.isThere()) {
                return new PortGoneException(settings.port() + " went away");
            }
            if (channel.gone().isPresent()) {
                return channel.gone().get();
            }
        }
    }

    private void run(Turn turn, PortChannel channel) throws InterruptedException {
        long begun = ticker.nanoTime();
        var outcome = Agenda.Outcome.IN_VAIN;
        try {
            outcome = attempt(turn, channel);
        } finally {
            // a port that hung up is not the instrument's fault
            boolean excused =
                    outcome == Agenda.Outcome.IN_VAIN && channel.gone().isPresent();
            agenda.done(turn, begun, excused ? Agenda.Outcome.REFUSED : outcome, channel.takeRun());
        }
    }

    private Agenda.Outcome attempt(Turn turn, PortChannel channel) throws InterruptedException {
        try {
            turn.task().run(channel);
            return Agenda.Outcome.DONE;
        } catch (InterruptedException e) {
            if (closed) {
                throw e;
            }
            log(turn, e).log("a task gave up");
            return Agenda.Outcome.IN_VAIN;
        } catch (AnsweredException e) {
            log(turn, e).log("an instrument refused");
            return Agenda.Outcome.REFUSED;
        } catch (IOException e) {
            // the driver tells about its unit; the line only counts
            log(turn, e).log("a task failed");
            return Agenda.Outcome.IN_VAIN;
        } catch (RuntimeException | Error e) { // a broken driver must not take the line from the others
            if (turn instanceof Timetable.Entry) { // an errand's asker is told
                LOG.atError()
                        .addKeyValue("line", name)
                        .addKeyValue("task", turn.name())
                        .setCause(e)
                        .log("a task broke, it runs again when due");
            }
            return Agenda.Outcome.IN_VAIN;
        } finally {
            // an interrupt is for the line when it closes; one that a task left behind would end the thread
            if (Thread.interrupted() && closed) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private LoggingEventBuilder log(Turn turn, Exception e) {
        return LOG.atDebug()
                .addKeyValue("line", name)
                .addKeyValue("task", turn.name())
                .setCause(e);
    }
}
