// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static io.postern.cloud.dps.Answers.assertDenied;
import static io.postern.cloud.dps.Answers.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.RegistrationAnswer.Refusal;
import io.postern.cloud.dps.challenge.PaperTpm;
import io.postern.cloud.hub.IfMatch;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.Secret;
import io.postern.wire.dps.RegistrationStatus;
import io.postern.wire.dps.RegistrationStatus.Status;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices that prove themselves with a symmetric key. */
class KeyRegistrationTest {
    private static final PaperTpm TPM = new PaperTpm();
    private static final JsonObject TAGS = Json.object().add("site", "north").build();
    private static final JsonObject DESIRED = Json.object().add("interval", 5).build();

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

    private RegistrationAttempt attempt() {
        return dps.attempt("meter-1");
    }

    @Test
    @Tag("DPS-22")
    @Tag("DPS-25")
    @Tag("CEN-06")
    @Tag("DPS-12")
    void areAssignedUnderTheNameTheirEnrollmentWants() {
        dps.enroll(IndividualEnrollment.of(RegistrationId.of("meter-1"), keys)
                .with(DeviceId.of("Meter-North"))
                .with(DpsFixture.HUB));

        RegistrationStatus outcome =
                dps.outcome(dps.signed(attempt(), keys.keys().primary()));

        assertThat(outcome.state().orElseThrow().deviceId()).contains(DeviceId.of("Meter-North"));
        assertThat(outcome.state().orElseThrow().authenticationKey()).isEmpty();
        assertThat(dps.device("Meter-North").keys()).isEqualTo(keys.keys());
    }

    @Test
    @Tag("CEN-09")
    void mayUseTheirSecondaryKey() {
        dps.enroll("meter-1", keys);

        assertThat(dps.outcome(dps.signed(attempt(), keys.keys().secondary())).status())
                .isEqualTo(Status.ASSIGNED);
    }

    @Test
    @Tag("DPS-04")
    void areRefusedWithoutAToken() {
        dps.enroll("meter-1", keys);

        assertDenied(dps.desk().register(attempt()), "no Authorization header");
        RegistrationAttempt withTpm = dps.attempt("meter-1", TPM.attestation());
        assertRefused(dps.desk().register(withTpm), Refusal.OTHER_ATTESTATION, "this request shows a TPM");
    }

    @Test
    @Tag("DPS-04")
    @Tag("CEN-09")
    void areRefusedWithAnotherKey() {
        dps.enroll("meter-1", keys);

        assertDenied(
                dps.desk().register(dps.signed(attempt(), Secret.random(32, new SecureRandom()))),
                "not signed with a key");
    }

    @Test
    void learnTheirRecordByTheSameProof() {
        dps.enroll("meter-1", keys);
        RegistrationAttempt signed = dps.signed(attempt(), keys.keys().primary());

        assertRefused(dps.desk().lookup(signed), Refusal.NOT_REGISTERED, "meter-1");
        dps.outcome(signed);
        assertThat(dps.desk().lookup(signed)).isInstanceOf(RegistrationAnswer.Recorded.class);
        assertDenied(dps.desk().lookup(attempt()), "no Authorization header");
    }

    @Test
    void mayAskFiveTimesInTenSeconds() {
        dps.enroll("meter-1", keys);
        RegistrationAttempt signed = dps.signed(attempt(), keys.keys().primary());
        String operation = dps.accepted(signed);
        for (int i = 0; i < 5; i++) {
            assertThat(dps.desk().status(signed, operation)).isInstanceOf(RegistrationAnswer.Finished.class);
        }

        assertThat(dps.desk().status(signed, operation))
                .isEqualTo(new RegistrationAnswer.Throttled("5 questions in 10 s", Duration.ofSeconds(2)));
        dps.clock.advance(Duration.ofSeconds(2));
        assertThat(dps.desk().status(signed, operation)).isInstanceOf(RegistrationAnswer.Finished.class);
    }

    @Test
    void learnNothingOfTheOperationsOfOthers() {
        dps.enroll("meter-1", keys);
        AttestationMechanism.SymmetricKey others = DpsFixture.keys();
        dps.enroll("meter-2", others);
        String operation = dps.accepted(dps.signed(attempt(), keys.keys().primary()));
        RegistrationAttempt other =
                dps.signed(dps.attempt("meter-2"), others.keys().primary());

        assertRefused(dps.desk().status(other, operation), Refusal.UNKNOWN_OPERATION, "register again");
        assertDenied(dps.desk().status(attempt(), operation), "needs the token");
        assertDenied(
                dps.desk().status(dps.signed(attempt(), others.keys().primary()), operation), "not signed with a key");
    }

    @Test
    @Tag("DPS-28")
    void registerAgainAfterTheServiceForgotTheirOperation() {
        dps.enroll("meter-1", keys);
        RegistrationAttempt signed = dps.signed(attempt(), keys.keys().primary());
        String operation = dps.accepted(signed);
        RegistrationDesk restarted = dps.restarted().desk();

        assertRefused(restarted.status(signed, operation), Refusal.UNKNOWN_OPERATION, "register again");
        assertThat(restarted.register(signed)).isInstanceOf(RegistrationAnswer.Accepted.class);
    }

    @Test
    void keepTheirTwinAndADisabledStateWhenTheyRegisterAgain() {
        dps.enroll(IndividualEnrollment.of(RegistrationId.of("meter-1"), keys).with(new InitialTwin(TAGS, DESIRED)));
        RegistrationAttempt signed = dps.signed(attempt(), keys.keys().primary());
        dps.outcome(signed);
        var draft =
                io.postern.cloud.hub.IdentityDraft.of(DeviceId.of("meter-1")).disabled("lost on site");
        dps.hub.identities().update(draft, IfMatch.ANY);

        dps.outcome(signed);

        assertThat(dps.device("meter-1").enabled()).isFalse();
        assertThat(dps.device("meter-1").statusReason()).contains("lost on site");
        assertThat(dps.hub.twins().find(DeviceId.of("meter-1")).orElseThrow().tags())
                .isEqualTo(TAGS);
    }
}
