// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.TelemetryMessage;
import io.postern.wire.DeviceId;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process killed in the middle of its work has lost nothing that an append had returned for. */
class KilledProcessIT {
    private static final int KILLS = 10;

    @TempDir
    Path directory;

    private final Map<DeviceId, Long> promised = new HashMap<>();
    private final Map<DeviceId, Long> found = new HashMap<>();
    private final Random random = new Random(42);

    @Test
    void everyAppendThatReturnedIsThereAfterTheKill() throws Exception {
        for (int kill = 1; kill <= KILLS; kill++) {
            appendAndKill(random.nextInt(1, 400));
            nothingPromisedIsMissing();
        }
        assertThat(promised).hasSize(4);
    }

    private void appendAndKill(int afterLines) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AppendingProcess.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader output = process.inputReader()) {
            for (int n = 0; n < afterLines; n++) {
                note(output.readLine());
            }
            process.toHandle().destroyForcibly(); // SIGKILL; unlike the process's own method it leaves the pipe open
            // what it printed before the signal came was promised as well; the last line may be cut short
            List<String> rest = output.lines().toList();
            rest.stream().limit(Math.max(0, rest.size() - 1)).forEach(this::note);
            process.waitFor();
        } finally {
            process.destroyForcibly();
        }
    }

    private void note(String line) {
        String[] words = line.split(" ");
        promised.merge(DeviceId.of(words[0]), Long.valueOf(words[1]), Math::max);
    }

    private void nothingPromisedIsMissing() throws IOException {
        try (JournalStore store = JournalStore.open(StoreSettings.of(directory, 64 << 20), InstantSource.system())) {
            for (var leaf : promised.entrySet()) {
                long last = drain(store.outbox(), leaf.getKey(), found.getOrDefault(leaf.getKey(), 0L));
                assertThat(last).as("last sequence of %s", leaf.getKey()).isGreaterThanOrEqualTo(leaf.getValue());
                found.put(leaf.getKey(), last);
            }
        }
    }

    /** Takes all that is there, in one run of numbers without a gap behind {@code last}. */
    private static long drain(JournalOutbox outbox, DeviceId leaf, long last) throws IOException {
        List<TelemetryMessage> batch = outbox.head(leaf, 1000);
        while (!batch.isEmpty()) {
            assertThat(batch)
                    .extracting(TelemetryMessage::sequence)
                    .containsExactlyElementsOf(LongStream.rangeClosed(last + 1, last + batch.size())
                            .boxed()
                            .toList());
            last = batch.getLast().sequence();
            outbox.confirm(leaf, last);
            batch = outbox.head(leaf, 1000);
        }
        return last;
    }
}
