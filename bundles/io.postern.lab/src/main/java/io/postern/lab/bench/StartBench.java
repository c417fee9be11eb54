// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench;

import io.postern.lab.LabException;
import io.postern.lab.LabGateway;
import io.postern.lab.LabSite;
import io.postern.lab.Step;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * From the start of the gateway's JVM to its first acknowledged leaf reading, and what it then holds in memory.
 *
 * <p>The cloud side, the software TPM and the sensors run on the same cores. A cold start has never been provisioned; a
 * warm one knows its hub.
 */
@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        description = "JVM start to attested, to first acknowledged reading; memory with 10 leaves.")
final class StartBench implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration SETTLE = Duration.ofSeconds(10);

    @Option(names = "--runs", defaultValue = "7", description = "Cold and warm starts each (default ${DEFAULT-VALUE}).")
    private int runs = 7;

    @Option(names = "--leaves", defaultValue = "10", description = "Leaf sensors (default ${DEFAULT-VALUE}).")
    private int leaves = 10;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures for a program.")
    private @Nullable Path json;

    private final List<Double> ready = new ArrayList<>();
    private final List<Double> attested = new ArrayList<>();
    private final List<Double> coldReading = new ArrayList<>();
    private final List<Double> coldAll = new ArrayList<>();
    private final List<Double> warmReading = new ArrayList<>();
    private final List<Double> memory = new ArrayList<>();

    @Override
    public Integer call() throws IOException, LabException, InterruptedException {
        Path directory = Path.of(System.getProperty("postern.lab"));
        System.out.println("load before: " + Bench.load());
        try (var site = new LabSite(
                Path.of(System.getProperty("postern.root")),
                directory,
                "127.0.0.1",
                leaves,
                what -> System.out.println("... " + what))) {
            for (int run = 1; run <= runs; run++) {
                Path state = directory.resolve("gateway-" + run);
                cold(site, state);
                warm(site, state);
                System.out.printf(
                        "run %d: first reading %.0f ms cold, %.0f ms warm%n",
                        run, coldReading.getLast(), warmReading.getLast());
            }
        }
        System.out.println("load after: " + Bench.load());
        Bench.publish(figures(), Optional.ofNullable(json));
        return 0;
    }

    private List<Figure> figures() {
        return List.of(
                Figure.of("JVM start to framework ready", "ms", ready, ""),
                Figure.of("JVM start to attested (TPM, never provisioned)", "ms", attested, ""),
                Figure.of("JVM start to first acknowledged reading, cold", "ms", coldReading, "3000 ms or less"),
                Figure.of("JVM start to every leaf acknowledged, cold", "ms", coldAll, ""),
                Figure.of("JVM start to first acknowledged reading, warm", "ms", warmReading, "1500 ms or less"),
                Figure.of("resident memory with " + leaves + " leaves", "MB", memory, "96 MB or less"));
    }

    private void cold(LabSite site, Path state) throws LabException, IOException, InterruptedException {
        try (LabGateway gateway = site.startGateway(state)) {
            awaitSpeaking(gateway, leaves);
            ready.add(at(gateway, "FRAMEWORK_READY"));
            attested.add(at(gateway, "ASSIGNED"));
            coldReading.add(at(gateway, "LEAF_SPEAKING"));
            coldAll.add((double)
                    gateway.steps().stream().mapToLong(Step::sinceStart).max().orElseThrow());
            LockSupport.parkNanos(SETTLE.toNanos());
            memory.add(gateway.process().residentBytes() / 1e6);
        }
    }

    private void warm(LabSite site, Path state) throws LabException, IOException, InterruptedException {
        try (LabGateway gateway = site.startGateway(state)) {
            awaitSpeaking(gateway, 1);
            warmReading.add(at(gateway, "LEAF_SPEAKING"));
        }
    }

    private static void awaitSpeaking(LabGateway gateway, int leaves)
            throws IOException, LabException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (speaking(gateway) < leaves) {
            if (System.nanoTime() > deadline || !gateway.process().isAlive()) {
                throw new LabException(
                        "only " + speaking(gateway) + " of " + leaves + " leaves spoke. The end of the gateway's log:\n"
                                + gateway.process().lastWords(15));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private static long speaking(LabGateway gateway) throws IOException {
        return gateway.steps().stream()
                .filter(step -> step.name().equals("LEAF_SPEAKING"))
                .count();
    }

    private static double at(LabGateway gateway, String milestone) throws IOException {
        return gateway.step(milestone).map(Step::sinceStart).orElse(-1L);
    }
}
