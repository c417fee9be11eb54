// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove;

import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.lab.bench.Bench;
import io.postern.lab.bench.Figure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./postern prove revocation}. */
@Command(
        name = "revocation",
        mixinStandardHelpOptions = true,
        description = "One leaf of many on an AMQP connection is revoked: it is cut, the others lose nothing.")
final class RevocationCommand implements Callable<Integer> {
    private static final double AT_MOST = 5; // HUB-18: seconds from the acknowledgement

    @Option(names = "--leaves", defaultValue = "500", description = "Leaves (default ${DEFAULT-VALUE}).")
    private int leaves = 500;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures for a program.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException, LabException, InterruptedException {
        System.out.println("load before: " + Bench.load());
        try (LabCloud cloud = LabCloud.start(
                Path.of(System.getProperty("postern.root")), Path.of(System.getProperty("postern.lab")), "127.0.0.1")) {
            var result = new RevocationProof(cloud, System.out::println).run(leaves);
            result.faults().forEach(fault -> System.out.println("FAULT: " + fault));
            Bench.publish(
                    List.of(
                            figure("leaves on the connection", "", result.leaves(), ""),
                            figure("messages accepted of each that was not revoked", "", result.rounds(), ""),
                            figure("messages accepted of all", "", result.messages(), ""),
                            figure("revocation asked for to acknowledged", "s", result.order(), ""),
                            figure("acknowledged to cut", "s", result.cut(), "5 or less"),
                            figure("longest round of all leaves", "s", result.longest(), ""),
                            figure("lost, or wrong", "", result.faults().size(), "0")),
                    Optional.ofNullable(json));
            return result.faults().isEmpty() && result.cut() <= AT_MOST ? 0 : 1;
        }
    }

    private static Figure figure(String name, String unit, double value, String goal) {
        return Figure.of(name, unit, List.of(value), goal);
    }
}
