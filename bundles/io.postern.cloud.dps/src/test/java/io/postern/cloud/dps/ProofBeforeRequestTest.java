// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static io.postern.cloud.dps.Answers.assertDenied;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.RegistrationAnswer.Refusal;
import io.postern.cloud.dps.challenge.PaperTpm;
import io.postern.cloud.hub.IfMatch;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.Secret;
import io.postern.wire.dps.RegistrationRequest;
import io.postern.wire.dps.RegistrationStatus.Status;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices on a transport that asks for the proof first and for the registration later. */
class ProofBeforeRequestTest {
    private static final PaperTpm TPM = new PaperTpm();
    private static final PaperTpm OTHER_TPM = new PaperTpm();

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

    private RegistrationAttempt proven(RegistrationAttempt attempt) {
        return switch (dps.desk().prove(attempt)) {
            case Standing.Proven(RegistrationAttempt kept) -> kept;
            case Standing other -> throw new AssertionError("not proven: " + other);
        };
    }

    private Secret nonceKey() {
        return switch (dps.desk().prove(attempt())) {
            case Standing.Challenged(var blob) -> TPM.activate(blob);
            case Standing other -> throw new AssertionError("not challenged: " + other);
        };
    }

    private RegistrationRequest bare(String id) {
        return new RegistrationRequest(RegistrationId.of(id), Optional.empty(), Optional.empty());
    }

    @Test
    @Tag("DPS-06")
    void registerWithTheirTpmWithoutShowingItsKeysAgain() {
        dps.enroll("gw-1", DpsFixture.tpm(TPM.attestation()));
        RegistrationAttempt proven = proven(dps.signed(attempt(), nonceKey()));
        assertThat(dps.hub.identities().list(1))
                .as("a proof alone makes nothing")
                .isEmpty();

        assertThat(dps.outcome(proven.with(bare("gw-1"))).status()).isEqualTo(Status.ASSIGNED);
    }

    @Test
    void useUpTheirChallengeWithTheProof() {
        dps.enroll("gw-1", DpsFixture.tpm(TPM.attestation()));
        RegistrationAttempt signed = dps.signed(attempt(), nonceKey());
        RegistrationAttempt proven = proven(signed);

        assertThat(dps.desk().prove(signed))
                .isInstanceOfSatisfying(Standing.Refused.class, refused -> assertThat(refused.text())
                        .contains("no challenge is open"));
        assertDenied(dps.desk().register(signed), "no challenge is open");
        dps.outcome(proven.with(bare("gw-1")));
        assertDenied(dps.desk().register(proven.with(bare("gw-1"))), "good for one registration");
    }

    @Test
    void cannotTurnTheProofToAnotherRegistrationOrTpm() {
        dps.enroll("gw-1", DpsFixture.tpm(TPM.attestation()));
        dps.enroll("gw-2", DpsFixture.tpm(TPM.attestation()));
        RegistrationAttempt proven = proven(dps.signed(attempt(), nonceKey()));

        assertDenied(dps.desk().register(proven.with(bare("gw-2"))), "not for gw-2");
        var otherTpm = new RegistrationRequest(
                RegistrationId.of("gw-1"), Optional.of(OTHER_TPM.attestation()), Optional.empty());
        assertThat(dps.desk().register(proven.with(otherTpm))).isInstanceOf(RegistrationAnswer.Refused.class);
    }

    @Test
    void areHeldToWhatTheEnrollmentSaysWhenTheyRegister() {
        dps.enroll("gw-1", DpsFixture.tpm(TPM.attestation()));
        RegistrationAttempt proven = proven(dps.signed(attempt(), nonceKey()));
        dps.service
                .enrollments()
                .update(
                        IndividualEnrollment.of(RegistrationId.of("gw-1"), DpsFixture.tpm(TPM.attestation()))
                                .with(ProvisioningStatus.DISABLED),
                        IfMatch.ANY);

        assertThat(dps.desk().register(proven.with(bare("gw-1"))))
                .isInstanceOfSatisfying(
                        RegistrationAnswer.Finished.class,
                        finished -> assertThat(finished.status().status()).isEqualTo(Status.DISABLED));
    }

    @Test
    void areRefusedBeforeTheyAskForAnything() {
        var stranger = dps.attempt("gw-9", TPM.attestation());
        var astray = new RegistrationAttempt(IdScope.of("0ne000OTHER"), stranger.request(), Optional.empty());

        assertRefused(stranger, Refusal.UNKNOWN_REGISTRATION);
        assertRefused(astray, Refusal.UNKNOWN_SCOPE);
    }

    private void assertRefused(RegistrationAttempt attempt, Refusal why) {
        assertThat(dps.desk().prove(attempt))
                .isInstanceOfSatisfying(Standing.Refused.class, refused -> assertThat(refused.why())
                        .isEqualTo(why));
    }
}
