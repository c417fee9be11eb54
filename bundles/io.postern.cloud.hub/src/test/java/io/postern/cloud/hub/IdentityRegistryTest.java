// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.hub.IdentityListener.Change;
import io.postern.cloud.store.Databases;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityRegistryTest {
    private static final DeviceId METER = DeviceId.of("meter-1");

    @TempDir
    Path directory;

    private HubFixture fixture;
    private IdentityRegistry registry;
    private final List<String> changes = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        fixture = new HubFixture(directory);
        registry = fixture.hub.identities();
        registry.addListener((device, change) -> changes.add(device + " " + change));
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void aNewIdentityGetsTwoDifferentKeysOf64OctetsAndATwin() {
        DeviceIdentity created = fixture.device("meter-1");

        assertThat(created.keys().primary().length()).isEqualTo(64);
        assertThat(created.keys().primary()).isNotEqualTo(created.keys().secondary());
        assertThat(created.enabled()).isTrue();
        assertThat(registry.find(METER)).contains(created);
        assertThat(fixture.hub.twins().find(METER)).isPresent();
    }

    @Test
    void keysThatAreBroughtAreKept() {
        var keys = SymmetricKeys.random(32, new SecureRandom());

        registry.create(IdentityDraft.of(METER).withKeys(keys));

        assertThat(registry.find(METER).orElseThrow().keys()).isEqualTo(keys);
    }

    @Test
    void aKeyTooShortToBeSafeIsRefused() {
        Secret shortKey = Secret.random(8, new SecureRandom());

        assertThatThrownBy(() -> new SymmetricKeys(shortKey, shortKey)).hasMessageContaining("16 to 64");
    }

    @Test
    void namesDifferInCase() {
        fixture.device("meter-1");
        fixture.device("METER-1");

        assertThat(registry.list(10)).extracting(d -> d.deviceId().text()).containsExactly("METER-1", "meter-1");
    }

    @Test
    void aSecondCreationIsAConflict() {
        DeviceIdentity first = fixture.device("meter-1");

        assertThat(registry.create(IdentityDraft.of(METER))).isEqualTo(new RegistryReply.AlreadyExists(first));
    }

    @Test
    void anUpdateWithTheEtagSeenSucceedsOnce() {
        DeviceIdentity first = fixture.device("meter-1");
        IfMatch seen = IfMatch.parse("\"" + first.etag() + "\"");
        IdentityDraft disabled = IdentityDraft.of(METER).disabled("stolen");

        assertThat(registry.update(disabled, seen)).isInstanceOf(RegistryReply.Updated.class);
        assertThat(registry.update(disabled, seen)).isInstanceOf(RegistryReply.EtagMismatch.class);

        DeviceIdentity now = registry.find(METER).orElseThrow();
        assertThat(now.enabled()).isFalse();
        assertThat(now.statusReason()).contains("stolen");
        assertThat(now.keys()).isEqualTo(first.keys());
        assertThat(now.generationId()).isEqualTo(first.generationId());
    }

    @Test
    void listenersHearOfWhatMayCutASessionAndOfNothingElse() {
        DeviceIdentity first = fixture.device("meter-1");

        registry.update(IdentityDraft.of(METER), IfMatch.ANY);
        registry.update(IdentityDraft.of(METER).withKeys(first.keys()), IfMatch.ANY);
        assertThat(changes).isEmpty();

        registry.update(IdentityDraft.of(METER).withKeys(SymmetricKeys.random(64, new SecureRandom())), IfMatch.ANY);
        registry.update(IdentityDraft.of(METER).disabled("lost"), IfMatch.ANY);
        registry.delete(METER, IfMatch.ANY);
        assertThat(changes)
                .containsExactly(
                        "meter-1 " + Change.KEYS_CHANGED, "meter-1 " + Change.DISABLED, "meter-1 " + Change.DELETED);
    }

    @Test
    @Tag("ISS-13")
    void aDeletedNameIsBarredForTenDaysAndThenFreeWithANewGeneration() {
        DeviceIdentity first = fixture.device("meter-1");
        registry.delete(METER, IfMatch.ANY);

        assertThat(daysLeft()).isEqualTo(10);
        fixture.clock.advance(Duration.ofDays(9));
        assertThat(daysLeft()).isEqualTo(1);
        fixture.clock.advance(Duration.ofHours(23).plusMinutes(59));
        assertThat(daysLeft()).isEqualTo(1);
        fixture.clock.advance(Duration.ofMinutes(1));

        DeviceIdentity second = fixture.device("meter-1");
        assertThat(second.generationId()).isNotEqualTo(first.generationId());
        assertThat(second.keys()).isNotEqualTo(first.keys());
    }

    @Test
    @Tag("ISS-13")
    void theQuarantineOutlivesARestart() throws IOException {
        fixture.device("meter-1");
        registry.delete(METER, IfMatch.ANY);
        fixture.close();

        fixture = new HubFixture(directory);

        assertThat(fixture.hub.identities().create(IdentityDraft.of(METER)))
                .isInstanceOf(RegistryReply.Quarantined.class);
        assertThat(fixture.hub.identities().quarantine().of(METER)).isPresent();
    }

    @Test
    void aQuarantineOfZeroIsNone() throws IOException {
        fixture.close();
        fixture = new HubFixture(directory, new HubSettings(HubFixture.NAME, Duration.ZERO, 10));
        fixture.device("meter-1");
        fixture.hub.identities().delete(METER, IfMatch.ANY);

        assertThat(fixture.device("meter-1").enabled()).isTrue();
    }

    @Test
    void deletingWhatIsNotThereOrHasChangedIsToldApart() {
        assertThat(registry.delete(METER, IfMatch.ANY)).isEqualTo(new RegistryReply.NotFound(METER));
        fixture.device("meter-1");
        assertThat(registry.delete(METER, IfMatch.parse("AAAA"))).isInstanceOf(RegistryReply.EtagMismatch.class);
        assertThat(registry.find(METER)).isPresent();
    }

    @Test
    @Tag("HUB-08")
    void noKeyStandsInTheDatabase() throws IOException {
        Secret known = Secret.utf8("canary-canary-canary-canary");
        registry.create(IdentityDraft.of(METER).withKeys(new SymmetricKeys(known, known)));
        Bytes policyKey = Bytes.of(fixture.hub
                .policies()
                .find("iothubowner")
                .orElseThrow()
                .keys()
                .primary()
                .reveal());

        for (Bytes clear : List.of(Bytes.utf8("canary"), policyKey, Bytes.utf8(policyKey.toBase64()))) {
            assertThat(Databases.holds(fixture.database, directory.resolve("cloud.db"), clear))
                    .isFalse();
        }
        assertThat(Databases.holds(fixture.database, directory.resolve("cloud.db"), Bytes.utf8("iothubowner")))
                .as("what is not secret is found")
                .isTrue();
    }

    @Test
    void pagesFollowEachOther() {
        List.of("c", "a", "b").forEach(fixture::device);

        assertThat(registry.list(2)).extracting(d -> d.deviceId().text()).containsExactly("a", "b");
        assertThat(registry.listAfter(DeviceId.of("b"), 2))
                .extracting(d -> d.deviceId().text())
                .containsExactly("c");
        assertThat(registry.census()).isEqualTo(new IdentityRegistry.Census(3, 3));
    }

    private long daysLeft() {
        return ((RegistryReply.Quarantined) registry.create(IdentityDraft.of(METER))).daysLeft();
    }
}
