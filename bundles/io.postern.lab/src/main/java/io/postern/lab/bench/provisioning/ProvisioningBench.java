// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.provisioning;

import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.lab.bench.Bench;
import io.postern.lab.bench.Figure;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What the provisioning service can take: registrations a second and their cost beside that of the bare cryptography, a
 * storm of devices after a restart, and how it stands with a million enrollments (DPS-01). Devices and service share
 * the cores; the devices' TPMs are simulated in the bench's own process.
 */
@Command(
        name = "provisioning",
        mixinStandardHelpOptions = true,
        description = "Registrations a second and what they cost; a storm after a restart; a million enrollments.")
public final class ProvisioningBench implements Callable<Integer> {
    private static final OptionalInt UNTHROTTLED =
            OptionalInt.of(1_000_000); // what the service can do is measured, not what it may
    private static final int FEW = 1_000;
    private static final int SEED = 1;
    // numbers of the fleet's devices: the few, the rounds, the storm, and the rest up to the many
    private static final int ROUNDS_FROM = FEW;

    @Option(names = "--rounds", defaultValue = "5", description = "Measured rounds (default ${DEFAULT-VALUE}).")
    private int rounds = 5;

    @Option(
            names = "--per-round",
            defaultValue = "3000",
            description = "Registrations a round (default ${DEFAULT-VALUE}).")
    private int perRound = 3_000;

    @Option(names = "--storm", defaultValue = "5000", description = "Devices in the storm (default ${DEFAULT-VALUE}).")
    private int storm = 5_000;

    @Option(
            names = "--enrollments",
            defaultValue = "1000000",
            description = "Enrollments to stand with; making a million takes minutes (default ${DEFAULT-VALUE}).")
    private int enrollments = 1_000_000;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures for a program.")
    private @Nullable Path json;

    private final List<Figure> figures = new ArrayList<>();

    @Override
    public Integer call() throws IOException, GeneralSecurityException, LabException, InterruptedException {
        Path directory = Path.of(System.getProperty("postern.lab"));
        System.out.println("load before: " + Bench.load());
        System.out.println("... measuring the bare cryptography");
        RawCost raw = RawCost.measure();
        raw.microseconds()
                .forEach((primitive, cost) ->
                        figures.add(Figure.of("raw: " + primitive.text(), "us", List.of(cost), "")));
        boolean good;
        Path root = Path.of(System.getProperty("postern.root"));
        try (LabCloud cloud = LabCloud.start(root, directory, "127.0.0.1", UNTHROTTLED)) {
            var fleet = new Fleet(cloud.connection());
            System.out.println("... " + FEW + " enrollments");
            fleet.enrollKeys(0, FEW, done -> {});
            Standing few = Standing.of(cloud, fleet, 0, FEW, FEW, new Random(SEED));
            throughput(cloud, fleet, raw);
            good = storm(cloud, fleet);
            many(cloud, fleet, few);
        }
        System.out.println("load after: " + Bench.load());
        Bench.publish(figures, Optional.ofNullable(json));
        return good ? 0 : 1;
    }

    private void throughput(LabCloud cloud, Fleet fleet, RawCost raw)
            throws IOException, LabException, InterruptedException {
        int until = ROUNDS_FROM + (rounds + 1) * perRound;
        fleet.enrollKeys(ROUNDS_FROM, until, done -> {});
        fleet.enrollTpms(ROUNDS_FROM, until);
        var service = new ServiceProcess(cloud.process().pid());
        System.out.println("... " + rounds + " rounds of " + perRound + " registrations with a symmetric key");
        report(
                "symmetric key",
                Throughput.measure(fleet, service, fleet::withKey, ROUNDS_FROM, rounds, perRound),
                raw.ofKeyRegistration());
        System.out.println("... " + rounds + " rounds of " + perRound + " registrations with a TPM");
        report(
                "TPM",
                Throughput.measure(fleet, service, fleet::withTpm, ROUNDS_FROM, rounds, perRound),
                raw.ofTpmRegistration());
    }

