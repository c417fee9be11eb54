// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static io.postern.cloud.dps.Answers.assertDenied;
import static io.postern.cloud.dps.Answers.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.RegistrationAnswer.Refusal;
import io.postern.cloud.hub.DeviceAuthentication.SelfSigned;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.x509.Authority;
import io.postern.cloud.hub.x509.CaName;
import io.postern.cloud.hub.x509.CertificatePair;
import io.postern.testkit.LabCa;
import io.postern.wire.RegistrationId;
import io.postern.wire.dps.RegistrationStatus;
import io.postern.wire.dps.RegistrationStatus.Attested;
import io.postern.wire.dps.RegistrationStatus.Mechanism;
import io.postern.wire.dps.RegistrationStatus.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices enrolled by name that prove themselves with a certificate. */
class CertificateRegistrationTest {
    private static final Instant NOW = Instant.parse("2026-03-01T08:00:00Z");
    private static final Instant BEFORE = NOW.minus(Duration.ofDays(1));
    private static final Instant AFTER = NOW.plus(Duration.ofDays(1));
    private static final LabCa.Holder OWN = LabCa.selfSigned("meter-1", BEFORE, AFTER);

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

    private void enroll(LabCa.Holder primary) {
        dps.enroll("meter-1", new AttestationMechanism.ClientCertificates(CertificatePair.of(primary.certificate())));
    }

    private RegistrationAttempt shown(LabCa.Holder holder) {
        return dps.attempt("meter-1", holder.chain());
    }

    @Test
    @Tag("DPS-05")
    @Tag("DPS-11")
    @Tag("DPS-25")
    @Tag("CEN-10")
    void registerWithTheSelfSignedOneTheyAreEnrolledWith() {
        enroll(OWN);

        RegistrationStatus outcome = dps.outcome(shown(OWN));

        assertThat(outcome.status()).isEqualTo(Status.ASSIGNED);
        assertThat(outcome.state().orElseThrow().attested()).contains(new Attested(Mechanism.X509, Optional.empty()));
        assertThat(dps.device("meter-1").enabled()).isTrue();
    }

    @Test
    @Tag("HUB-20")
    void areKnownToTheHubByTheCertificateTheyRegisteredWithLast() {
        LabCa.Holder next = LabCa.selfSigned("meter-1", BEFORE, AFTER);
        dps.enroll(
                "meter-1",
                new AttestationMechanism.ClientCertificates(
                        new CertificatePair(OWN.certificate(), Optional.of(next.certificate()))));

        dps.outcome(shown(OWN));
        assertThat(dps.device("meter-1").authentication()).isEqualTo(SelfSigned.of(OWN.certificate()));
        dps.outcome(shown(next));
        assertThat(dps.device("meter-1").authentication()).isEqualTo(SelfSigned.of(next.certificate()));
    }

    @Test
    void mayUseTheSecondaryCertificate() {
        LabCa.Holder next = LabCa.selfSigned("meter-1", BEFORE, AFTER);
        dps.enroll(
                "meter-1",
                new AttestationMechanism.ClientCertificates(
                        new CertificatePair(OWN.certificate(), Optional.of(next.certificate()))));

        assertThat(dps.outcome(shown(next)).status()).isEqualTo(Status.ASSIGNED);
        assertThat(dps.restarted()
                        .defaultTenant()
                        .enrollments()
                        .find(RegistrationId.of("meter-1"))
                        .orElseThrow()
                        .enrollment())
                .as("after a restart")
                .isEqualTo(dps.service
                        .enrollments()
                        .find(RegistrationId.of("meter-1"))
                        .orElseThrow()
                        .enrollment());
    }

    @Test
    @Tag("DPS-04")
    void areRefusedWithAnotherCertificateOrNone() {
        enroll(OWN);

        assertDenied(
                dps.desk().register(shown(LabCa.selfSigned("meter-1", BEFORE, AFTER))),
                "neither of those enrolled for meter-1");
        assertRefused(
                dps.desk().register(dps.attempt("meter-1")),
                Refusal.OTHER_ATTESTATION,
                "none was shown in the TLS handshake");
    }

    @Test
    void areRefusedWithACertificateOfAnotherTime() {
        LabCa.Holder early = LabCa.selfSigned("meter-1", AFTER, AFTER.plus(Duration.ofDays(1)));
        enroll(early);
        assertDenied(dps.desk().register(shown(early)), "is not valid before 2026-03-02T08:00:00Z");

        dps.clock.advance(Duration.ofDays(3));
        assertDenied(dps.desk().register(shown(early)), "expired at 2026-03-03T08:00:00Z");
    }

    @Test
    @Tag("DPS-11")
    @Tag("CEN-10")
    void areRefusedWithACertificateOfAnotherName() {
        LabCa.Holder misnamed = LabCa.selfSigned("meter-2", BEFORE, AFTER);
        enroll(misnamed);

        assertDenied(dps.desk().register(shown(misnamed)), "is not one of registration meter-1");
    }

    @Test
    void areRefusedWithACertificateOfAServer() {
        LabCa.Holder server = LabCa.root("Root", NOW).server("meter-1");
        enroll(server);

        assertDenied(dps.desk().register(shown(server)), "extended key usage lacks clientAuth");
    }

    @Test
    void mustShowTheSameCertificateWhenTheyAskForTheOutcome() {
        enroll(OWN);
        String operation = dps.accepted(shown(OWN));

        assertDenied(dps.desk().status(dps.attempt("meter-1"), operation), "needs the client certificate");
        assertDenied(
                dps.desk().status(shown(LabCa.selfSigned("meter-1", BEFORE, AFTER)), operation),
                "needs the client certificate");
        assertThat(dps.desk().status(shown(OWN), operation)).isInstanceOf(RegistrationAnswer.Finished.class);
        assertThat(dps.desk().lookup(shown(OWN))).isInstanceOf(RegistrationAnswer.Recorded.class);
    }

    @Test
    void registerUnderTheCaTheirEnrollmentRefersTo() {
        LabCa root = LabCa.root("Root", NOW);
        dps.verify("plant", root);
        dps.enroll("meter-1", new AttestationMechanism.CaReferences(new CaName("plant"), Optional.empty()));

        LabCa.Holder device = root.intermediate("Line 1", 0).device("meter-1");

        assertThat(dps.outcome(shown(device)).status()).isEqualTo(Status.ASSIGNED);
        assertDenied(dps.desk().register(shown(LabCa.root("Root", NOW).device("meter-1"))), "does not lead to the CA");
        assertDenied(dps.desk().register(dps.attempt("meter-1", List.of(device.certificate()))), "its whole chain");
    }

    @Test
    void areRefusedUnderACaWhosePossessionIsNotProven() {
        LabCa root = LabCa.root("Root", NOW);
        dps.service.authorities().put(new CaName("plant"), new Authority(root.certificate()), IfMatch.ANY);
        dps.enroll("meter-1", new AttestationMechanism.CaReferences(new CaName("plant"), Optional.empty()));

        assertDenied(dps.desk().register(shown(root.device("meter-1"))), "has not been proven");
    }
}
