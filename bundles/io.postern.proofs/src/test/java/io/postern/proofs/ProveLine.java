// SPDX-License-Identifier: Apache-2.0
package io.postern.proofs;

import io.postern.gateway.leaf.LineProof;
import io.postern.gateway.leaf.LineProof.LeafResult;
import io.postern.gateway.leaf.LineProof.Result;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.Templates;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./postern prove line}. */
@Command(
        name = "line",
        mixinStandardHelpOptions = true,
        description =
                "Hours of line faults in simulated time: no reader dies, no wrong value is published, each gap is told.")
public final class ProveLine implements Callable<Integer> {
    @Option(names = "--hours", defaultValue = "24", description = "Simulated hours (default ${DEFAULT-VALUE}).")
    private int hours = 24;

    @Option(names = "--units", defaultValue = "10", description = "Instruments on the line (default ${DEFAULT-VALUE}).")
    private int units = 10;

    @Option(names = "--seed", description = "Decides about all faults; told at the beginning when not given.")
    private @Nullable Long seed;

    /** The type of instrument of all proofs. */
    static Template template() throws TemplateException, IOException {
        Path file = Files.createTempFile("proof-meter", ".json");
        try (InputStream text = Objects.requireNonNull(ProveLine.class.getResourceAsStream("proof-meter.json"))) {
            Files.write(file, text.readAllBytes());
            return Templates.readFile(file);
        } finally {
            Files.delete(file);
        }
    }

    @Override
    public Integer call() throws TemplateException, IOException, InterruptedException {
        long chosen = seed != null ? seed : ThreadLocalRandom.current().nextLong(1_000_000);
        System.out.println("seed " + chosen);
        long begun = System.nanoTime();
        Result result = new LineProof(template(), chosen, Duration.ofHours(hours), units).run();
        System.out.printf(
                Locale.ROOT,
                "%d h of %d instruments at 19200 8E1 in %.1f s; %d faults, adapter pulled %d times, line reopened %d times%n",
                hours,
                units,
                (System.nanoTime() - begun) / 1e9,
                result.faultsMade(),
                result.absences(),
                result.line().reopened());
        var all = result.line().all();
        System.out.printf(
                "frames %d, garbled %d, without answer %d, refused %d%n%n",
                all.frames(), all.garbled(), all.timeouts(), all.refused());
        System.out.printf(
                "%-10s %-8s %9s %6s %s%n",
                "leaf", "state", "readings", "gaps", "readings while only others are faulty");
        for (LeafResult leaf : result.leaves()) {
            System.out.printf(
                    Locale.ROOT,
                    "%-10s %-8s %9d %6d %.1f %%%n",
                    leaf.leaf(),
                    leaf.state(),
                    leaf.readings(),
                    leaf.gaps(),
                    100 * leaf.share());
        }
        result.wrong().forEach(wrong -> System.out.println("FAULT: " + wrong));
        System.out.println(
                result.wrong().isEmpty()
                        ? "held: no reader died, no wrong value, each gap told"
                        : result.wrong().size() + " faults; again with --seed " + chosen);
        return result.wrong().isEmpty() ? 0 : 1;
    }
}
