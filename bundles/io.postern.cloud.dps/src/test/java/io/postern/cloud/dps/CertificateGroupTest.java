// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static io.postern.cloud.dps.Answers.assertDenied;
import static io.postern.cloud.dps.Answers.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.postern.cloud.dps.RegistrationAnswer.Refusal;
import io.postern.cloud.hub.DeviceAuthentication.SelfSigned;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.x509.Authority;
import io.postern.cloud.hub.x509.CaName;
import io.postern.testkit.LabCa;
import io.postern.wire.DeviceId;
import io.postern.wire.RegistrationId;
import io.postern.wire.dps.RegistrationStatus;
import io.postern.wire.dps.RegistrationStatus.Attested;
import io.postern.wire.dps.RegistrationStatus.Mechanism;
import io.postern.wire.dps.RegistrationStatus.Status;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices that nobody enrolled by name: their certificate leads to the CA of a group. */
class CertificateGroupTest {
    private static final Instant NOW = Instant.parse("2026-03-01T08:00:00Z");
    private static final LabCa ROOT = LabCa.root("Root", NOW);
    private static final LabCa LINE = ROOT.intermediate("Line 1", 0);

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

    private EnrollmentGroup group(String id, LabCa ca) {
        EnrollmentGroup group = EnrollmentGroup.of(
                EnrollmentGroupId.of(id),
                new AttestationMechanism.SigningCertificates(new Authority(ca.certificate()), Optional.empty()));
        dps.service.groups().create(group);
        return group;
    }

    private RegistrationAttempt shown(LabCa.Holder holder) {
        return dps.attempt("meter-1", holder.chain());
    }

    private Optional<String> groupOf(RegistrationStatus outcome) {
        assertThat(outcome.status()).isEqualTo(Status.ASSIGNED);
        return outcome.state().orElseThrow().attested().flatMap(Attested::enrollmentGroupId);
    }

    @Test
    @Tag("DPS-05")
    @Tag("DPS-23")
    @Tag("DPS-24")
    @Tag("CEN-14")
    @Tag("CEN-20")
    @Tag("DPS-31")
    @Tag("DEC-9")
    void registerWithTheirChainUpToTheRoot() {
        dps.verify("root", ROOT);
        group("all", ROOT);

        RegistrationStatus outcome = dps.outcome(shown(LINE.device("meter-1")));

        assertThat(outcome.state().orElseThrow().attested()).contains(new Attested(Mechanism.X509, Optional.of("all")));
        assertThat(dps.device("meter-1").enabled()).isTrue();
        assertThat(dps.service
                        .records()
                        .page(EnrollmentGroupId.of("all"), 10, Optional.empty())
                        .records())
                .hasSize(1);
    }

    @Test
    @Tag("HUB-20")
    void areKnownToTheHubByTheCertificateOfTheirLastRegistration() {
        dps.verify("root", ROOT);
        group("all", ROOT);
        LabCa.Holder first = LINE.device("meter-1");
        LabCa.Holder renewed = LINE.device("meter-1");

        dps.outcome(shown(first));
        assertThat(dps.device("meter-1").authentication()).isEqualTo(SelfSigned.of(first.certificate()));
        dps.outcome(shown(renewed));
        assertThat(dps.device("meter-1").authentication()).isEqualTo(SelfSigned.of(renewed.certificate()));
    }

    @Test
    void needNotShowTheCaItself() {
        dps.verify("root", ROOT);
        group("all", ROOT);

        List<X509Certificate> chain = LINE.device("meter-1").chain();

        assertThat(groupOf(dps.outcome(dps.attempt("meter-1", chain.subList(0, 2)))))
                .contains("all");
        assertRefused(
                dps.desk().register(dps.attempt("meter-1", chain.subList(0, 1))),
                Refusal.UNKNOWN_REGISTRATION,
                "issued by no CA of a group");
    }

    @Test
    @Tag("DPS-23")
    void belongToTheGroupOfTheNearestCa() {
        dps.verify("root", ROOT);
        group("all", ROOT);
        group("line", LINE);

        assertThat(groupOf(dps.outcome(shown(LINE.device("meter-1"))))).contains("line");
        assertThat(groupOf(dps.outcome(
                        dps.attempt("meter-2", ROOT.device("meter-2").chain()))))
                .contains("all");
    }

    @Test
    void areRefusedWhenTheNearestGroupIsDisabledThoughAFartherOneIsNot() {
        dps.verify("root", ROOT);
        group("all", ROOT);
        dps.service.groups().update(group("line", LINE).with(ProvisioningStatus.DISABLED), IfMatch.ANY);

        var answer = (RegistrationAnswer.Finished) dps.desk().register(shown(LINE.device("meter-1")));

        assertThat(answer.status().status()).isEqualTo(Status.DISABLED);
        assertThat(dps.hub.identities().find(DeviceId.of("meter-1"))).isEmpty();
    }

    @Test
    @Tag("CEN-07")
    void areRefusedUntilPossessionOfTheCaIsProven() {
        group("line", LINE);
        LabCa.Holder device = LINE.device("meter-1");

        assertDenied(dps.desk().register(shown(device)), "of enrollment group line has not been proven");
        dps.verify("line", LINE);
        assertThat(groupOf(dps.outcome(shown(device)))).contains("line");
    }

