// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.Databases;
import io.postern.cloud.store.KeySealer;
import io.postern.testkit.JavaProcess;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.hub.PropertyBag;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills a process that appends events and looks whether everything it was told is durable is there. */
class EventKillIT {
    @TempDir
    Path directory;

    @RepeatedTest(2)
    @Timeout(60)
    void whatWasAcknowledgedBeforeAKillIsThereAfterIt() throws Exception {
        Process writer = JavaProcess.start(
                Writer.class, directory.toString(), Databases.whereabouts(directory.resolve("cloud.db")));
        long acknowledged = 0;
        long enough = ThreadLocalRandom.current().nextLong(20, 400);
        try (BufferedReader lines = writer.inputReader(StandardCharsets.US_ASCII)) {
            String line;
            while ((line = lines.readLine()) != null) {
                acknowledged = Long.parseLong(line);
                if (acknowledged == enough) {
                    writer.toHandle()
                            .destroyForcibly(); // unlike Process.destroyForcibly, leaves its last words readable
                }
            }
        }
        assertThat(writer.waitFor()).isEqualTo(137); // died of SIGKILL, nothing was closed

        try (Database database = Databases.open(directory.resolve("cloud.db"));
                EventStream stream = new EventStream(database, 1_000_000, 4)) {
            List<HubEvent> events = stream.read(1, 1000);
            assertThat(acknowledged).isGreaterThanOrEqualTo(enough);
            assertThat(stream.last()).isGreaterThanOrEqualTo(acknowledged);
            assertThat(events)
                    .hasSize((int) Math.min(1000, stream.last()))
                    .allSatisfy(e -> assertThat(e.body().toUtf8()).isEqualTo("event " + e.sequence()));
            KeySealer.open(directory.resolve("master.key"), database, new SecureRandom());
        }
    }

    /** Appends until it is killed, printing each acknowledged sequence number. */
    static final class Writer {
        public static void main(String[] args) throws IOException, InterruptedException {
            Path directory = Path.of(args[0]);
            Database database = Databases.at(args[1]);
            KeySealer.open(directory.resolve("master.key"), database, new SecureRandom());
            database.migrate(HubSchema.COMPONENT, HubSchema.STEPS);
            EventStream stream = new EventStream(database, 1_000_000, 4);
            for (long next = 1; ; next++) {
                System.out.println(stream.append(List.of(new EventStream.Accepted(
                        DeviceId.of("meter-1"),
                        "1",
                        InstantSource.system().instant(),
                        AuthMethod.DEVICE_KEY,
                        Optional.empty(),
                        new Telemetry(PropertyBag.EMPTY, Bytes.utf8("event " + next))))));
            }
        }
    }
}
