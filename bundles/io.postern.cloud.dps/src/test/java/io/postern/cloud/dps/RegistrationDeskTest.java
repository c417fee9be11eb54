// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.RegistrationAnswer.Refusal;
import io.postern.cloud.dps.challenge.PaperTpm;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.IdScope;
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
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistrationDeskTest {
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

    @Nested
    class DevicesWithATpm {
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

            assertRefused(
                    dps.desk().register(dps.attempt("gw-1", TPM.cleared())),
                    Refusal.OTHER_ATTESTATION,
                    "storage root key");

            // an operator lets the cleared TPM in again
            IndividualEnrollment unbound =
                    IndividualEnrollment.of(RegistrationId.of("gw-1"), DpsFixture.tpm(TPM.attestation()));
            dps.service.enrollments().update(unbound, IfMatch.ANY);
            assertThat(dps.desk().register(dps.attempt("gw-1", TPM.cleared())))
                    .isInstanceOf(RegistrationAnswer.Challenged.class);
        }

        @Test
        void areNotBoundByAChallengeNobodyAnswered() {
            enroll();
            dps.challenge(dps.attempt("gw-1", TPM.cleared()));

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

            assertDenied(
                    dps.desk().register(DpsFixture.with(attempt(), dps.token(other, nonceKey()))), "another resource");
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

    @Nested
    class DevicesWithASymmetricKey {
        private final AttestationMechanism.SymmetricKey keys = DpsFixture.keys();

        private RegistrationAttempt attempt() {
            return dps.attempt("meter-1");
        }

        @Test
        @Tag("DPS-22")
        @Tag("DPS-25")
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
        void mayUseTheirSecondaryKey() {
            dps.enroll("meter-1", keys);

            assertThat(dps.outcome(dps.signed(attempt(), keys.keys().secondary()))
                            .status())
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
                    .isEqualTo(new RegistrationAnswer.Throttled(Duration.ofSeconds(2)));
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
                    dps.desk().status(dps.signed(attempt(), others.keys().primary()), operation),
                    "not signed with a key");
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
            dps.enroll(
                    IndividualEnrollment.of(RegistrationId.of("meter-1"), keys).with(new InitialTwin(TAGS, DESIRED)));
            RegistrationAttempt signed = dps.signed(attempt(), keys.keys().primary());
            dps.outcome(signed);
            var draft = io.postern.cloud.hub.IdentityDraft.of(DeviceId.of("meter-1"))
                    .disabled("lost on site");
            dps.hub.identities().update(draft, IfMatch.ANY);

            dps.outcome(signed);

            assertThat(dps.device("meter-1").enabled()).isFalse();
            assertThat(dps.device("meter-1").statusReason()).contains("lost on site");
            assertThat(dps.hub
                            .twins()
                            .find(DeviceId.of("meter-1"))
                            .orElseThrow()
                            .tags())
                    .isEqualTo(TAGS);
        }
    }

    @Nested
    class Refusals {
        private final AttestationMechanism.SymmetricKey keys = DpsFixture.keys();

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
            dps.enroll(
                    IndividualEnrollment.of(RegistrationId.of("meter-1"), keys).with(ProvisioningStatus.DISABLED));

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
            dps.enroll(
                    IndividualEnrollment.of(RegistrationId.of("meter-1"), keys).with(HubName.of("other.lab.test")));

            RegistrationStatus.State state =
                    dps.outcome(signed("meter-1")).state().orElseThrow();

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
            dps.enroll(
                    IndividualEnrollment.of(RegistrationId.of("meter-2"), new AttestationMechanism.SymmetricKey(rival))
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
            dps.enroll(
                    IndividualEnrollment.of(RegistrationId.of("meter-1"), keys).with(HubName.of("other.lab.test")));
            dps.outcome(signed("meter-1"));
            dps.desk().register(dps.attempt("meter-1"));
            dps.desk().register(dps.attempt("nobody"));

            assertThat(dps.service.meter().counts())
                    .containsEntry(Operation.REGISTRATION, 0L)
                    .containsEntry(Operation.RE_REGISTRATION, 0L)
                    .containsEntry(Operation.ENROLLMENT_ADD, 1L);
        }
    }

    @Nested
    class Records {
        private final AttestationMechanism.SymmetricKey keys = DpsFixture.keys();
        private final RegistrationId id = RegistrationId.of("meter-1");

        @Test
        @Tag("DPS-26")
        void appearOnSuccessAndCanBeDeleted() {
            dps.enroll("meter-1", keys);
            RegistrationAttempt signed =
                    dps.signed(dps.attempt("meter-1"), keys.keys().primary());
            assertThat(dps.service.records().find(id)).isEmpty();
            dps.outcome(signed);
            RegistrationRecord record = dps.service.records().find(id).orElseThrow();
            var stale = new IfMatch(Optional.of("another"));

            assertThat(dps.service.records().delete(id, stale)).isInstanceOf(EntryReply.EtagMismatch.class);
            assertThat(dps.service.records().delete(id, new IfMatch(Optional.of(record.etag()))))
                    .isInstanceOf(EntryReply.Deleted.class);
            assertThat(dps.service.records().find(id)).isEmpty();
            assertThat(dps.service.records().delete(id, IfMatch.ANY)).isInstanceOf(EntryReply.NotFound.class);
        }

        @Test
        void leaveWithTheirEnrollmentButTheDeviceStays() {
            dps.enroll("meter-1", keys);
            dps.outcome(dps.signed(dps.attempt("meter-1"), keys.keys().primary()));

            dps.service.enrollments().delete(id, IfMatch.ANY);

            assertThat(dps.service.records().find(id)).isEmpty();
            assertThat(dps.device("meter-1").enabled()).isTrue();
        }
    }

    @Test
    @Tag("DPS-13")
    void idScopeIsMadeOnceAndNeverChanges() {
        IdScope scope = dps.service.idScope();

        assertThat(scope.text()).matches("0ne[0-9A-F]{16}");
        assertThat(dps.restarted().idScope()).isEqualTo(scope);
    }

    private static void assertDenied(RegistrationAnswer answer, String text) {
        assertRefused(answer, Refusal.NOT_PROVEN, text);
    }

    private static void assertRefused(RegistrationAnswer answer, Refusal why, String text) {
        assertThat(answer).isInstanceOfSatisfying(RegistrationAnswer.Refused.class, refused -> {
            assertThat(refused.why()).isEqualTo(why);
            assertThat(refused.text()).contains(text);
        });
    }
}
