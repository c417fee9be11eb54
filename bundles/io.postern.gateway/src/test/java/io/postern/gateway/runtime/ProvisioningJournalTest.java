// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.provisioning.ProvisioningState;
import io.postern.gateway.provisioning.ProvisioningState.Hindrance;
import io.postern.gateway.provisioning.TransportUse;
import io.postern.gateway.spi.GatewayClock;
import io.postern.gateway.spi.Transport;
import io.postern.gateway.time.Box;
import io.postern.gateway.time.TimeSource;
import io.postern.gateway.time.TrustedClock;
import io.postern.testkit.MovableClock;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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
    void itSaysOverWhatTheServiceWasReachedAndWhatStoodInTheWay(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("state.json");
        ProvisioningJournal journal = journal(Optional.of(file));
        var blocked = List.of(new TransportUse.Blocked(Transport.HTTPS, "someone else's certificate"));

        journal.reached(new TransportUse(Optional.of(Transport.AMQP), blocked));
        journal.accept(new ProvisioningState.Unprovisioned());

        JsonObject state = Json.parseObject(Files.readString(file));
        assertThat(state.getString("transport")).isEqualTo("amqp");
        assertThat(state.getJsonObject("blocked").getString("https")).isEqualTo("someone else's certificate");
        assertThat(milestones).containsExactly("TRANSPORT amqp; https: someone else's certificate");
    }

    @Test
    void whereNothingGetsThroughTheRetryTellsIt(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("state.json");
        ProvisioningJournal journal = journal(Optional.of(file));

        journal.reached(
                new TransportUse(Optional.empty(), List.of(new TransportUse.Blocked(Transport.HTTPS, "closed"))));
        journal.accept(new ProvisioningState.Unprovisioned());

        assertThat(Json.parseObject(Files.readString(file)))
                .doesNotContainKey("transport")
                .containsKey("blocked");
        assertThat(milestones).isEmpty();
    }

    @Test
    void aFileThatCannotBeWrittenStopsNothing(@TempDir Path directory) throws Exception {
        Path blocked = Files.writeString(directory.resolve("file"), "");
        journal(Optional.of(blocked.resolve("state.json"))).accept(NO_NETWORK);
        journal(Optional.empty()).accept(NO_NETWORK);
        assertThat(milestones).hasSize(2);
    }

    @Test
    void theFileSaysHowFarTheTimeIsKnownAndItsOwnTimesArePutRight(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("state.json");
        var box = new Box("2026-11-22T08:00:00Z", "1970-01-01T00:00:12Z");
        TrustedClock clock = box.open();
        ProvisioningJournal journal = journal(Optional.of(file), clock);
        clock.whenConfirmed(journal::timeKnown);
        journal.accept(NO_NETWORK);
        JsonObject before = Json.parseObject(Files.readString(file));
        assertThat(before.getJsonObject("time").getString("quality")).isEqualTo("unknown");
        assertThat(before.getString("since")).isEqualTo(Box.BUILT.toString());
        Instant since = box.truth();
        box.later(Duration.ofSeconds(40));
        clock.heard(box.claim(TimeSource.SIGNED));
        JsonObject after = Json.parseObject(Files.readString(file));
        assertThat(after.getJsonObject("time").getString("source")).isEqualTo("signed");
        assertThat(after.getString("since")).isEqualTo(since.toString());
        assertThat(Duration.between(since, Instant.parse(after.getString("nextTry"))))
                .isEqualTo(Duration.ofSeconds(40));
    }

    private ProvisioningJournal journal(Optional<Path> file) {
        return journal(file, GatewayClock.confirmed(MovableClock.at("2026-03-01T08:00:00Z")));
    }

    private ProvisioningJournal journal(Optional<Path> file, GatewayClock clock) {
        return new ProvisioningJournal(
                file, "x509-tpm", (milestone, subject) -> milestones.add(milestone + " " + subject), clock);
    }
}
