// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.HubSettings;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Databases;
import io.postern.cloud.store.KeySealer;
import io.postern.testkit.MovableClock;
import io.postern.wire.DeviceId;
import io.postern.wire.DurationText;
import io.postern.wire.HubName;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No token may outlive the time its leaf's name stays barred after the leaf is deleted. */
class TokenLifeTest {
    private static final DeviceId LEAF = DeviceId.of("meter-1");

    @TempDir
    Path directory;

    private final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");
    private final SecureRandom random = new SecureRandom();

    @ParameterizedTest
    @CsvSource({"1h, 59m", "1h, 0s", "10d, 9d", "1m, 59s"})
    @Tag("DEC-6")
    void aLifeLongerThanTheQuarantineStopsTheStart(String life, String quarantine) throws IOException {
        try (Database database = Databases.open(directory.resolve("cloud.db"));
                Hub hub = hub(database, quarantine)) {
            assertThatThrownBy(() -> start(life, hub, database))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("io.postern.cloud.tokens: tokenLife " + DurationText.parse(life))
                    .hasMessageContaining(DurationText.parse(quarantine).toString())
                    .hasMessageContaining("quarantine of io.postern.cloud.hub");
        }
    }

    @ParameterizedTest
    @CsvSource({"1h, 1h", "1h, 10d", "10d, 10d", "1m, 1m"})
    @Tag("DEC-6")
    void aLifeUpToTheQuarantineIsGood(String life, String quarantine) throws IOException {
        try (Database database = Databases.open(directory.resolve("cloud.db"));
                Hub hub = hub(database, quarantine)) {
            assertThat(start(life, hub, database).hub()).isEqualTo(hub.name());
        }
    }

    @Test
    @Tag("DEC-6")
    void theShortestQuarantineAllowedStillOutlivesTheLastToken() throws IOException {
        try (Database database = Databases.open(directory.resolve("cloud.db"));
                Hub hub = hub(database, "1h")) {
            start("1h", hub, database);
            hub.identities().create(IdentityDraft.of(LEAF));
            hub.identities().delete(LEAF, IfMatch.ANY);

            clock.advance(Duration.ofHours(1).minusNanos(1));
            assertThat(hub.identities().quarantine().of(LEAF)).isPresent();
            clock.advance(Duration.ofNanos(1)); // a token ends at its second, so none is left now
            assertThat(hub.identities().quarantine().of(LEAF)).isEmpty();
        }
    }

    private Hub hub(Database database, String quarantine) throws IOException {
        return Hub.open(
                new HubSettings(HubName.of("hub.plant.test"), DurationText.parse(quarantine), 10),
                database,
                KeySealer.open(directory.resolve("master.key"), database, random),
                clock,
                random);
    }

    private TokenService start(String life, Hub hub, Database database) {
        return TokenService.of(TokenSettings.of(life, 1, 1), hub, database, clock, System::nanoTime, random);
    }
}