    @Test
    void mayComeUnderACaReference() {
        dps.verify("root", ROOT);
        dps.service
                .groups()
                .create(EnrollmentGroup.of(
                        EnrollmentGroupId.of("all"),
                        new AttestationMechanism.CaReferences(new CaName("old"), Optional.of(new CaName("root")))));

        assertThat(groupOf(dps.outcome(shown(LINE.device("meter-1"))))).contains("all");
    }

    @Test
    void areRefusedWithACertificateThatExpiredOrIsNotYetValid() {
        dps.verify("root", ROOT);
        group("all", ROOT);

        assertDenied(
                dps.desk().register(shown(LINE.device("meter-1", NOW.minus(Duration.ofDays(2)), NOW.minusSeconds(1)))),
                "\"CN=meter-1\" expired at 2026-03-01T07:59:59Z");
        assertDenied(
                dps.desk().register(shown(LINE.device("meter-1", NOW.plusSeconds(60), NOW.plus(Duration.ofDays(2))))),
                "\"CN=meter-1\" is not valid before 2026-03-01T08:01:00Z");
    }

    @Test
    void areRefusedWhenACaAboveThemExpired() {
        dps.verify("root", ROOT);
        group("all", ROOT);
        LabCa.Holder device = LINE.device("meter-1", NOW, NOW.plus(Duration.ofDays(10_000)));
        dps.clock.advance(Duration.ofDays(5_000));

        assertDenied(dps.desk().register(shown(device)), "\"CN=Root\" expired at");
    }

    @Test
    @Tag("DPS-11")
    @Tag("CEN-20")
    void areRefusedUnderAnotherNameThanTheirCertificates() {
        dps.verify("root", ROOT);
        group("all", ROOT);

        assertDenied(dps.desk().register(shown(LINE.device("meter-2"))), "is not one of registration meter-1");
        assertThat(dps.outcome(shown(LINE.device("METER-1"))).status()).isEqualTo(Status.ASSIGNED);
    }

    @Test
    @Tag("DPS-31")
    @Tag("DEC-9")
    void areRefusedWithABrokenChain() {
        dps.verify("root", ROOT);
        group("all", ROOT);
        X509Certificate line = LINE.certificate();
        LabCa.Holder forged = LabCa.root("Line 1", NOW).device("meter-1");

        assertDenied(
                dps.desk().register(dps.attempt("meter-1", List.of(forged.certificate(), line))),
                "the certificate chain is broken at the certificate \"CN=meter-1\"");
        assertDenied(
                dps.desk()
                        .register(dps.attempt(
                                "meter-1",
                                List.of(
                                        LabCa.selfSigned("meter-1", NOW, NOW.plusSeconds(60))
                                                .certificate(),
                                        line))),
                "the certificate chain is broken");
    }

    @Test
    void areRefusedUnderACaOfTheSameNameButAnotherKey() {
        dps.verify("root", ROOT);
        group("all", ROOT);

        assertRefused(
                dps.desk().register(shown(LabCa.root("Root", NOW).device("meter-1"))),
                Refusal.UNKNOWN_REGISTRATION,
                "issued by no CA of a group");
    }

    @Test
    void areRefusedWhenAnotherDeviceIssuedTheirCertificate() {
        dps.verify("root", ROOT);
        group("all", ROOT);
        LabCa.Holder forged = LabCa.pretending(LINE.device("meter-9"), NOW).device("meter-1");

        assertDenied(dps.desk().register(shown(forged)), "the certificate chain is broken");
    }

    @Test
    @Tag("DPS-31")
    @Tag("DEC-9")
    void areRefusedWhenMoreCasStandAboveThemThanAllowed() {
        LabCa narrow = LabCa.root("Narrow", 0, NOW);
        dps.verify("narrow", narrow);
        group("narrow", narrow);
        assertDenied(
                dps.desk().register(shown(narrow.intermediate("Below", 0).device("meter-1"))),
                "allows a path length of 0, and there are 1 CAs");

        dps.verify("root", ROOT);
        group("all", ROOT);
        assertDenied(
                dps.desk().register(shown(LINE.intermediate("Below", 0).device("meter-1"))),
                "the certificate chain is broken");
    }

    @Test
    void areKeptOutOneByOneByAnEnrollmentOfTheirOwn() {
        dps.verify("root", ROOT);
        group("all", ROOT);
        LabCa.Holder stolen = LINE.device("meter-1");
        dps.enroll(IndividualEnrollment.of(
                        RegistrationId.of("meter-1"),
                        new AttestationMechanism.CaReferences(new CaName("root"), Optional.empty()))
                .with(ProvisioningStatus.DISABLED));

        assertThat(dps.desk().register(shown(stolen))).isInstanceOf(RegistrationAnswer.Finished.class);
    }

    @Test
    void outliveARestart() {
        dps.verify("root", ROOT);
        EnrollmentGroup group = group("all", ROOT);

        ProvisioningTenant restarted = dps.restarted().defaultTenant();

        assertThat(restarted.groups().find(group.id()).orElseThrow().group()).isEqualTo(group);
        assertThat(restarted.authorities().all())
                .isEqualTo(dps.service.authorities().all());
    }

    @Test
    @Tag("DPS-31")
    @Tag("DEC-9")
    void takeNoDeviceCertificateForACa() {
        X509Certificate device = LINE.device("meter-1").certificate();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Authority(device))
                .withMessageContaining("its basic constraints do not say cA");
    }
}
