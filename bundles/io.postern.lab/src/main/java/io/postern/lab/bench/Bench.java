// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench;

import io.postern.lab.Scratch;
import io.postern.lab.bench.connections.ConnectionsBench;
import io.postern.lab.bench.hub.HubBench;
import io.postern.lab.bench.line.LineBench;
import io.postern.lab.bench.provisioning.ProvisioningBench;
import io.postern.lab.bench.uplink.DrainBench;
import io.postern.lab.bench.uplink.UplinkBench;
import io.postern.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ./postern bench NAME}: the home of every measurement. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "NAME",
        description = "Measurements: medians with their spread. Close other programs first; the load is printed.",
        subcommands = {
            StartBench.class,
            ProvisioningBench.class,
            ConnectionsBench.class,
            HubBench.class,
            LineBench.class,
            UplinkBench.class,
            DrainBench.class
        })
public final class Bench implements Runnable {

    public static void main(String[] args) throws IOException {
        Path directory = Scratch.make("postern-bench-");
        System.setProperty("postern.lab", directory.toString());
        int exit = new CommandLine(new Bench()).execute(args);
        Scratch.delete(directory);
        System.exit(exit);
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }

    /** Prints the figures as a table, and writes them as JSON when asked to. */
    public static void publish(List<Figure> figures, Optional<Path> json) throws IOException {
        System.out.printf("%-46s %9s %-4s  %21s %4s  %s%n", "figure", "median", "unit", "min .. max", "runs", "goal");
        figures.forEach(System.out::println);
        if (json.isPresent()) {
            var all = Json.array();
            figures.forEach(figure -> all.add(figure.toJson()));
            Files.writeString(
                    json.get(), Json.pretty(Json.object().add("figures", all).build()) + "\n");
        }
    }

    /** Processes waiting for a core on average over the last minute. */
    public static String load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
    }
}
