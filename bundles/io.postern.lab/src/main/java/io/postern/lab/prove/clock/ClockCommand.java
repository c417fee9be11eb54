// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove.clock;

import io.postern.ctl.ServiceException;
import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.lab.bench.Bench;
import io.postern.lab.bench.Figure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./postern prove clock}. */
@Command(
        name = "clock",
        mixinStandardHelpOptions = true,
        description =
                "A gateway on a machine in 1970, years or minutes off, or set while it runs: its history is right.")
public final class ClockCommand implements Callable<Integer> {
    @Parameters(arity = "0..*", paramLabel = "FAULT", description = "${COMPLETION-CANDIDATES}; all when none is named.")
    private List<WrongClock.Fault> faults = List.of();

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures for a program.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException, LabException, ServiceException, InterruptedException {
        System.out.println("load before: " + Bench.load());
        Path root = Path.of(System.getProperty("postern.root"));
        Path directory = Path.of(System.getProperty("postern.lab"));
        List<Figure> figures = new ArrayList<>();
        boolean right = true;
        try (LabCloud cloud = LabCloud.start(root, directory, "127.0.0.1")) {
            for (WrongClock.Fault fault : faults.isEmpty() ? List.of(WrongClock.Fault.values()) : faults) {
                WrongClock.Result result = new WrongClock(root, cloud).run(fault, directory);
                System.out.println((result.isRight() ? "" : "FAULT: ") + result);
                right &= result.isRight();
                figures.add(Figure.of(
                        fault + ": readings with the right time",
                        "",
                        List.of((double) result.sure()),
                        Integer.toString(result.asked())));
                figures.add(Figure.of(
                        fault + ": the worst is off by",
                        "ms",
                        List.of((double) result.worst().toMillis()),
                        WrongClock.TOLERANCE.toMillis() + " or less"));
            }
        }
        Bench.publish(figures, Optional.ofNullable(json));
        return right ? 0 : 1;
    }
}
