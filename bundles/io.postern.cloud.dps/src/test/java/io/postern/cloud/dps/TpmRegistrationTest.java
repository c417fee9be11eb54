// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static io.postern.cloud.dps.Answers.assertDenied;
import static io.postern.cloud.dps.Answers.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.RegistrationAnswer.Refusal;
import io.postern.cloud.dps.challenge.PaperTpm;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.IfMatch;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.dps.RegistrationStatus;
import io.postern.wire.dps.RegistrationStatus.Status;
import io.postern.wire.tpm.ActivationBlob;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices that prove themselves with a TPM. */
class TpmRegistrationTest {
    private static final PaperTpm TPM = new PaperTpm();
    private static final PaperTpm OTHER_TPM = new PaperTpm();
    private static final JsonObject TAGS = Json.object().add("site", "north").build();
    private static final JsonObject DESIRED = Json.object().add("interval", 5).build();

    @TempDir
    Path directory;

    private DpsFixture dps;

    @BeforeEach
    void open() throws Exception {
        dps = new DpsFixture(directory);
    }

    @AfterEach
    void close() {
        dps.close();
    }

    private RegistrationAttempt attempt() {
        return dps.attempt("gw-1", TPM.attestation());
    }

    private Secret nonceKey() {
        return TPM.activate(dps.challenge(attempt()));
    }

    private void enroll() {
        dps.enroll("gw-1", DpsFixture.tpm(TPM.attestation()));
    }

    @Test
    @Tag("DPS-06")
    @Tag("DPS-12")
    @Tag("DPS-18")
    void areChallengedAndGetTheirHubKeySealedToTheirTpm() {
        dps.enroll(IndividualEnrollment.of(RegistrationId.of("gw-1"), DpsFixture.tpm(TPM.attestation()))
                .with(new InitialTwin(TAGS, DESIRED)));

        RegistrationStatus outcome = dps.outcome(dps.signed(attempt(), nonceKey()));

        RegistrationStatus.State state = outcome.state().orElseThrow();
        assertThat(outcome.status()).isEqualTo(Status.ASSIGNED);
        assertThat(state.assignedHub()).contains(DpsFixture.HUB);
        assertThat(state.deviceId()).contains(DeviceId.of("gw-1"));
        Bytes sealedKey = state.authenticationKey().orElseThrow();
        assertThat(TPM.activate(ActivationBlob.decode(sealedKey)))
                .isEqualTo(dps.device("gw-1").keys().primary());
        var twin = dps.hub.twins().find(DeviceId.of("gw-1")).orElseThrow();
        assertThat(twin.tags()).isEqualTo(TAGS);
        assertThat(twin.desired().properties()).isEqualTo(DESIRED);
    }

    @Test
    @Tag("DPS-04")
    void areRefusedWithAnotherEndorsementKey() {
        enroll();

        assertRefused(
                dps.desk().register(dps.attempt("gw-1", OTHER_TPM.attestation())),
                Refusal.OTHER_ATTESTATION,
                "endorsement key");
    }

    @Test
    @Tag("DPS-04")
    void areRefusedWhenTheyShowNoTpm() {
        enroll();

        assertRefused(dps.desk().register(dps.attempt("gw-1")), Refusal.OTHER_ATTESTATION, "shows no TPM keys");
    }

    @Test
    void areHeldToTheStorageRootKeyOfTheirFirstRegistration() {
        enroll();
        dps.outcome(dps.signed(attempt(), nonceKey()));
        PaperTpm cleared = TPM.cleared();
        RegistrationAttempt attempt = dps.attempt("gw-1", cleared.attestation());

        assertRefused(
                dps.desk().register(dps.signed(attempt, cleared.activate(dps.challenge(attempt)))),
                Refusal.AWAITING_APPROVAL,
                "waits for an operator");

        // an operator may also update the enrollment to let the cleared TPM in
        IndividualEnrollment unbound =
                IndividualEnrollment.of(RegistrationId.of("gw-1"), DpsFixture.tpm(TPM.attestation()));
        dps.service.enrollments().update(unbound, IfMatch.ANY);
        assertThat(dps.outcome(dps.signed(attempt, cleared.activate(dps.challenge(attempt))))
                        .status())
                .isEqualTo(Status.ASSIGNED);
    }

    @Test
    void areNotBoundByAChallengeNobodyAnswered() {
        enroll();
        dps.challenge(dps.attempt("gw-1", TPM.cleared().attestation()));

        assertThat(dps.outcome(dps.signed(attempt(), nonceKey())).status()).isEqualTo(Status.ASSIGNED);
    }

    @Test
    @Tag("HUB-05")
    void areRefusedWithASignatureOfAnotherKey() {
        enroll();
        nonceKey();

        assertDenied(dps.desk().register(dps.signed(attempt(), Secret.of(new byte[32]))), "not signed with a key");
    }

    @Test
    @Tag("HUB-05")
    void areRefusedWithATokenForAnotherRegistration() {
        enroll();
        ResourceUri other = ResourceUri.registration(dps.service.idScope(), RegistrationId.of("gw-2"));

        assertDenied(dps.desk().register(DpsFixture.with(attempt(), dps.token(other, nonceKey()))), "another resource");
    }

    @Test
    @Tag("HUB-05")
    void areRefusedWithAnExpiredToken() {
        enroll();
        var soon = dps.clock.instant().plusSeconds(60);
        var token = SasToken.sign(attempt().resource(), soon, Optional.empty(), nonceKey()::hmacSha256);
        dps.clock.set(soon); // the challenge itself is open four minutes more

        assertDenied(dps.desk().register(DpsFixture.with(attempt(), token)), "the token expired at");
    }

    @Test
    void areRefusedWhenTheirChallengeIsTooOld() {
        enroll();
        Secret key = nonceKey();
        dps.clock.advance(Duration.ofMinutes(5));

        assertDenied(dps.desk().register(dps.signed(attempt(), key)), "no challenge is open");
    }

    @Test
    void areRefusedWhenTheyAnswerAChallengeTwice() {
        enroll();
        RegistrationAttempt signed = dps.signed(attempt(), nonceKey());
        dps.outcome(signed);

        assertDenied(dps.desk().register(signed), "no challenge is open");
    }

    @Test
    void keepTheirChallengeWhileAStrangerAsksInTheirName() {
        enroll();
        Secret key = nonceKey();
        for (int i = 0; i < 50; i++) {
            dps.challenge(attempt());
        }

        assertThat(dps.outcome(dps.signed(attempt(), key)).status()).isEqualTo(Status.ASSIGNED);
    }

    @Test
    @Tag("DPS-27")
    @Tag("DPS-28")
    void registerAgainAsTheSameDeviceWithANewKey() {
        enroll();
        dps.outcome(dps.signed(attempt(), nonceKey()));
        DeviceIdentity before = dps.device("gw-1");

        RegistrationStatus outcome = dps.outcome(dps.signed(attempt(), nonceKey()));

        DeviceIdentity after = dps.device("gw-1");
        assertThat(after.generationId()).isEqualTo(before.generationId());
        assertThat(after.keys().primary()).isNotEqualTo(before.keys().primary());
        Bytes sealedKey = outcome.state().orElseThrow().authenticationKey().orElseThrow();
        assertThat(TPM.activate(ActivationBlob.decode(sealedKey)))
                .isEqualTo(after.keys().primary());
        assertThat(dps.service.meter().counts())
                .containsEntry(Operation.REGISTRATION, 1L)
                .containsEntry(Operation.RE_REGISTRATION, 1L);
    }
}
