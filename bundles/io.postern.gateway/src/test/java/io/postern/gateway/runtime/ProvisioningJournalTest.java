// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.provisioning.ProvisioningState;
import io.postern.gateway.provisioning.ProvisioningState.Hindrance;
import io.postern.testkit.MovableClock;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProvisioningJournalTest {
    private static final ProvisioningState NO_NETWORK =
            new ProvisioningState.Resting(Hindrance.NO_NETWORK, "no route", 3, Duration.ofSeconds(40));

    private final List<String> milestones = new ArrayList<>();

    @Test
    void theFileAlwaysHoldsTheLastStateWithItsReasonAndTheNextTry(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("deep/state.json");
        ProvisioningJournal journal = journal(Optional.of(file));

        journal.accept(new ProvisioningState.Unprovisioned());
        journal.accept(NO_NETWORK);

        JsonObject state = Json.parseObject(Files.readString(file));
        assertThat(state.getString("state")).isEqualTo("NO_NETWORK");
        assertThat(state.getString("reason")).isEqualTo("no route");
        assertThat(state.getString("next")).startsWith("registers again; look at network");
        assertThat(state.getString("since")).isEqualTo("2026-03-01T08:00:00Z");
        assertThat(state.getString("nextTry")).isEqualTo("2026-03-01T08:00:40Z");
        assertThat(state.getString("identity")).isEqualTo("x509-tpm");
        assertThat(state.getInt("failures")).isEqualTo(3);
        assertThat(milestones).containsExactly("RETRYING provisioning: NO_NETWORK: no route");
        try (var files = Files.list(directory.resolve("deep"))) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aFileThatCannotBeWrittenStopsNothing(@TempDir Path directory) throws Exception {
        Path blocked = Files.writeString(directory.resolve("file"), "");
        journal(Optional.of(blocked.resolve("state.json"))).accept(NO_NETWORK);
        journal(Optional.empty()).accept(NO_NETWORK);
        assertThat(milestones).hasSize(2);
    }

    private ProvisioningJournal journal(Optional<Path> file) {
        return new ProvisioningJournal(
                file,
                "x509-tpm",
                (milestone, subject) -> milestones.add(milestone + " " + subject),
                MovableClock.at("2026-03-01T08:00:00Z"));
    }
}
