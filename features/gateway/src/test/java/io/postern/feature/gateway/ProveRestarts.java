// SPDX-License-Identifier: Apache-2.0
package io.postern.feature.gateway;

import io.postern.feature.gateway.DriverRestarts.Held;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./postern prove restarts}. */
@Command(
        name = "postern prove restarts",
        mixinStandardHelpOptions = true,
        description = "The bundles of lines and drivers are stopped and started again and again in one JVM: polling"
                + " resumes each time, and no thread, handle or memory grows.")
public final class ProveRestarts implements Callable<Integer> {
    private static final int WARM_UP = 10; // until what is loaded and compiled once is there
    private static final int TOLD_EACH = 20;
    private static final double MOST_MEGABYTES = 2; // measured by one collection against another

    @Option(names = "--times", defaultValue = "200", description = "Rounds (default ${DEFAULT-VALUE}).")
    private int times = 200;

    public static void main(String[] args) {
        System.exit(new CommandLine(new ProveRestarts()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Logger.getLogger("").setLevel(Level.SEVERE);
        Path directory = Files.createTempDirectory("postern-restarts-");
        Path feature = Path.of(System.getProperty("postern.root"), "features/gateway/target/feature");
        try (var gateway = new DriverRestarts(feature, directory)) {
            gateway.awaitReadings(Instant.EPOCH);
            for (int round = 0; round < WARM_UP; round++) {
                gateway.round();
            }
            Held before = DriverRestarts.held();
            System.out.println("before: " + before);
            for (int round = 1; round <= times; round++) {
                gateway.round();
                if (round % TOLD_EACH == 0) {
                    System.out.println("after " + round + ": " + DriverRestarts.held());
                }
            }
            return judge(before, DriverRestarts.held());
        }
    }

    private static int judge(Held before, Held after) {
        double grown = (after.heap() - before.heap()) / 1e6;
        System.out.printf(
                Locale.ROOT,
                "threads %+d, handles %+d, memory %+.1f MB%n",
                after.threadCount() - before.threadCount(),
                after.handles() - before.handles(),
                grown);
        var fresh = new TreeSet<>(after.threads());
        fresh.removeAll(before.threads());
        boolean held = after.threadCount() <= before.threadCount()
                && after.handles() <= before.handles()
                && grown <= MOST_MEGABYTES;
        System.out.println(
                held ? "held: polling resumed each time, nothing has grown" : "FAULT: grown; new threads: " + fresh);
        return held ? 0 : 1;
    }
}
