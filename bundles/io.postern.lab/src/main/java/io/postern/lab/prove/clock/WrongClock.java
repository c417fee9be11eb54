// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove.clock;

import io.postern.ctl.EventStream;
import io.postern.ctl.ServiceException;
import io.postern.ctl.TelemetryEvent;
import io.postern.lab.Child;
import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.lab.load.Crew;
import io.postern.lab.load.LoadedGateway;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A gateway process on a machine whose clock is wrong. It reads while there is no cloud, and its clock may be set meanwhile;
 * when the cloud comes, what was read must arrive with the time it was read at. Then the clock is set once more, with its
 * sessions open, and it goes on as if nothing had been. The machine's clock is libfaketime's; what is true is this process's.
 */
public final class WrongClock {
    /** A reading's time may be off by the grain of a date or the way of an answer, and the clock's first look. */
    public static final Duration TOLERANCE = Duration.ofMillis(1500);

    private static final int BATCH = 6; // readings, before and after each time the clock is set
    private static final Duration PERIOD = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(90); // a loaded machine starts a cloud in thirty
    private static final Duration QUIET = Duration.ofSeconds(1);
    private static final double MOST_CPU = 0.25; // of a core, with nothing to do; a busy loop takes all of one
    private static final Duration TEN_YEARS = Duration.ofDays(3650);

    private final Path root;
    private final LabCloud cloud;

    /** What the machine believes. */
    public enum Fault {
        /** No battery: it wakes where time begins. */
        IN_1970("@1970-01-01 00:00:12", Duration.ZERO),
        TEN_YEARS_AHEAD("+3650d", Duration.ZERO),
        TEN_YEARS_BEHIND("-3650d", Duration.ZERO),
        FIVE_MINUTES_AHEAD("+5m", Duration.ZERO),
        FIVE_MINUTES_BEHIND("-5m", Duration.ZERO),
        /** Right at first, then set while it runs, and set right again. */
        SET_AHEAD("+0", TEN_YEARS),
        SET_BACK("+0", TEN_YEARS.negated());

        private final String atFirst;
        private final Duration then;

        Fault(String atFirst, Duration then) {
            this.atFirst = atFirst;
            this.then = then;
        }

        private boolean isSet() {
            return !then.isZero();
        }
    }

    /**
     * What came of it.
     *
     * @param arrived different readings, of {@link #asked}
     * @param repeated that came once more
     * @param sure readings that do not say that their time is an estimate
     * @param worst by which a reading's time lies outside the time in which it was taken
     * @param attempts to reach the cloud while it was away, of {@link #mostAttempts}
     * @param sessions the leaf has had
     * @param cpu share of one core that the gateway took in the end, with nothing to do
     * @param source of the gateway's time in the end
     */
    public record Result(
            Fault fault,
            int asked,
            int arrived,
            int repeated,
            int sure,
            Duration worst,
            long attempts,
            long mostAttempts,
            long sessions,
            double cpu,
            String source) {
        public boolean isRight() {
            return arrived == asked
                    && sure == asked
                    && worst.compareTo(TOLERANCE) <= 0
                    && attempts <= mostAttempts
                    && sessions == 1
                    && cpu <= MOST_CPU;
        }
    }

    public WrongClock(Path root, LabCloud cloud) {
        this.root = root;
        this.cloud = cloud;
    }

