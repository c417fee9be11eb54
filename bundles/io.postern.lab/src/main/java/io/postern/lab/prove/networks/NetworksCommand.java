// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove.networks;

import io.postern.ctl.EventStream;
import io.postern.ctl.ServiceException;
import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.lab.bench.Bench;
import io.postern.lab.bench.Figure;
import io.postern.testkit.LoopbackAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./postern prove networks}. */
@Command(
        name = "networks",
        mixinStandardHelpOptions = true,
        description =
                "Slow, narrow, lossy, silent and broken networks under load: all is delivered, in order and calmly.")
public final class NetworksCommand implements Callable<Integer> {
    private static final int LEAVES = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final double MOST_MEGABYTES = 160; // a heap of 96, and what a JVM has beside it

    @Option(
            names = "--only",
            paramLabel = "NAME",
            split = ",",
            description = "One ordeal, or several; without it all, which takes half an hour.")
    private List<String> only = List.of();

    @Option(
            names = "--per-second",
            paramLabel = "N",
            defaultValue = "30",
            description = "Readings that each gateway is offered (default ${DEFAULT-VALUE}).")
    private double perSecond = 30;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures for a program.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException, LabException, ServiceException, InterruptedException {
        List<Ordeal> chosen = Ordeal.all().stream()
                .filter(each -> only.isEmpty() || only.contains(each.name()))
                .toList();
        if (chosen.size() < only.size() || chosen.isEmpty()) {
            System.err.println("there is no such ordeal; there are "
                    + Ordeal.all().stream().map(Ordeal::name).toList());
            return 2;
        }
        if (chosen.stream().anyMatch(Ordeal::needsNamespace) && !Namespace.isPossible()) {
            System.err.println(
                    "network namespaces need root and the packages iproute2 and nftables; without them --only "
                            + String.join(
                                    ",",
                                    Ordeal.all().stream()
                                            .filter(each -> !each.needsNamespace())
                                            .map(Ordeal::name)
                                            .toList()));
            return 2;
        }
        System.out.println("load before: " + Bench.load());
        return run(chosen);
    }

    private int run(List<Ordeal> chosen) throws IOException, LabException, ServiceException, InterruptedException {
        Path root = Path.of(System.getProperty("postern.root"));
        Path directory = Path.of(System.getProperty("postern.lab"));
        List<Traveller.Way> ways = List.of(
                new Traveller.Way("by-mqtt", List.of("mqtt"), false),
                new Traveller.Way("by-amqp", List.of("amqp"), false),
                new Traveller.Way("by-proxy", List.of(), true));
        List<Traveller> travellers = new ArrayList<>();
        List<Journey.Result> results = new ArrayList<>();
        try (LabCloud cloud = LabCloud.start(root, directory, LoopbackAddress.random());
                EventStream events = cloud.operator().events(0, notice -> {})) {
            try {
                for (Traveller.Way way : ways) {
                    Optional<Namespace> namespace = Namespace.isPossible()
                            ? Optional.of(Namespace.make(travellers.size() + 1))
                            : Optional.empty();
                    travellers.add(Traveller.start(root, cloud, directory, way, LEAVES, namespace));
                }
                for (Traveller each : travellers) {
                    each.gateway().awaitConnected(PATIENCE);
                }
                var journey = new Journey(travellers, events);
                for (Ordeal ordeal : chosen) {
                    System.out.println(ordeal.name() + " for " + ordeal.lasts().toSeconds() + " s");
                    List<Journey.Result> came = journey.through(ordeal, perSecond);
                    came.forEach(NetworksCommand::tell);
                    results.addAll(came);
                }
            } finally {
                travellers.forEach(Traveller::close);
            }
        }
        publish(results);
        return results.stream().allMatch(NetworksCommand::isRight) ? 0 : 1;
    }

    private static boolean isRight(Journey.Result result) {
        return result.isSafe() && result.resident() <= MOST_MEGABYTES && result.attempts() <= result.mostAttempts();
    }

    private static void tell(Journey.Result result) {
        System.out.printf(
                Locale.ROOT,
                "  %s%-9s missing %d, late %d, repeated %d; %.0f MB, %.2f MB waiting; %d connections (at most %d);"
                        + " back %s, all there %s; %s%n",
                isRight(result) ? "" : "FAULT: ",
                result.gateway(),
                result.missing(),
                result.late(),
                result.repeated(),
                result.resident(),
                result.queued(),
                result.attempts(),
                result.mostAttempts(),
                seconds(result.back()),
                seconds(result.drained()),
                result.states());
    }

    private static String seconds(Optional<Duration> time) {
        return time.map(passed -> String.format(Locale.ROOT, "after %.1f s", passed.toMillis() / 1e3))
                .orElse("never");
    }

    private void publish(List<Journey.Result> results) throws IOException {
        List<Figure> figures = new ArrayList<>();
        for (Journey.Result each : results) {
            String name = each.ordeal().name() + ", " + each.gateway() + ": ";
            figures.add(figure(name + "accepted, missing", "", each.missing(), "0"));
            figures.add(figure(name + "out of order", "", each.late(), "0"));
            figures.add(figure(name + "came again", "", each.repeated(), ""));
            figures.add(figure(name + "VmRSS at most", "MB", each.resident(), Math.round(MOST_MEGABYTES) + " or less"));
            figures.add(figure(name + "outbox at most", "MB", each.queued(), ""));
            figures.add(figure(name + "connections", "1/h", each.attemptsPerHour(), each.mostAttempts() + " in all"));
            each.back().ifPresent(time -> figures.add(figure(name + "back after", "s", time.toMillis() / 1e3, "")));
            each.drained()
                    .ifPresent(time -> figures.add(figure(name + "all there after", "s", time.toMillis() / 1e3, "")));
        }
        Bench.publish(figures, Optional.ofNullable(json));
    }

    private static Figure figure(String name, String unit, double value, String goal) {
        return Figure.of(name, unit, List.of(value), goal);
    }
}
