// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove.loss;

import io.postern.ctl.ServiceException;
import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.lab.bench.Bench;
import io.postern.lab.bench.Figure;
import io.postern.lab.prove.loss.LossProof.Result;
import io.postern.lab.prove.loss.LossProof.Scale;
import io.postern.wire.DurationText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./postern prove loss}. */
@Command(
        name = "loss",
        mixinStandardHelpOptions = true,
        description = "Hub away, gateway killed again and again, under load: no accepted reading is lost.")
public final class LossCommand implements Callable<Integer> {
    private static final int SHOWN = 20; // faults of a run; the rest are of the same kind

    @Option(
            names = "--transport",
            split = ",",
            defaultValue = "mqtt,amqp",
            description = "Between gateway and hub (default ${DEFAULT-VALUE}).")
    private List<String> transports = List.of("mqtt", "amqp");

    @Option(
            names = "--outage",
            defaultValue = "15s",
            description = "How long the hub is away; 0s leaves it out (default ${DEFAULT-VALUE}).")
    private String outage = "15s";

    @Option(
            names = "--kills",
            defaultValue = "20",
            description = "Of the gateway; 0 leaves them out (default ${DEFAULT-VALUE}).")
    private int kills = 20;

    @Option(names = "--leaves", defaultValue = "20", description = "Of the gateway (default ${DEFAULT-VALUE}).")
    private int leaves = 20;

    @Option(names = "--rate", defaultValue = "100", description = "Readings a second, all leaves together.")
    private double rate = 100;

    @Option(names = "--seed", description = "Decides about the moments; told at the beginning when not given.")
    private @Nullable Long seed;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures for a program.")
    private @Nullable Path json;

    private final List<Result> results = new ArrayList<>();

    /** One of the runs. */
    private interface Run {
        Result of(LossProof proof) throws IOException, LabException, ServiceException, InterruptedException;
    }

    @Override
    public Integer call() throws IOException, LabException, InterruptedException {
        Duration away = DurationText.parse(outage);
        long chosen = seed != null ? seed : ThreadLocalRandom.current().nextLong(1_000_000);
        System.out.println("seed " + chosen + "; load before: " + Bench.load());
        for (String transport : transports) {
            var scale = new Scale(transport, leaves, rate);
            if (!away.isZero()) {
                run(scale, chosen, proof -> proof.outage(away, false));
                run(scale, chosen, proof -> proof.outage(away, true));
            }
            if (kills > 0) {
                run(scale, chosen, proof -> proof.kills(kills));
            }
        }
        System.out.println("load after: " + Bench.load());
        publish();
        return results.stream().allMatch(result -> result.faults().isEmpty()) ? 0 : 1;
    }

    private void run(Scale scale, long chosen, Run run) throws IOException, LabException, InterruptedException {
        Path directory = Path.of(System.getProperty("postern.lab")).resolve("run-" + (results.size() + 1));
        Files.createDirectories(directory);
        Path root = Path.of(System.getProperty("postern.root"));
        try (LabCloud cloud = LabCloud.start(root, directory, "127.0.0.1")) {
            var proof = new LossProof(
                    root, cloud, "loss", directory, scale, new SplittableRandom(chosen), System.out::println);
            Result result = run.of(proof);
            System.out.printf(
                    "%s: %,d accepted, %d lost, %d came again%n",
                    result.name(), result.accepted(), result.lost(), result.repeated());
            result.faults().stream().limit(SHOWN).forEach(fault -> System.out.println("FAULT: " + fault));
            results.add(result);
        } catch (ServiceException e) {
            throw new LabException("the hub's events cannot be followed: " + e.getMessage(), e);
        }
    }

    private void publish() throws IOException {
        List<Figure> figures = new ArrayList<>();
        for (Result result : results) {
            figure(figures, result, "readings accepted", result.accepted(), "");
            figure(figures, result, "lost", result.lost(), "0");
            figure(figures, result, "out of order", result.late(), "0");
            figure(figures, result, "faults in all", result.faults().size(), "0");
            figure(figures, result, "messages that came again", result.repeated(), "");
            figure(figures, result, "of one leaf at once", result.deepest(), "at most " + LossProof.WINDOW);
            figure(figures, result, "producer killed before it heard", result.open(), "");
            figure(figures, result, "kills of the gateway", result.kills(), "");
            figure(figures, result, "kills of the hub", result.hubKills(), "");
            if (result.back().isZero()) {
                figure(figures, result, "settings on their way at a kill", result.changes(), "");
            } else {
                figures.add(Figure.of(
                        result.name() + ": all there after",
                        "s",
                        List.of(result.back().toMillis() / 1e3),
                        ""));
            }
        }
        Bench.publish(figures, Optional.ofNullable(json));
    }

    private static void figure(List<Figure> figures, Result result, String what, long value, String goal) {
        figures.add(Figure.of(
                String.format(Locale.ROOT, "%s: %s", result.name(), what), "", List.of((double) value), goal));
    }
}
