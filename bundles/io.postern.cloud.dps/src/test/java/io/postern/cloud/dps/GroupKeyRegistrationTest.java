// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static io.postern.cloud.dps.Answers.assertDenied;
import static io.postern.cloud.dps.Answers.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.RegistrationAnswer.Refusal;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.cloud.store.Databases;
import io.postern.wire.Bytes;
import io.postern.wire.DerivedKey;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.Secret;
import io.postern.wire.SignedTime;
import io.postern.wire.dps.RegistrationStatus;
import io.postern.wire.dps.RegistrationStatus.Status;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices that nobody enrolled by name: they hold a key derived from a group's. */
class GroupKeyRegistrationTest {
    private static final EnrollmentGroupId NORTH = EnrollmentGroupId.of("north");
    private static final RegistrationId METER = RegistrationId.of("meter-1");

    @TempDir
    Path directory;

    private final AttestationMechanism.SymmetricKey groupKeys = DpsFixture.keys();
    private final EnrollmentGroup group = EnrollmentGroup.of(NORTH, groupKeys);
    private DpsFixture dps;

    @BeforeEach
    void open() throws Exception {
        dps = new DpsFixture(directory);
        dps.service.groups().create(group);
    }

    @AfterEach
    void close() {
        dps.close();
    }

    private RegistrationAttempt signed(String id, Secret groupKey) {
        return dps.signed(dps.attempt(id), DerivedKey.of(groupKey, RegistrationId.of(id)));
    }

    private RegistrationAttempt signed(String id) {
        return signed(id, groupKeys.keys().primary());
    }

    @Test
    @Tag("CEN-08")
    @Tag("CEN-14")
    @Tag("DPS-23")
    void registerWithoutBeingEnrolledByName() {
        dps.service
                .groups()
                .update(
                        group.with(new InitialTwin(
                                Json.object().add("site", "north").build(), JsonValue.EMPTY_JSON_OBJECT)),
                        IfMatch.ANY);

        RegistrationStatus outcome = dps.outcome(signed("meter-1"));

        assertThat(outcome.status()).isEqualTo(Status.ASSIGNED);
        assertThat(outcome.state().orElseThrow().attested())
                .contains(new RegistrationStatus.Attested(
                        RegistrationStatus.Mechanism.SYMMETRIC_KEY, Optional.of("north")));
        assertThat(dps.device("meter-1").keys())
                .isEqualTo(new SymmetricKeys(
                        DerivedKey.of(groupKeys.keys().primary(), METER),
                        DerivedKey.of(groupKeys.keys().secondary(), METER)));
        assertThat(dps.hub
                        .twins()
                        .find(DeviceId.of("meter-1"))
                        .orElseThrow()
                        .tags()
                        .getString("site"))
                .isEqualTo("north");
    }

    @Test
    @Tag("CEN-08")
    void mayUseTheSecondaryGroupKey() {
        assertThat(dps.outcome(signed("meter-1", groupKeys.keys().secondary())).status())
                .isEqualTo(Status.ASSIGNED);
    }

    @Test
    void areToldTheTimeUnderTheirDerivedKeyWhileTheirGroupIsNotKeptOut() {
        String nonce = "000102030405060708090a0b0c0d0e0f";
        Secret secondary = groupKeys.keys().secondary();
        SignedTime time = dps.desk().time(signed("meter-1", secondary), nonce).orElseThrow();
        byte[] said = SignedTime.stringToSign(nonce, dps.clock.instant());
        assertThat(time.isSignature(DerivedKey.of(secondary, METER).hmacSha256(said)))
                .isTrue();
        assertThat(dps.desk().time(dps.signed(dps.attempt("meter-1"), secondary), nonce))
                .as("the group's own key")
                .isEmpty();
        dps.service.groups().update(group.with(ProvisioningStatus.DISABLED), IfMatch.ANY);
        assertThat(dps.desk().time(signed("meter-1"), nonce)).as("disabled").isEmpty();
    }