    /** @throws LabException also when libfaketime is not installed */
    public Result run(Fault fault, Path directory)
            throws IOException, LabException, ServiceException, InterruptedException {
        String name = fault.name().toLowerCase(Locale.ROOT).replace('_', '-');
        Crew crew = Crew.enroll(cloud, name, 1, directory.resolve("keys"));
        JsonObject further = Json.object()
                .add("io.postern.gateway", Json.object().add("trustSystemTime", false))
                .build(); // a machine for tests may be synchronised indeed, below its false clock
        var plan = new LoadedGateway.Plan(root, cloud, crew, directory.resolve(name), 1, further, List.of());
        FalseClock clock = FalseClock.set(fault.atFirst, directory.resolve(name + ".clock"));
        var history = new History(PERIOD);
        cloud.kill();
        long away = System.nanoTime();
        try (LoadedGateway gateway = LoadedGateway.start(plan, "", clock.environment())) {
            awaitSocket(gateway);
            read(gateway, history);
            if (fault.isSet()) {
                set(clock, fault.then, gateway);
                read(gateway, history);
            }
            cloud.comeBack();
            long attempts = gateway.reached("RETRYING");
            long most = 3 + Duration.ofNanos(System.nanoTime() - away).toSeconds();
            try (EventStream events = cloud.operator().events(0, notice -> {})) {
                await(events, crew, history);
                if (fault.isSet()) {
                    set(clock, Duration.ZERO, gateway);
                }
                read(gateway, history);
                await(events, crew, history);
            }
            return new Result(
                    fault,
                    history.taken(),
                    history.arrived(),
                    history.repeated(),
                    history.sure(),
                    history.worst(),
                    attempts,
                    most,
                    gateway.reached("LEAF_CONNECTED"),
                    quietly(gateway.process()),
                    time(gateway).getString("source"));
        }
    }

    private static void awaitSocket(LoadedGateway gateway) throws LabException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                gateway.status();
                return;
            } catch (IOException notYet) {
                if (System.nanoTime() > deadline || !gateway.process().isAlive()) {
                    throw new LabException(
                            "the gateway does not start. The end of its log:\n"
                                    + gateway.process().lastWords(15),
                            notYet);
                }
                Child.pause();
            }
        }
    }

    private static void read(LoadedGateway gateway, History history) throws IOException, InterruptedException {
        Instant begin = Instant.now();
        gateway.load(1e9 / PERIOD.toNanos(), BATCH);
        while (gateway.status().getBoolean("running")) {
            Child.pause();
        }
        history.took(BATCH, begin, Instant.now());
    }

    /** Sets the machine's clock and returns when the gateway's process has seen it. */
    private static void set(FalseClock clock, Duration off, LoadedGateway gateway)
            throws IOException, LabException, InterruptedException {
        long before = systemIsAhead(gateway);
        clock.set(off);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (Math.abs(systemIsAhead(gateway) - before) < TEN_YEARS.toMillis() / 2) {
            if (System.nanoTime() > deadline) {
                throw new LabException("libfaketime does not set the clock of a running process");
            }
            Child.pause();
        }
    }

    private static long systemIsAhead(LoadedGateway gateway) throws IOException {
        return time(gateway).getJsonNumber("systemIsAheadMs").longValueExact();
    }

    private static JsonObject time(LoadedGateway gateway) throws IOException {
        return gateway.command("time.show", JsonObject.EMPTY_JSON_OBJECT);
    }

    private static void await(EventStream events, Crew crew, History history)
            throws ServiceException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (history.arrived() < history.taken() && System.nanoTime() < deadline) {
            Optional<TelemetryEvent> event = events.next(Duration.ofMillis(200));
            event.filter(each -> each.deviceId().equals(crew.leaf(0).text())).ifPresent(history::arrived);
        }
    }

    /** What share of a core a process takes that has nothing to do. */
    private static double quietly(Child process) throws LabException, InterruptedException {
        Duration before = cpu(process);
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < QUIET.toNanos()) {
            Child.pause();
        }
        return (double) cpu(process).minus(before).toNanos() / (System.nanoTime() - begin);
    }

    private static Duration cpu(Child process) throws LabException {
        return ProcessHandle.of(process.pid())
                .flatMap(handle -> handle.info().totalCpuDuration())
                .orElseThrow(
                        () -> new LabException("the gateway has ended. The end of its log:\n" + process.lastWords(15)));
    }
}
