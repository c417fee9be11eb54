// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static io.postern.cloud.dps.Answers.assertDenied;
import static io.postern.cloud.dps.Answers.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.RegistrationAnswer.Refusal;
import io.postern.cloud.dps.challenge.PaperTpm;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.x509.Authority;
import io.postern.testkit.LabCa;
import io.postern.wire.DerivedKey;
import io.postern.wire.DeviceId;
import io.postern.wire.RegistrationId;
import io.postern.wire.Secret;
import io.postern.wire.dps.RegistrationStatus;
import io.postern.wire.dps.RegistrationStatus.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a device of one tenant, "ours", tries at another, "theirs", through the one desk of both. */
@Tag("DPS-14")
class TenantIsolationTest {
    private static final RegistrationId METER = RegistrationId.of("meter-1");
    private static final PaperTpm TPM = new PaperTpm();

    @TempDir
    Path directory;

    private DpsFixture dps;
    private ProvisioningTenant ours;
    private ProvisioningTenant theirs;

    @BeforeEach
    void open() throws Exception {
        dps = new DpsFixture(directory);
        ours = dps.service;
        theirs = dps.tenant("theirs");
        theirs.linkedHubs().store(HubLink.inProcess(DpsFixture.HUB));
    }

    @AfterEach
    void close() {
        dps.close();
    }

    private static void enroll(ProvisioningTenant tenant, AttestationMechanism.OfDevice attestation) {
        assertThat(tenant.enrollments().create(IndividualEnrollment.of(METER, attestation)))
                .isInstanceOf(EntryReply.Stored.class);
    }

    private RegistrationAttempt at(ProvisioningTenant tenant) {
        return in(tenant, dps.attempt("meter-1"));
    }

    /** The same request under the id scope of {@code tenant}; what proves it stays what it was. */
    private static RegistrationAttempt in(ProvisioningTenant tenant, RegistrationAttempt attempt) {
        return new RegistrationAttempt(
                tenant.idScope(), attempt.request(), attempt.token(), attempt.chain(), attempt.answered());
    }

    @Test
    @Tag("DPS-16")
    void bothRegisterAtTheSameDesk() {
        AttestationMechanism.SymmetricKey keys = DpsFixture.keys();
        theirs.enrollments().create(IndividualEnrollment.of(METER, keys).with(DeviceId.of("theirs-1")));
        AttestationMechanism.SymmetricKey ownKeys = DpsFixture.keys();
        enroll(ours, ownKeys);

        RegistrationStatus own = dps.outcome(dps.signed(at(ours), ownKeys.keys().primary()));
        RegistrationStatus other =
                dps.outcome(dps.signed(at(theirs), keys.keys().primary()));

        assertThat(own.state().orElseThrow().deviceId()).contains(DeviceId.of("meter-1"));
        assertThat(other.state().orElseThrow().deviceId()).contains(DeviceId.of("theirs-1"));
    }

    @Test
    void aTokenForOurScopeProvesNothingUnderTheirs() {
        AttestationMechanism.SymmetricKey same = DpsFixture.keys();
        enroll(ours, same);
        enroll(theirs, same);
        RegistrationAttempt signed = dps.signed(at(ours), same.keys().primary());

        assertDenied(dps.desk().register(in(theirs, signed)), "the token speaks for another resource");
        assertDenied(dps.desk().lookup(in(theirs, signed)), "the token speaks for another resource");
    }

    @Test
    void aDeviceOfOursIsAStrangerToThemWhateverItSigns() {
        AttestationMechanism.SymmetricKey keys = DpsFixture.keys();
        enroll(ours, keys);
        RegistrationAttempt astray = dps.signed(at(theirs), keys.keys().primary());

        assertRefused(dps.desk().register(astray), Refusal.UNKNOWN_REGISTRATION, "no enrollment");
        enroll(theirs, DpsFixture.keys());
        assertDenied(dps.desk().register(astray), "not signed with a key");
    }

    @Test
    void anOperationOfOursIsUnknownToThemEvenForADeviceThatBothKnow() {
        AttestationMechanism.SymmetricKey same = DpsFixture.keys();
        enroll(ours, same);
        enroll(theirs, same);
        String operation = dps.accepted(dps.signed(at(ours), same.keys().primary()));

        assertRefused(
                dps.desk().status(dps.signed(at(theirs), same.keys().primary()), operation),
                Refusal.UNKNOWN_OPERATION,
                "not known here");
    }

    @Test
    void aChallengeOfOursIsNoneOfTheirs() {
        enroll(ours, DpsFixture.tpm(TPM.attestation()));
        enroll(theirs, DpsFixture.tpm(TPM.attestation()));
        RegistrationAttempt attempt = dps.attempt("meter-1", TPM.attestation());
        Secret nonceKey = TPM.activate(dps.challenge(attempt));

        RegistrationAttempt answer = in(theirs, attempt);
        assertDenied(dps.desk().register(dps.signed(answer, nonceKey)), "no challenge is open");
        dps.challenge(answer);
        assertDenied(dps.desk().register(dps.signed(answer, nonceKey)), "not signed with a key");

        var proven = (Standing.Proven) dps.desk().prove(dps.signed(attempt, nonceKey));
        assertDenied(dps.desk().register(in(theirs, proven.attempt())), "the challenge was answered for");
    }

