// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.identity.Attestation;
import io.postern.gateway.provisioning.Provisioner;
import io.postern.gateway.provisioning.ProvisioningOutcome;
import io.postern.gateway.provisioning.TpmChange;
import io.postern.gateway.spi.StateStore;
import io.postern.testkit.CapturedLog;
import io.postern.testkit.MovableClock;
import io.postern.testkit.Swtpm;
import io.postern.wire.DeviceId;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The provisioner over a real TPM, with a service that challenges it. */
class TpmProvisioningIT {
    private static final IdScope SCOPE = IdScope.of("0ne000LAB");
    private static final byte[] MESSAGE = {1, 2, 3};

    @TempDir
    Path directory;

    private final MapStore store = new MapStore();
    private Swtpm swtpm;
    private TpmSecurityModule module;
    private NonceService service;

    @BeforeEach
    void start() throws IOException {
        swtpm = Swtpm.fresh(directory);
        module = TpmSecurityModule.at(swtpm.device());
        service = new NonceService(module.attestation());
    }

    @AfterEach
    void stop() {
        module.close();
        swtpm.close();
    }

    @Test
    @Tag("SYS-10")
    @Tag("DPS-06")
    @Tag("HUB-02")
    void theTpmProvesItselfAndThenHoldsTheHubKey() throws Exception {
        assertThat(provisioner(module).attempt(_ -> {})).isInstanceOf(ProvisioningOutcome.Assigned.class);

        assertThat(module.sign(MESSAGE)).isEqualTo(service.hubKey().hmacSha256(MESSAGE));
    }

    @Test
    void afterARestartOfGatewayAndTpmNobodyIsAsked() throws Exception {
        provisioner(module).attempt(_ -> {});
        module.close();
        swtpm.restart();

        try (var next = TpmSecurityModule.at(swtpm.device())) {
            assertThat(provisioner(next).stored()).isPresent();
            assertThat(next.sign(MESSAGE)).isEqualTo(service.hubKey().hmacSha256(MESSAGE));
        }
        assertThat(service.registrations()).isEqualTo(2);
    }

    @Test
    @Tag("DPS-28")
    void provisioningAgainReplacesTheHubKey() throws Exception {
        provisioner(module).attempt(_ -> {});
        var first = service.hubKey();
        provisioner(module).attempt(_ -> {});

        assertThat(service.hubKey()).isNotEqualTo(first);
        assertThat(module.sign(MESSAGE)).isEqualTo(service.hubKey().hmacSha256(MESSAGE));
        assertThat(provisioner(module).stored()).isPresent();
    }

    @Test
    @Tag("DPS-06")
    @Tag("DPS-30")
    void anotherTpmIsAnotherMachine() throws Exception {
        provisioner(module).attempt(_ -> {});
        try (var other = Swtpm.fresh(directory);
                var otherModule = TpmSecurityModule.at(other.device())) {
            assertThat(provisioner(otherModule).stored()).isEmpty();
            assertThat(provisioner(otherModule).attempt(_ -> {}))
                    .isInstanceOfSatisfying(ProvisioningOutcome.TpmChanged.class, changed -> {
                        assertThat(changed.change()).isInstanceOf(TpmChange.Replaced.class);
                        assertThat(changed.answer()).contains("made for another TPM");
                    });
            assertThatThrownBy(() -> otherModule.sign(MESSAGE)).hasMessageContaining("provision again");
        }
    }

    @Test
    @Tag("DPS-28")
    @Tag("DPS-30")
    void aClearedTpmIsNamedAndRegistersAgainUnderItsEndorsementKey() throws Exception {
        provisioner(module).attempt(_ -> {});
        module.close();
        swtpm.tool("tpm2_clear");

        RegistrationId id = module.attestation().endorsementKey().registrationId();
        var cleared = new TpmChange.Cleared(id, DeviceId.of(id.text()), "its storage root key is another one");
        assertThat(provisioner(module).stored()).isEmpty();
        assertThat(provisioner(module).attempt(_ -> {}))
                .isInstanceOfSatisfying(ProvisioningOutcome.TpmChanged.class, changed -> assertThat(changed.change())
                        .isEqualTo(cleared));
        service = new NonceService(module.attestation()); // an operator has accepted it
        assertThat(provisioner(module).attempt(_ -> {})).isInstanceOf(ProvisioningOutcome.Assigned.class);
        assertThat(provisioner(module).stored()).isPresent();
    }

    @Test
    void noKeyNonceOrSignatureIsLoggedNotEvenAtTheFinestLevel() throws Exception {
        try (CapturedLog log = CapturedLog.start();
                var fresh = Swtpm.fresh(directory);
                var first = TpmSecurityModule.at(fresh.device())) {
            service = new NonceService(first.attestation());
            provisioner(first).attempt(_ -> {});
            first.sign(MESSAGE);

            assertThat(service.secrets()).hasSizeGreaterThan(6);
            assertThat(log.text()).contains("made the").doesNotContain(service.secrets());
        }
    }

    private Provisioner provisioner(TpmSecurityModule over) {
        return Provisioner.of(
                Provisioner.Settings.of(SCOPE),
                new Attestation.Tpm(over, Optional.empty()),
                service,
                store,
                MovableClock.at("2026-03-01T08:00:00Z"),
                pause -> {},
                (milestone, subject) -> {});
    }

    private static final class MapStore implements StateStore {
        private final Map<String, JsonObject> facts = new HashMap<>();

        @Override
        public Optional<JsonObject> read(String name) {
            return Optional.ofNullable(facts.get(name));
        }

        @Override
        public void write(String name, JsonObject fact) {
            facts.put(name, fact);
        }

        @Override
        public void remove(String name) {
            facts.remove(name);
        }
    }
}
