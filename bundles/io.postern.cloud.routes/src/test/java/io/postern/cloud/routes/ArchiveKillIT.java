// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.JavaProcess;
import io.postern.wire.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills a hub with a route to an archive, and looks whether the archive gets all that devices were told is kept. */
@Tag("SYS-07")
class ArchiveKillIT {
    @TempDir
    Path directory;

    @RepeatedTest(2)
    @Timeout(60)
    void whatADeviceWasToldIsKeptIsInTheArchiveAfterAKill() throws Exception {
        Process process = JavaProcess.start(Speaker.class, directory.toString());
        long acknowledged = 0;
        long enough = ThreadLocalRandom.current().nextLong(30, 300);
        try (BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII)) {
            String line;
            while ((line = lines.readLine()) != null) {
                acknowledged = Long.parseLong(line);
                if (acknowledged == enough) {
                    process.toHandle().destroyForcibly();
                }
            }
        }
        assertThat(process.waitFor()).isEqualTo(137);

        try (RoutedHub hub = new RoutedHub(directory, 10_000);
                MessageRoute route = hub.route("archive", archive(directory, hub))) {
            route.start();
            RoutedHub.await(route, "all events", s -> s.done() == hub.last());
        }

        assertThat(archived())
                .containsAll(LongStream.rangeClosed(1, acknowledged).boxed().toList());
    }

    private Set<Long> archived() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("archive"))) {
            return files.filter(file -> file.toString().endsWith(".ndjson"))
                    .flatMap(file -> read(file).lines())
                    .map(line -> Json.parseObject(line)
                            .getJsonObject("Body")
                            .getJsonNumber("n")
                            .longValue())
                    .collect(Collectors.toSet());
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static RouteTarget archive(Path directory, RoutedHub hub) throws IOException {
        return new ArchiveTarget(directory.resolve("archive"), 8192, Duration.ofHours(1), hub.clock);
    }

    /** Speaks until it is killed, printing each number that was acknowledged. */
    static final class Speaker {
        public static void main(String[] args) throws Exception {
            Path directory = Path.of(args[0]);
            var hub = new RoutedHub(directory, 10_000);
            MessageRoute route = hub.route("archive", archive(directory, hub));
            route.start();
            for (long next = 1; ; next++) {
                hub.send("{\"n\":" + next + "}");
                System.out.println(next);
            }
        }
    }
}
