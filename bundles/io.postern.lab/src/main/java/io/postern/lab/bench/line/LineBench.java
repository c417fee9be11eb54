// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.line;

import io.postern.lab.Child;
import io.postern.lab.LabException;
import io.postern.lab.bench.Bench;
import io.postern.lab.bench.Figure;
import io.postern.lab.bench.NodeRedModules;
import io.postern.lab.bench.provisioning.ServiceProcess;
import io.postern.lab.sim.CharacterFormat;
import io.postern.lab.sim.PtyBus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Polls a second over what the wire allows, of our line and driver beside collectd and Node-RED: the same paced wire, the
 * same unit, in turns in the same run. The limit is question and answer at 11 bits a character and a silence of 3.5
 * characters after each.
 */
@Command(
        name = "line",
        mixinStandardHelpOptions = true,
        description = "Polls a second over the limit of the wire, beside collectd and Node-RED; their cost.")
public final class LineBench implements Callable<Integer> {
    private static final String FORMAT = "8E1";
    private static final int OCTETS = 8 + 5 + 2 * 4; // a question, and an answer of four registers
    private static final Duration PATIENCE = Duration.ofSeconds(60); // until a program asks for the first time
    private static final Map<Integer, Double> AIMS = Map.of(9600, 0.98, 19_200, 0.97, 115_200, 0.96);
    private static final Pattern PLAN = Pattern.compile("planned=([0-9.]+) measured=([0-9.]+)");

    @Option(
            names = "--bauds",
            split = ",",
            defaultValue = "9600,19200,115200",
            description = "Speeds (default ${DEFAULT-VALUE}).")
    private List<Integer> bauds = List.of();

    @Option(names = "--rounds", defaultValue = "5", description = "Rounds of each (default ${DEFAULT-VALUE}).")
    private int rounds = 5;

    @Option(
            names = "--seconds",
            defaultValue = "10",
            description = "Measured time of a round (default ${DEFAULT-VALUE}).")
    private int seconds = 10;

    @Option(names = "--alone", description = "Without the other programs.")
    private boolean alone;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures for a program.")
    private @Nullable Path json;

    private final List<Figure> figures = new ArrayList<>();

    @Override
    public Integer call() throws IOException, LabException, InterruptedException {
        Path root = Path.of(System.getProperty("postern.root"));
        Path directory = Path.of(System.getProperty("postern.lab"));
        System.out.println("load before: " + Bench.load());
        List<Poller> pollers = pollers(root);
        for (int baud : bauds) {
            Map<Poller, Samples> all = new LinkedHashMap<>();
            for (int round = 1; round <= rounds; round++) {
                for (Poller poller : pollers) {
                    Path own = Files.createDirectories(directory.resolve(baud + "-" + poller.name() + "-" + round));
                    measure(poller, own, baud, all.computeIfAbsent(poller, _ -> new Samples()));
                }
            }
            all.forEach((poller, samples) -> samples.publish(poller, baud, figures));
        }
        System.out.println("load after: " + Bench.load());
        Bench.publish(figures, Optional.ofNullable(json));
        return 0;
    }

    private List<Poller> pollers(Path root) throws IOException, InterruptedException {
        List<String> flags = List.of(
                System.getenv().getOrDefault("POSTERN_GATEWAY_JVM", "-Xmx32m").split(" "));
        List<Poller> pollers = new ArrayList<>(List.of(new Poller.Postern(root, flags)));
        if (alone) {
            return pollers;
        }
        if (Poller.Collectd.isThere()) {
            pollers.add(new Poller.Collectd());
        } else {
            System.out.println("... without collectd: apt-get install collectd-core libmodbus5");
        }
        NodeRedModules.fetch(root).ifPresent(modules -> pollers.add(new Poller.NodeRed(modules)));
        return pollers;
    }

    private void measure(Poller poller, Path directory, int baud, Samples samples)
            throws IOException, LabException, InterruptedException {
        CharacterFormat format = CharacterFormat.parse(baud, FORMAT);
        var unit = new IdealUnit(format);
        Path port = directory.resolve("port");
        try (PtyBus bus = PtyBus.openWithParity(PtyBus.Wiring.FULL_DUPLEX, port, directory.resolve("unused"))) {
            bus.attach(unit, format);
            try (Child child = poller.start(directory, port, baud)) {
                awaitAnswers(unit, child);
                var process = new ServiceProcess(child.pid());
                unit.begin();
                long before = unit.answered();
                Duration cpu = process.cpuTime();
                long begun = System.nanoTime();
                pause(Duration.ofSeconds(seconds));
                double took = (System.nanoTime() - begun) / 1e9;
                long answers = unit.answered() - before;
                double spent = process.cpuTime().minus(cpu).toNanos() / 1e6;
                double rate = answers / took;
                samples.add(
                        1e9 / unit.medianInterval() / limit(format),
                        rate / limit(format),
                        spent / answers * 1000,
                        child.residentBytes() / 1e6);
                samples.plan(child.lastWords(1));
                System.out.printf("... %d baud, %s: %.1f polls/s of %.1f%n", baud, poller.name(), rate, limit(format));
            }
        }
    }

    /** Polls a second that the wire allows. */
    static double limit(CharacterFormat format) {
        return 1e9 / (OCTETS * format.characterNanos() + 2 * format.silence().toNanos());
    }

    /** Some seconds of answers: what is loaded and compiled once is then. */
    private void awaitAnswers(IdealUnit unit, Child child) throws LabException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (unit.answered() < 20) {
            if (!child.isAlive() || System.nanoTime() - deadline > 0) {
                throw new LabException(
                        child.name() + " asked " + unit.answered() + " times only:\n" + child.lastWords(15));
            }
            pause(Duration.ofMillis(50));
        }
        pause(Duration.ofSeconds(3));
    }

    private static void pause(Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /** What one program showed at one speed, round by round. */
    private static final class Samples {
        private final List<Double> typicalShare = new ArrayList<>();
        private final List<Double> share = new ArrayList<>();
        private final List<Double> cpu = new ArrayList<>();
        private final List<Double> memory = new ArrayList<>();
        private final List<Double> plan = new ArrayList<>();

        void add(double typical, double ofLimit, double cpuMillis, double megabytes) {
            typicalShare.add(typical);
            share.add(ofLimit);
            cpu.add(cpuMillis);
            memory.add(megabytes);
        }

        void plan(String told) {
            Matcher both = PLAN.matcher(told);
            if (both.find()) {
                plan.add(Double.parseDouble(both.group(1)) / Double.parseDouble(both.group(2)));
            }
        }

        void publish(Poller poller, int baud, List<Figure> figures) {
            boolean ours = poller instanceof Poller.Postern;
            String aim = ours && AIMS.containsKey(baud) ? AIMS.get(baud) + " or more" : "";
            String who = baud + " baud, " + poller.name() + ": ";
            figures.add(Figure.of(who + "of the wire's limit", "", share, aim));
            figures.add(Figure.of(who + "the same, median poll", "", typicalShare, aim));
            figures.add(Figure.of(who + "core, 1,000 readings", "ms", cpu, ""));
            figures.add(Figure.of(who + "memory", "MB", memory, ""));
            if (!plan.isEmpty()) {
                figures.add(Figure.of(who + "bus time planned/measured", "", plan, "0.90 to 1.10"));
            }
        }
    }
}
