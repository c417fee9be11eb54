// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static io.postern.cloud.dps.Answers.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.postern.cloud.dps.RegistrationAnswer.Refusal;
import io.postern.cloud.dps.challenge.PaperTpm;
import io.postern.cloud.hub.IfMatch;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.dps.RegistrationRequest;
import io.postern.wire.dps.RegistrationStatus;
import io.postern.wire.dps.RegistrationStatus.Status;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway's board was exchanged, or its TPM cleared. */
class TpmReplacementTest {
    private static final PaperTpm FORMER = new PaperTpm();
    private static final PaperTpm NEW = new PaperTpm();
    private static final RegistrationId OLD_ID = id(FORMER);
    private static final RegistrationId NEW_ID = id(NEW);
    private static final DeviceId DEVICE = DeviceId.of("gateway-7");
    private static final JsonObject TAGS = Json.object().add("site", "north").build();

    @TempDir
    Path directory;

    private DpsFixture dps;

    @BeforeEach
    void registerTheFormer() throws Exception {
        dps = new DpsFixture(directory);
        dps.enroll(IndividualEnrollment.of(OLD_ID, DpsFixture.tpm(FORMER.attestation()))
                .with(DEVICE)
                .with(new InitialTwin(TAGS, Json.object().build())));
        assertThat(outcome(FORMER, asking(FORMER)).status()).isEqualTo(Status.ASSIGNED);
    }

    @AfterEach
    void close() {
        dps.close();
    }

    @Test
    @Tag("DPS-30")
    void aNewTpmWaitsAndIsTheDeviceWhenAnOperatorApproves() {
        String generation = dps.device(DEVICE.text()).generationId();
        assertRefused(answer(NEW, replacing(NEW)), Refusal.AWAITING_APPROVAL, "replacement");
        assertThat(dps.service.replacements().waiting())
                .extracting(TpmReplacement::former, TpmReplacement::registrationId, TpmReplacement::deviceId)
                .containsExactly(tuple(OLD_ID, NEW_ID, DEVICE));

        assertThat(dps.service.replacements().approve(OLD_ID, NEW_ID)).isInstanceOf(TpmReplacements.Reply.Moved.class);

        RegistrationStatus.State state = outcome(NEW, replacing(NEW)).state().orElseThrow();
        assertThat(state.deviceId()).contains(DEVICE);
        assertThat(state.assignedHub()).contains(DpsFixture.HUB);
        assertThat(dps.device(DEVICE.text()).generationId())
                .as("the same identity")
                .isEqualTo(generation);
        assertThat(dps.hub.twins().find(DEVICE).orElseThrow().tags()).isEqualTo(TAGS);
        assertThat(dps.service.replacements().waiting()).isEmpty();
    }

    @Test
    @Tag("DPS-30")
    void aReplacedTpmStaysOutEvenWhenItIsEnrolledAgain() {
        answer(NEW, replacing(NEW));
        dps.service.replacements().approve(OLD_ID, NEW_ID);

        assertRefused(dps.desk().register(asking(FORMER)), Refusal.UNKNOWN_REGISTRATION, "was replaced");

        dps.enroll(OLD_ID.text(), DpsFixture.tpm(FORMER.attestation()));
        assertRefused(dps.desk().register(asking(FORMER)), Refusal.UNKNOWN_REGISTRATION, "was replaced");
    }

    @Test
    void nobodyWaitsWithoutHavingProvenItsTpm() {
        assertThat(dps.desk().register(replacing(NEW))).isInstanceOf(RegistrationAnswer.Challenged.class);

        assertThat(dps.service.replacements().waiting()).isEmpty();
    }

    @Test
    void nobodyAsksForADeviceTheFormerRegistrationIsNot() {
        RegistrationAttempt wrong = replacing(NEW, OLD_ID, DeviceId.of("another-gateway"));

        assertRefused(dps.desk().register(wrong), Refusal.UNKNOWN_REGISTRATION, "no enrollment");
    }

    @Test
    void aSpareTpmThatIsEnrolledByItselfIsWhatItIsEnrolledFor() {
        dps.enroll(NEW_ID.text(), DpsFixture.tpm(NEW.attestation()));

        assertThat(outcome(NEW, replacing(NEW)).state().orElseThrow().deviceId())
                .contains(DeviceId.of(NEW_ID.text()));
    }

    @Test
    void aClearedTpmIsBoundToItsNewStorageRootKeyWhenAnOperatorApproves() {
        PaperTpm cleared = FORMER.cleared();
        assertRefused(answer(cleared, asking(cleared)), Refusal.AWAITING_APPROVAL, DEVICE.text());
        assertThat(dps.service.replacements().waiting()).singleElement().satisfies(one -> assertThat(one.isCleared())
                .isTrue());

        dps.service.replacements().approve(OLD_ID, OLD_ID);

        assertThat(outcome(cleared, asking(cleared)).status()).isEqualTo(Status.ASSIGNED);
        assertRefused(answer(FORMER, asking(FORMER)), Refusal.AWAITING_APPROVAL, DEVICE.text());
    }

    @Test
    void aRejectedTpmAsksAgain() {
        answer(NEW, replacing(NEW));

        assertThat(dps.service.replacements().reject(OLD_ID, NEW_ID))
                .isInstanceOf(TpmReplacements.Reply.Rejected.class);
        assertThat(dps.service.replacements().approve(OLD_ID, NEW_ID))
                .isInstanceOf(TpmReplacements.Reply.NotFound.class);

        answer(NEW, replacing(NEW));
        assertThat(dps.service.replacements().waiting()).hasSize(1);
    }

    @Test
    void anApprovalComesTooLateWhenTheFormerRegistrationIsGone() {
        answer(NEW, replacing(NEW));
        dps.service.enrollments().delete(OLD_ID, IfMatch.ANY);

        assertThat(dps.service.replacements().approve(OLD_ID, NEW_ID))
                .isInstanceOf(TpmReplacements.Reply.NoLonger.class);
    }

    private RegistrationAttempt asking(PaperTpm tpm) {
        return dps.attempt(id(tpm).text(), tpm.attestation());
    }

    private RegistrationAttempt replacing(PaperTpm tpm) {
        return replacing(tpm, OLD_ID, DEVICE);
    }

    private RegistrationAttempt replacing(PaperTpm tpm, RegistrationId former, DeviceId device) {
        JsonObject replaces = Json.object()
                .add("registrationId", former.text())
                .add("deviceId", device.text())
                .build();
        JsonObject payload = Json.object()
                .add("postern", Json.object().add("replaces", replaces))
                .build();
        return new RegistrationAttempt(
                dps.service.idScope(),
                new RegistrationRequest(id(tpm), Optional.of(tpm.attestation()), Optional.of(payload)),
                Optional.empty());
    }

    private RegistrationAttempt proven(PaperTpm tpm, RegistrationAttempt attempt) {
        return dps.signed(attempt, tpm.activate(dps.challenge(attempt)));
    }

    private RegistrationAnswer answer(PaperTpm tpm, RegistrationAttempt attempt) {
        return dps.desk().register(proven(tpm, attempt));
    }

    private RegistrationStatus outcome(PaperTpm tpm, RegistrationAttempt attempt) {
        return dps.outcome(proven(tpm, attempt));
    }

    private static RegistrationId id(PaperTpm tpm) {
        return tpm.attestation().endorsementKey().registrationId();
    }
}