    @Test
    void aCaThatWeHaveProvenCountsNothingWithThem() {
        Instant now = dps.clock.instant();
        LabCa root = LabCa.root("Root", now);
        dps.verify("root", root);
        var group = EnrollmentGroup.of(
                EnrollmentGroupId.of("all"),
                new AttestationMechanism.SigningCertificates(new Authority(root.certificate()), Optional.empty()));
        ours.groups().create(group);
        theirs.groups().create(group);
        RegistrationAttempt shown =
                dps.attempt("meter-1", root.device("meter-1").chain());

        assertThat(dps.outcome(shown).status()).isEqualTo(Status.ASSIGNED);
        assertDenied(dps.desk().register(in(theirs, shown)), "has not been proven");
        assertThat(theirs.authorities().all()).isEmpty();
    }

    @Test
    void aKeyDerivedFromAGroupOfOursOpensNothingOfTheirs() {
        AttestationMechanism.SymmetricKey keys = DpsFixture.keys();
        ours.groups().create(EnrollmentGroup.of(EnrollmentGroupId.of("all"), keys));
        theirs.groups().create(EnrollmentGroup.of(EnrollmentGroupId.of("all"), DpsFixture.keys()));
        Secret derived = DerivedKey.of(keys.keys().primary(), METER);

        assertRefused(
                dps.desk().register(dps.signed(at(theirs), derived)), Refusal.UNKNOWN_REGISTRATION, "derived from");
        assertThat(dps.desk().register(dps.signed(at(ours), derived))).isInstanceOf(RegistrationAnswer.Accepted.class);
    }

    @Test
    @Tag("DPS-09")
    void theSameRegistrationIdLivesTwoLives() {
        AttestationMechanism.SymmetricKey keys = DpsFixture.keys();
        enroll(ours, keys);
        enroll(theirs, DpsFixture.keys());
        dps.outcome(dps.signed(at(ours), keys.keys().primary()));
        StoredEnrollment before = theirs.enrollments().find(METER).orElseThrow();

        assertThat(theirs.records().find(METER)).isEmpty();
        ours.enrollments().update(IndividualEnrollment.of(METER, keys).with(ProvisioningStatus.DISABLED), IfMatch.ANY);
        ours.enrollments().delete(METER, IfMatch.ANY);

        assertThat(theirs.enrollments().find(METER)).contains(before);
        assertThat(theirs.enrollments().page(10, Optional.empty()).entries()).containsExactly(before);
    }

    @Test
    @Tag("DPS-27")
    void eachHasAMeterOfItsOwn() {
        enroll(ours, DpsFixture.keys());

        assertThat(ours.meter().counts()).containsEntry(Operation.ENROLLMENT_ADD, 1L);
        assertThat(theirs.meter().counts()).containsEntry(Operation.ENROLLMENT_ADD, 0L);
    }

    @Test
    void aDeviceNameInAHubThatBothUseBelongsToWhomeverItBelongs() {
        AttestationMechanism.SymmetricKey keys = DpsFixture.keys();
        enroll(ours, keys);
        dps.outcome(dps.signed(at(ours), keys.keys().primary()));
        AttestationMechanism.SymmetricKey others = DpsFixture.keys();
        enroll(theirs, others);

        RegistrationStatus outcome =
                dps.outcome(dps.signed(at(theirs), others.keys().primary()));

        assertThat(outcome.status()).isEqualTo(Status.FAILED);
        assertThat(outcome.state().orElseThrow().errorMessage()).hasValueSatisfying(text -> assertThat(text)
                .contains("belongs to a registration of another id scope")
                .doesNotContain(ours.idScope().text()));
        assertThat(dps.device("meter-1").keys()).isEqualTo(keys.keys());
    }

    @Test
    void askingTooOftenHereLeavesPatienceThere() {
        AttestationMechanism.SymmetricKey same = DpsFixture.keys();
        enroll(ours, same);
        theirs.enrollments().create(IndividualEnrollment.of(METER, same).with(DeviceId.of("theirs-1")));
        RegistrationAttempt own = dps.signed(at(ours), same.keys().primary());
        String operation = dps.accepted(own);
        RegistrationAnswer answer = dps.desk().status(own, operation);
        for (int i = 0; i < 5; i++) {
            answer = dps.desk().status(own, operation);
        }

        assertThat(answer).isInstanceOf(RegistrationAnswer.Throttled.class);
        assertThat(dps.outcome(dps.signed(at(theirs), same.keys().primary())).status())
                .isEqualTo(Status.ASSIGNED);
    }

    @Test
    @Tag("DPS-13")
    void eachHasAScopeThatOutlivesARestartAndDiesWithIt() {
        enroll(theirs, DpsFixture.keys());
        dps.clock.advance(Duration.ofDays(1));

        Tenants restarted = dps.restarted().tenants();
        assertThat(restarted.all()).extracting(ProvisioningTenant::name).containsExactly(ours.name(), theirs.name());
        assertThat(restarted.find(theirs.idScope()).orElseThrow().created()).isEqualTo(theirs.created());
        assertThat(theirs.idScope()).isNotEqualTo(ours.idScope());

        assertThat(restarted.delete(theirs.name())).isEqualTo(new TenantReply.Deleted(theirs.name()));
        Tenants after = dps.restarted().tenants();
        assertThat(after.find(theirs.idScope())).isEmpty();
        var again = (TenantReply.Created) after.create(theirs.name());
        assertThat(again.tenant().idScope()).isNotEqualTo(theirs.idScope());
        assertThat(again.tenant().enrollments().find(METER)).isEmpty();
        assertThat(after.delete(TenantName.DEFAULT)).isInstanceOf(TenantReply.Indispensable.class);
        assertThat(after.create(TenantName.DEFAULT)).isInstanceOf(TenantReply.AlreadyExists.class);
    }
}
