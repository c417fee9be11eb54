// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove.clock;

import io.postern.lab.LabException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The clock of a machine that is wrong, made by libfaketime for one process. Only the time of day is false: nobody can set
 * the monotonic clock of a machine.
 */
final class FalseClock {
    private final Path library;
    private final Path setting;

    private FalseClock(Path library, Path setting) {
        this.library = library;
        this.setting = setting;
    }

    /**
     * @param said as faketime(1) says it
     * @param setting a file of its own, read again each second
     */
    static FalseClock set(String said, Path setting) throws IOException, LabException {
        var clock = new FalseClock(library(), setting);
        clock.set(said);
        return clock;
    }

    private void set(String said) throws IOException {
        Path next = Files.writeString(setting.resolveSibling(setting.getFileName() + ".next"), said + "\n");
        Files.move(next, setting, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Somebody sets it: from now on it is off by so much. */
    void set(Duration off) throws IOException {
        set((off.isNegative() ? "-" : "+") + off.abs().toSeconds());
    }

    Map<String, String> environment() {
        return Map.of(
                "LD_PRELOAD", library.toString(),
                "FAKETIME_TIMESTAMP_FILE", setting.toString(),
                "FAKETIME_CACHE_DURATION", "1",
                "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                // a mend for an older C library; with today's every timed wait of the JVM lasts for ever
                "FAKETIME_FORCE_MONOTONIC_FIX", "0",
                "NO_FAKE_STAT", "1");
    }

    /** Where Debian has it, whatever the machine is called. */
    private static Path library() throws IOException, LabException {
        try (Stream<Path> folders = Files.list(Path.of("/usr/lib"))) {
            return folders.map(folder -> folder.resolve("faketime").resolve("libfaketimeMT.so.1"))
                    .filter(Files::isRegularFile)
                    .findFirst()
                    .orElseThrow(() -> new LabException("libfaketime is missing: apt-get install faketime"));
        }
    }
}
