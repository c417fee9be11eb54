// SPDX-License-Identifier: Apache-2.0
package io.postern.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What Jazzer calls: one target a process, named by the first argument. */
public final class Fuzz {
    private static Target target = Target.JSON;

    private Fuzz() {}

    /** Replays the seeds before the clock runs: loading and instrumenting classes takes seconds on a busy machine. */
    public static void fuzzerInitialize(String[] args) throws IOException {
        target = Target.named(args[0]).orElseThrow();
        try (Stream<Path> seeds = Files.list(Path.of(System.getProperty("postern.fuzz.seeds")))) {
            for (Path seed : seeds.toList()) {
                target.accept(Files.readAllBytes(seed));
            }
        }
    }

    public static void fuzzerTestOneInput(byte[] octets) {
        target.accept(octets);
    }
}
