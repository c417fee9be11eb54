// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove.siege;

import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.lab.bench.Bench;
import io.postern.lab.bench.Figure;
import io.postern.lab.prove.siege.SiegeProof.Result;
import io.postern.lab.prove.siege.SiegeProof.Scale;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./postern prove siege}. */
@Command(
        name = "siege",
        mixinStandardHelpOptions = true,
        description = "All who misbehave, together, against a small heap: one device that behaves notices nothing.")
public final class SiegeCommand implements Callable<Integer> {
    private static final double LONGEST_ROUND_TRIP = 15; // seconds; half of what an official client waits
    private static final long FLOOD = 1L << 30; // on the disk until the hub keeps newer events

    @Option(names = "--minutes", defaultValue = "3", description = "How long (default ${DEFAULT-VALUE}).")
    private int minutes = 3;

    @Option(names = "--heap", defaultValue = "256", description = "MB of heap (default ${DEFAULT-VALUE}).")
    private int heap = 256;

    @Option(
            names = "--queues",
            defaultValue = "1000",
            description = "Devices that take no commands (default ${DEFAULT-VALUE}).")
    private int queues = 1_000;

    @Option(names = "--strangers", defaultValue = "10000", description = "Strangers (default ${DEFAULT-VALUE}).")
    private int strangers = 10_000;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures for a program.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException, LabException, InterruptedException {
        System.out.println("load before: " + Bench.load());
        try (LabCloud cloud = LabCloud.start(
                Path.of(System.getProperty("postern.root")),
                Path.of(System.getProperty("postern.lab")),
                "127.0.0.1",
                OptionalInt.empty(),
                List.of("--heap", heap + "m"))) {
            var scale = new Scale(Duration.ofMinutes(minutes), strangers, queues, FLOOD);
            Result result = new SiegeProof(cloud, scale, System.out::println).run();
            result.faults().forEach(fault -> System.out.println("FAULT: " + fault));
            double most = heap * 0.75;
            Bench.publish(
                    List.of(
                            Figure.of(
                                    "round trip of the device that behaves",
                                    "s",
                                    result.roundTrips(),
                                    "at most " + LONGEST_ROUND_TRIP),
                            Figure.of(
                                    "heap after a full collection", "MB", megabytes(result.heap()), "at most " + most),
                            Figure.of("heap when all have left", "MB", megabytes(List.of(result.heapAfter())), ""),
                            count("misdeeds begun", result.misdeeds()),
                            count("told to a device, its own", result.own()),
                            count("lost, mixed up, or wrong", result.faults().size())),
                    Optional.ofNullable(json));
            boolean good = result.faults().isEmpty()
                    && Collections.max(result.roundTrips()) <= LONGEST_ROUND_TRIP
                    && Collections.max(result.heap()) / 1e6 <= most;
            return good ? 0 : 1;
        }
    }

    private static List<Double> megabytes(List<Long> bytes) {
        return bytes.stream().map(each -> each / 1e6).toList();
    }

    private static Figure count(String name, long value) {
        return Figure.of(name, "", List.of((double) value), "");
    }
}
