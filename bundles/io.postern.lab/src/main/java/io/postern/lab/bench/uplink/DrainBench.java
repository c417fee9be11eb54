// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.uplink;

import io.postern.ctl.EventStream;
import io.postern.ctl.ServiceException;
import io.postern.gateway.load.Latencies;
import io.postern.gateway.load.LoadLedger;
import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.lab.bench.Bench;
import io.postern.lab.bench.Figure;
import io.postern.lab.bench.Machine;
import io.postern.lab.load.Crew;
import io.postern.lab.load.LoadedGateway;
import io.postern.lab.load.Seen;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The end of an outage: what an hour had left in the outbox goes to the hub while readings go on coming. The hour is not
 * waited for: its readings are stored as fast as the outbox takes them while the hub is away.
 */
@Command(
        name = "drain",
        mixinStandardHelpOptions = true,
        description = "After an hour without the hub: how fast the outbox empties while readings go on.")
public final class DrainBench implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofMinutes(30);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration BEFORE = Duration.ofSeconds(10);
    private static final Duration CURRENT = Duration.ofSeconds(1); // what a person who looks at a value takes for now
    private static final int SILENT = 10; // one of so many leaves had no reading while the hub was away
    private static final int RECORD = 200; // octets of a reading with what stands around it in the outbox

    @Option(names = "--leaves", defaultValue = "100", description = "Identities (default ${DEFAULT-VALUE}).")
    private int leaves = 100;

    @Option(names = "--transport", defaultValue = "amqp", description = "Of the gateway (default ${DEFAULT-VALUE}).")
    private String transport = "amqp";

    @Option(
            names = "--outage",
            defaultValue = "3600",
            description = "Seconds without the hub (default ${DEFAULT-VALUE}).")
    private int outage = 3600;

    @Option(names = "--rate", defaultValue = "100", description = "Readings a second, all leaves together.")
    private double rate = 100;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures for a program.")
    private @Nullable Path json;

    private final List<Figure> figures = new ArrayList<>();

    @Override
    public Integer call() throws IOException, LabException, InterruptedException {
        Path root = Path.of(System.getProperty("postern.root"));
        Path directory = Path.of(System.getProperty("postern.lab"));
        System.out.println("load before: " + Bench.load());
        boolean good;
        try (LabCloud cloud = LabCloud.start(root, directory, "127.0.0.1", OptionalInt.of(1_000_000))) {
            int streams = UplinkBench.streams(leaves);
            Crew crew = Crew.enroll(cloud, "drain", leaves, directory.resolve("keys"));
            var plan =
                    new LoadedGateway.Plan(root, cloud, crew, directory.resolve("gw"), streams, further(), List.of());
            try (LoadedGateway gateway = LoadedGateway.start(plan, "")) {
                gateway.awaitConnected(Duration.ofSeconds(180));
                undisturbed(cloud, gateway, new Seen(crew, streams * leaves));
                var seen = new Seen(crew, streams * leaves);
                seen.lookApartFrom(streams * behind());
                good = measure(cloud, gateway, seen);
            }
        } catch (ServiceException e) {
            throw new LabException("the hub's events cannot be followed: " + e.getMessage(), e);
        }
        System.out.println("load after: " + Bench.load());
        Bench.publish(figures, Optional.ofNullable(json));
        return good ? 0 : 1;
    }

    /** With an outbox that holds the outage and as much again: nothing is to be given up here. */
    private JsonObject further() {
        long room = Math.max(64, Math.round(2 * outage * rate * RECORD / 1e6));
        JsonObjectBuilder all = Json.object(UplinkBench.over(transport));
        return all.add("io.postern.gateway.store", Json.object().add("capacity", room + "MB"))
                .build();
    }

    /** Leaves that had readings while the hub was away; the others had none. */
    private int behind() {
        return leaves - leaves / SILENT;
    }

    /** The pace without an outage. */
    private void undisturbed(LabCloud cloud, LoadedGateway gateway, Seen seen)
            throws IOException, InterruptedException, ServiceException {
        try (EventStream events = cloud.operator().newEvents(notice -> {})) {
            gateway.load(rate, 0);
            long until = System.nanoTime() + BEFORE.toNanos();
            while (System.nanoTime() < until) {
                seen.read(events, LOOK);
            }
            gateway.rest();
            seen.awaitAll(events, gateway.account(), Duration.ofSeconds(30));
            figures("before the outage", "from offer to event", seen.latencies(), "");
        }
    }

    private boolean measure(LabCloud cloud, LoadedGateway gateway, Seen seen)
            throws IOException, LabException, InterruptedException, ServiceException {
        long early = gateway.account().accepted();
        cloud.kill();
        long backlog = Math.round(outage * rate);
        long stored = early + backlog;
        System.out.println("... storing " + backlog + " readings, the hub is away");
        gateway.load(0, backlog, behind());
        while (gateway.status().getBoolean("running")) {
            Trial.pause(LOOK);
        }
        figure("stored a second while the hub is away", "1/s", backlog / (elapsed(gateway) / 1e3), "");
        gateway.load(rate, 0);
        seen.watchNewReadings();
        cloud.comeBack();
        Machine machine = Machine.watch(cloud.process().pid(), gateway.process().pid());
        long offered = stored + accepted(gateway);
        double first = -1;
        try (EventStream events = cloud.operator().events(0, notice -> {})) {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (seen.count() < stored + accepted(gateway) - rate) { // a second's worth is always on its way
                if (seen.read(events, LOOK) > 0 && first < 0) {
                    first = seconds(machine);
                }
                if (System.nanoTime() > deadline) {
                    throw new LabException("after " + PATIENCE + " only " + seen.count() + " of " + offered
                            + " readings have come:\n" + gateway.process().lastWords(15));
                }
            }
            double drained = seconds(machine);
            double perSecond = (seen.count() - early) / (drained - first);
            figure("from the hub's return to the first reading", "s", first, "");
            boolean current = tellOfLiveReadings(seen);
            figure("drained a second, live readings included", "1/s", perSecond, "");
            double ratio = (perSecond - rate) / rate;
            figure("drain over fill", "", ratio, String.format(Locale.ROOT, "10 or more: %s", met(ratio >= 10)));
            figure(
                    "gateway's CPU for 1,000",
                    "ms",
                    machine.cpuTime(gateway.process().pid()).toMillis() * 1000.0 / (seen.count() - early),
                    "");
            figure("others' cores meanwhile", "", machine.others(), "0.15 or less for a figure that counts");
            seen.watchNewReadings();
            long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (System.nanoTime() < until) {
                seen.read(events, LOOK);
            }
            figure("p99 from offer to event afterwards", "ms", seen.latencies().micros(0.99) / 1e3, "");
            gateway.rest();
            LoadLedger.Account account = gateway.account();
            long missing = seen.awaitAll(events, account, Duration.ofSeconds(30));
            System.out.println("accepted " + account.accepted() + ", missing " + missing + ", repeated "
                    + seen.repeated() + ", out of order " + seen.late());
            return missing == 0 && seen.late() == 0 && ratio >= 10 && current;
        }
    }

    /** Whether leaves without a backlog were current as soon as there was a hub. */
    private boolean tellOfLiveReadings(Seen seen) {
        figures("live readings meanwhile", "from offer to event", seen.latencies(), "");
        if (behind() == leaves) {
            return true;
        }
        boolean current = seen.latenciesApart().micros(0.99) <= 1e3 * CURRENT.toMillis();
        figures(
                "those of leaves without a backlog",
                "from offer to hub",
                seen.latenciesApart(),
                "a second or less: " + met(current));
        return current;
    }

    private void figures(String whose, String way, Latencies latencies, String goalOfSlowest) {
        figure(whose + ", p50 " + way, "ms", latencies.micros(0.5) / 1e3, "");
        figure(whose + ", p99", "ms", latencies.micros(0.99) / 1e3, goalOfSlowest);
    }

    private void figure(String name, String unit, double value, String goal) {
        figures.add(Figure.of(name, unit, List.of(value), goal));
    }

    private static String met(boolean yes) {
        return yes ? "met" : "NOT met";
    }

    private static long accepted(LoadedGateway gateway) throws IOException {
        return gateway.status().getJsonNumber("accepted").longValueExact();
    }

    private static long elapsed(LoadedGateway gateway) throws IOException {
        return gateway.status().getJsonNumber("elapsedMs").longValueExact();
    }

    private static double seconds(Machine machine) {
        return machine.elapsed().toNanos() / 1e9;
    }
}