    @Test
    void areRefusedWithTheGroupKeyItselfOrTheKeyOfAnother() {
        for (Secret wrong : List.of(
                groupKeys.keys().primary(), DerivedKey.of(groupKeys.keys().primary(), RegistrationId.of("meter-2")))) {
            assertRefused(
                    dps.desk().register(dps.signed(dps.attempt("meter-1"), wrong)),
                    Refusal.UNKNOWN_REGISTRATION,
                    "not signed with a key derived from a group's");
        }
        assertRefused(dps.desk().register(dps.attempt("meter-1")), Refusal.UNKNOWN_REGISTRATION, "no enrollment for");
    }

    @Test
    void areRefusedWithATokenThatExpired() {
        RegistrationAttempt attempt = signed("meter-1");
        dps.clock.advance(Duration.ofHours(2));

        assertDenied(dps.desk().register(attempt), "the token expired");
    }

    @Test
    @Tag("DPS-23")
    void areRefusedWhileTheirGroupIsDisabled() {
        dps.service.groups().update(group.with(ProvisioningStatus.DISABLED), IfMatch.ANY);

        var answer = (RegistrationAnswer.Finished) dps.desk().register(signed("meter-1"));

        assertThat(answer.status().status()).isEqualTo(Status.DISABLED);
        assertThat(answer.status().state().orElseThrow().errorMessage().orElseThrow())
                .contains("disabled the enrollment group north");
    }

    @Test
    void areKeptOutOneByOneByADisabledEnrollmentOfTheirOwn() {
        var own = new AttestationMechanism.SymmetricKey(new SymmetricKeys(
                DerivedKey.of(groupKeys.keys().primary(), METER),
                DerivedKey.of(groupKeys.keys().secondary(), METER)));
        dps.enroll(IndividualEnrollment.of(METER, own).with(ProvisioningStatus.DISABLED));

        assertThat(dps.desk().register(signed("meter-1"))).isInstanceOf(RegistrationAnswer.Finished.class);
        assertThat(dps.outcome(signed("meter-2")).status()).isEqualTo(Status.ASSIGNED);
    }

    @Test
    @Tag("DPS-26")
    void leaveRecordsThatGoWithTheirGroup() {
        for (String id : List.of("meter-3", "meter-1", "meter-2")) {
            dps.outcome(signed(id));
        }
        RegistrationRecords records = dps.service.records();

        RecordPage first = records.page(NORTH, 2, Optional.empty());
        RecordPage last = records.page(NORTH, 2, first.continueAfter());

        assertThat(first.records())
                .extracting(record -> record.registrationId().text())
                .containsExactly("meter-1", "meter-2");
        assertThat(last.records())
                .extracting(record -> record.registrationId().text())
                .containsExactly("meter-3");
        assertThat(last.continueAfter()).isEmpty();
        dps.service.groups().delete(NORTH, IfMatch.ANY);
        assertThat(records.find(METER)).isEmpty();
        assertThat(dps.device("meter-1").enabled()).isTrue();
    }

    @Test
    void outliveARestart() {
        assertThat(dps.restarted()
                        .defaultTenant()
                        .groups()
                        .find(NORTH)
                        .orElseThrow()
                        .group())
                .isEqualTo(group);
        assertThat(dps.restarted().desk().register(signed("meter-1"))).isInstanceOf(RegistrationAnswer.Accepted.class);
    }

    @Test
    @Tag("HUB-08")
    void groupKeysLieSealedInTheDatabase() throws IOException {
        Bytes clear = Bytes.of(groupKeys.keys().primary().reveal());

        Path file = directory.resolve("cloud.db");
        assertThat(Databases.holds(dps.database, file, clear)).isFalse();
        assertThat(Databases.holds(dps.database, file, Bytes.utf8(clear.toBase64())))
                .isFalse();
    }

    @Test
    @Tag("DPS-27")
    void groupsAreCountedLikeEnrollments() {
        dps.service.groups().update(group, IfMatch.ANY);
        dps.service.groups().update(group, new IfMatch(Optional.of("old")));
        dps.service.groups().create(group);

        assertThat(dps.service.meter().counts())
                .containsEntry(Operation.ENROLLMENT_ADD, 1L)
                .containsEntry(Operation.ENROLLMENT_UPDATE, 1L);
    }
}
