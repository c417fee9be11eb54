// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.Databases;
import io.postern.cloud.store.KeySealer;
import io.postern.testkit.JavaProcess;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills a hub whose twin is changed from both sides, and looks whether every change it acknowledged is there. */
class TwinKillIT {
    private static final DeviceId METER = DeviceId.of("meter-1");

    @TempDir
    Path directory;

    @RepeatedTest(2)
    @Timeout(60)
    void aChangeThatWasAcknowledgedIsThereAfterAKill() throws Exception {
        Process hub = JavaProcess.start(
                Changer.class, directory.toString(), Databases.whereabouts(directory.resolve("cloud.db")));
        int enough = ThreadLocalRandom.current().nextInt(10, 100);
        int acknowledged = 0;
        try (BufferedReader lines = hub.inputReader(StandardCharsets.US_ASCII)) {
            String line;
            while ((line = lines.readLine()) != null) {
                acknowledged = Integer.parseInt(line);
                if (acknowledged == enough) {
                    hub.toHandle().destroyForcibly(); // unlike Process.destroyForcibly, leaves its last words readable
                }
            }
        }
        assertThat(hub.waitFor()).isEqualTo(137); // died of SIGKILL, nothing was closed

        try (Database database = Databases.open(directory.resolve("cloud.db"));
                Hub again = open(directory, database)) {
            DeviceTwin twin = again.twins().find(METER).orElseThrow();
            assertThat(acknowledged).isGreaterThanOrEqualTo(enough);
            assertThat(twin.reported().properties().getInt("n")).isGreaterThanOrEqualTo(acknowledged);
            assertThat(twin.desired().properties().getInt("n")).isGreaterThanOrEqualTo(acknowledged);
            assertThat(twin.reported().metadata().getJsonObject("n").getInt("$lastUpdatedVersion"))
                    .isEqualTo(twin.reported().version());
        }
    }

    private static Hub open(Path directory, Database database) throws IOException {
        KeySealer sealer = KeySealer.open(directory.resolve("master.key"), database, new SecureRandom());
        return Hub.open(HubSettings.of(HubFixture.NAME), database, sealer, InstantSource.system(), new SecureRandom());
    }

    /** Counts up on both sides of a twin until it is killed, printing each number when both have acknowledged it. */
    static final class Changer {
        public static void main(String[] args) throws IOException, InterruptedException {
            Hub hub = TwinKillIT.open(Path.of(args[0]), Databases.at(args[1]));
            hub.identities().create(IdentityDraft.of(METER));
            for (int n = 1; ; n++) {
                JsonObject change = Json.object().add("n", n).build();
                hub.twins().report(METER, change, OptionalLong.empty());
                hub.twins().patch(METER, Optional.empty(), Optional.of(change), IfMatch.ANY);
                System.out.println(n);
            }
        }
    }
}
