// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove.kills;

import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.lab.bench.Bench;
import io.postern.lab.bench.Figure;
import io.postern.lab.prove.kills.KillsProof.Result;
import io.postern.testkit.Postgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./postern prove kills}. */
@Command(
        name = "kills",
        mixinStandardHelpOptions = true,
        description = "kill -9 of the cloud side under load: nothing acknowledged is lost.")
public final class KillsCommand implements Callable<Integer> {
    private static final int SHOWN = 20; // faults; the rest are of the same kind

    @Option(names = "--times", defaultValue = "50", description = "Rounds (default ${DEFAULT-VALUE}).")
    private int times = 50;

    @Option(names = "--seed", description = "Decides about the moments; told at the beginning when not given.")
    private @Nullable Long seed;

    @Option(names = "--postgres", description = "On a PostgreSQL server of its own instead of files.")
    private boolean postgres;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures for a program.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException, LabException, InterruptedException {
        if (!postgres) {
            return run(List.of());
        }
        try (Postgres server = Postgres.start()) {
            Path password = Path.of(System.getProperty("postern.lab")).resolve("password");
            Files.writeString(password, server.password());
            Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
            return run(List.of(
                    "--postgres", server.url(),
                    "--postgres-user", Postgres.USER,
                    "--postgres-password-file", password.toString()));
        }
    }

    private int run(List<String> options) throws IOException, LabException, InterruptedException {
        long chosen = seed != null ? seed : ThreadLocalRandom.current().nextLong(1_000_000);
        System.out.println("seed " + chosen + "; load before: " + Bench.load());
        try (LabCloud cloud = LabCloud.start(
                Path.of(System.getProperty("postern.root")),
                Path.of(System.getProperty("postern.lab")),
                "127.0.0.1",
                OptionalInt.empty(),
                options)) {
            Result result = new KillsProof(cloud, new SplittableRandom(chosen), System.out::println).run(times);
            publish(result);
            return result.faults().isEmpty() ? 0 : 1;
        }
    }

    private void publish(Result result) throws IOException {
        result.faults().stream().limit(SHOWN).forEach(fault -> System.out.println("FAULT: " + fault));
        List<Figure> figures = new ArrayList<>();
        count(figures, "kills", result.kills(), "");
        count(figures, "messages acknowledged", result.telemetry(), "");
        count(figures, "twin changes acknowledged", result.twins(), "");
        count(figures, "commands accepted", result.commands(), "");
        count(figures, "commands acknowledged as completed", result.completed(), "");
        count(figures, "identities changed", result.identities(), "");
        count(figures, "lost, or wrong", result.faults().size(), "0");
        count(figures, "messages twice in the stream", result.twice(), "");
        count(figures, "messages kept, not acknowledged", result.unacknowledged(), "");
        count(figures, "commands delivered again", result.redelivered(), "");
        figures.add(Figure.of("start on the data until it listens", "s", result.restarts(), ""));
        Bench.publish(figures, Optional.ofNullable(json));
    }

    private static void count(List<Figure> figures, String name, long count, String goal) {
        figures.add(Figure.of(name, "", List.of((double) count), goal));
    }
}
