// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static io.postern.cloud.dps.Answers.assertDenied;
import static io.postern.cloud.dps.Answers.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.RegistrationAnswer.Refusal;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.Secret;
import io.postern.wire.dps.RegistrationStatus;
import io.postern.wire.dps.RegistrationStatus.Status;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the desk refuses, why, and that none of it is counted. */
class RegistrationRefusalTest {
    @TempDir
    Path directory;

    private final AttestationMechanism.SymmetricKey keys = DpsFixture.keys();
    private DpsFixture dps;

    @BeforeEach
    void open() throws Exception {
        dps = new DpsFixture(directory);
    }

    @AfterEach
    void close() {
        dps.close();
    }

    private RegistrationAttempt signed(String id) {
        return dps.signed(dps.attempt(id), keys.keys().primary());
    }

    @Test
    void nameAnUnknownScope() {
        RegistrationAttempt attempt = dps.attempt("meter-1");
        var astray = new RegistrationAttempt(IdScope.of("0ne000OTHER"), attempt.request(), Optional.empty());

        assertRefused(dps.desk().register(astray), Refusal.UNKNOWN_SCOPE, "0ne000OTHER");
        assertRefused(dps.desk().status(astray, "5.x"), Refusal.UNKNOWN_SCOPE, "0ne000OTHER");
        assertRefused(dps.desk().lookup(astray), Refusal.UNKNOWN_SCOPE, "0ne000OTHER");
    }

    @Test
    void nameAnUnknownRegistration() {
        assertRefused(
                dps.desk().register(dps.attempt("nobody")), Refusal.UNKNOWN_REGISTRATION, "registration id nobody");
    }

    @Test
    void tellADisabledDeviceAfterItsProofAndNotBefore() {
        dps.enroll(IndividualEnrollment.of(RegistrationId.of("meter-1"), keys).with(ProvisioningStatus.DISABLED));

        assertDenied(dps.desk().register(dps.attempt("meter-1")), "no Authorization header");
        var answer = (RegistrationAnswer.Finished) dps.desk().register(signed("meter-1"));

        assertThat(answer.status().status()).isEqualTo(Status.DISABLED);
        assertThat(answer.status().state().orElseThrow().errorMessage().orElseThrow())
                .contains("disabled the enrollment of meter-1");
        assertThat(dps.hub.identities().find(DeviceId.of("meter-1"))).isEmpty();
    }

    @Test
    @Tag("DPS-17")
    void keepDevicesFromHubsThatAreNotLinked() {
        dps.enroll(IndividualEnrollment.of(RegistrationId.of("meter-1"), keys).with(HubName.of("other.lab.test")));

        RegistrationStatus.State state = dps.outcome(signed("meter-1")).state().orElseThrow();

        assertThat(state.status()).isEqualTo(Status.FAILED);
        assertThat(state.errorCode()).contains(400208);
        assertThat(state.errorMessage().orElseThrow()).contains("other.lab.test", "not linked");
    }

    @Test
    void keepADeviceFromTakingTheNameOfAnother() {
        dps.enroll("meter-1", keys);
        dps.outcome(signed("meter-1"));
        Secret firstKey = dps.device("meter-1").keys().primary();
        var rival = new SymmetricKeys(keys.keys().primary(), Secret.random(32, new SecureRandom()));
        dps.enroll(IndividualEnrollment.of(RegistrationId.of("meter-2"), new AttestationMechanism.SymmetricKey(rival))
                .with(DeviceId.of("meter-1")));

        RegistrationStatus outcome = dps.outcome(signed("meter-2"));

        assertThat(outcome.status()).isEqualTo(Status.FAILED);
        assertThat(outcome.state().orElseThrow().errorMessage().orElseThrow())
                .contains("belongs to registration meter-1");
        assertThat(dps.device("meter-1").keys().primary()).isEqualTo(firstKey);
    }

    @Test
    void tellUntilWhenADeletedNameStaysBarred() {
        dps.enroll("meter-1", keys);
        dps.outcome(signed("meter-1"));
        dps.hub.identities().delete(DeviceId.of("meter-1"), IfMatch.ANY);

        RegistrationStatus outcome = dps.outcome(signed("meter-1"));

        assertThat(outcome.status()).isEqualTo(Status.FAILED);
        assertThat(outcome.state().orElseThrow().errorMessage().orElseThrow())
                .contains("barred until 2026-03-11", "10 days");
    }

    @Test
    @Tag("DPS-27")
    void areNotCounted() {
        dps.enroll(IndividualEnrollment.of(RegistrationId.of("meter-1"), keys).with(HubName.of("other.lab.test")));
        dps.outcome(signed("meter-1"));
        dps.desk().register(dps.attempt("meter-1"));
        dps.desk().register(dps.attempt("nobody"));

        assertThat(dps.service.meter().counts())
                .containsEntry(Operation.REGISTRATION, 0L)
                .containsEntry(Operation.RE_REGISTRATION, 0L)
                .containsEntry(Operation.ENROLLMENT_ADD, 1L);
    }
}