    private void report(String kind, Throughput measured, double rawMicroseconds) {
        figures.add(Figure.of(kind + ": registrations, connection each", "/s", measured.perSecond(), ""));
        figures.add(Figure.of(kind + ": service, core time each", "us", measured.serviceMicroseconds(), ""));
        figures.add(Figure.of(kind + ": bare cryptography of one", "us", List.of(rawMicroseconds), ""));
        List<Double> ratios = measured.serviceMicroseconds().stream()
                .map(cost -> cost / rawMicroseconds)
                .toList();
        figures.add(Figure.of(
                kind + ": service over bare cryptography", "x", ratios, kind.equals("TPM") ? "2 or less" : ""));
    }

    private boolean storm(LabCloud cloud, Fleet fleet) throws IOException, LabException, InterruptedException {
        int from = ROUNDS_FROM + (rounds + 1) * perRound;
        fleet.enrollKeys(from, from + storm, done -> {});
        System.out.println("... kill -9, and " + storm + " devices at once when it is back");
        cloud.restart(OptionalInt.empty()); // the storm meets the product's own throttle
        int before = again(cloud);
        Storm raised = Storm.raise(fleet, from, storm);
        int twice = again(cloud) - before;
        figures.add(Figure.of("storm: until the last is assigned", "s", List.of(raised.seconds()), ""));
        figures.add(count("storm: devices assigned", raised.assigned(), raised.devices() + ": all"));
        figures.add(count("storm: devices registered twice", twice, "0"));
        figures.add(count("storm: answers 5xx", raised.serverErrors(), "0"));
        figures.add(count("storm: connections lost and made again", raised.lost(), ""));
        figures.add(count("storm: answers 429, all obeyed", raised.throttled(), ""));
        cloud.restart(UNTHROTTLED);
        return raised.isGood() && twice == 0;
    }

    /** How many registrations of devices that had registered already the service has counted so far. */
    private static int again(LabCloud cloud) throws IOException {
        return cloud.operator()
                .provisioning()
                .operations()
                .getJsonObject("operations")
                .getInt("reRegistration");
    }

    private void many(LabCloud cloud, Fleet fleet, Standing few)
            throws IOException, GeneralSecurityException, LabException, InterruptedException {
        int from = ROUNDS_FROM + (rounds + 1) * perRound + storm;
        int until = Math.max(enrollments, from + FEW);
        long begin = System.nanoTime();
        fleet.enrollKeys(from, until, done -> progress(done, until - from));
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.println();
        Standing many = Standing.of(cloud, fleet, from, until, FEW, new Random(SEED));
        figures.add(Figure.of("enrollments made through the API", "/s", List.of((until - from) / seconds), ""));
        figures.add(Figure.of("start with " + FEW + " enrollments", "s", few.startSeconds(), ""));
        figures.add(Figure.of("start with " + until + " enrollments", "s", many.startSeconds(), "10 or less"));
        double perEnrollment = Math.max(0, many.heapBytes() - few.heapBytes()) / (double) (until - FEW);
        figures.add(Figure.of("heap per enrollment", "B", List.of(perEnrollment), "1024 or less"));
        Figure fewLatency = Figure.of("registration, " + FEW + " enrollments", "ms", few.milliseconds(), "");
        Figure manyLatency = Figure.of("registration, " + until + " enrollments", "ms", many.milliseconds(), "");
        figures.add(fewLatency);
        figures.add(manyLatency);
        figures.add(Figure.of(
                "the latter over the former", "x", List.of(manyLatency.median() / fewLatency.median()), "1.5 or less"));
    }

    private static void progress(int done, int all) {
        if (done % 10_000 == 0) {
            System.out.print("\r... " + done + " of " + all + " more enrollments");
        }
    }

    private static Figure count(String name, int value, String goal) {
        return Figure.of(name, "", List.of((double) value), goal);
    }
}
