// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static io.postern.cloud.dps.Answers.assertDenied;
import static io.postern.cloud.dps.Answers.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.RegistrationAnswer.Refusal;
import io.postern.cloud.dps.challenge.PaperTpm;
import io.postern.cloud.dps.shipment.EndorsementCertificate;
import io.postern.cloud.dps.shipment.Provenance;
import io.postern.cloud.dps.shipment.ProvenancePolicy;
import io.postern.cloud.dps.shipment.TpmRecord;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.x509.Authority;
import io.postern.cloud.hub.x509.CaName;
import io.postern.testkit.TpmVectors;
import io.postern.testkit.TpmVendor;
import io.postern.testkit.TpmVendor.Words;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.Secret;
import io.postern.wire.dps.RegistrationRequest;
import io.postern.wire.dps.RegistrationStatus.Status;
import io.postern.wire.dps.TpmAttestation;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TPMs that nobody has enrolled one by one. */
class ShipmentRegistrationTest {
    private static final Instant MADE = Instant.parse("2025-05-01T00:00:00Z");
    private static final PaperTpm TPM = new PaperTpm();
    private static final PaperTpm OTHER_TPM = new PaperTpm();
    private static final TpmVendor VENDOR = TpmVendor.founded("Chips", Instant.parse("2020-01-01T00:00:00Z"));
    private static final EnrollmentGroupId SPRING = EnrollmentGroupId.of("spring");
    private static final ProvenancePolicy NO_SOFTWARE =
            new ProvenancePolicy(Set.of(Provenance.GENUINE, Provenance.FIRMWARE, Provenance.UNPROVEN));
    private static final ProvenancePolicy GENUINE_ONLY = new ProvenancePolicy(Set.of(Provenance.GENUINE));

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

    private static String id(PaperTpm tpm) {
        return tpm.attestation().endorsementKey().registrationId().text();
    }

    private static Bytes hash(PaperTpm tpm) {
        return tpm.attestation().endorsementKey().digest();
    }

    private void group(AttestationMechanism.OfShipment attestation) {
        dps.service.groups().create(EnrollmentGroup.of(SPRING, attestation));
    }

    private void list(String rows) {
        assertThat(dps.service
                        .shipments()
                        .lists()
                        .read(
                                SPRING,
                                "endorsementKeyHash,registrationId,deviceId,endorsementKeyCertificate\n" + rows,
                                2,
                                "run")
                        .bad())
                .isEmpty();
    }

    private void listed() {
        group(new AttestationMechanism.KeyList(ProvenancePolicy.ANY));
        list(hash(TPM) + ",,,\n");
    }

    private void byVendor(ProvenancePolicy policy) {
        load();
        group(new AttestationMechanism.VendorChain(List.of(new CaName("chips")), policy));
    }

    private void load() {
        dps.service
                .shipments()
                .vendors()
                .put(new CaName("chips"), new Authority(VENDOR.intermediate()), Provenance.GENUINE);
    }

    private static String certificate(PaperTpm tpm, Words words) {
        var modulus = tpm.attestation().endorsementKey().key().modulusValue();
        return new EndorsementCertificate(VENDOR.certify(modulus, words))
                .encode()
                .toBase64();
    }

    private static Words software() {
        return Words.good(MADE).ofManufacturer("id:00001014");
    }

    private RegistrationAttempt attempt(PaperTpm tpm) {
        return dps.attempt(id(tpm), tpm.attestation());
    }

    private RegistrationAttempt showing(RegistrationAttempt attempt, String certificate) {
        JsonObject payload = Json.object()
                .add("modelId", "dtmi:box;1")
                .add("postern", Json.object().add("endorsementKeyCertificate", certificate))
                .build();
        return attempt.with(new RegistrationRequest(attempt.id(), Optional.empty(), Optional.of(payload)));
    }

    private Status register(PaperTpm tpm, RegistrationAttempt attempt) {
        Secret key = tpm.activate(dps.challenge(attempt));
        return dps.outcome(signed(attempt, key)).status();
    }

    private RegistrationAttempt signed(RegistrationAttempt attempt, Secret key) {
        return DpsFixture.with(attempt, dps.token(attempt.resource(), key));
    }

    private TpmRecord record(PaperTpm tpm) {
        return dps.service
                .shipments()
                .records()
                .find(RegistrationId.of(id(tpm)))
                .orElseThrow();
    }

    @Test
    @Tag("DEC-1")
    @Tag("DEC-5")
    @Tag("DPS-10")
    void registerUnderTheTermsOfTheirList() {
        JsonObject tags = Json.object().add("shipment", "spring").build();
        dps.service
                .groups()
                .create(EnrollmentGroup.of(SPRING, new AttestationMechanism.KeyList(ProvenancePolicy.ANY))
                        .with(new InitialTwin(tags, Json.object().build())));
        list(hash(TPM) + ",,,\n");

        assertThat(register(TPM, attempt(TPM))).isEqualTo(Status.ASSIGNED);

        assertThat(dps.hub.twins().find(DeviceId.of(id(TPM))).orElseThrow().tags())
                .isEqualTo(tags);
        assertThat(record(TPM).group()).contains(SPRING);
        assertThat(register(TPM, attempt(TPM))).isEqualTo(Status.ASSIGNED);
        assertThat(record(TPM).provenance()).isEqualTo(Provenance.UNPROVEN);
    }

    @Test
    @Tag("DPS-06")
    void areChallengedForTheEndorsementKeyOnTheList() {
        var real = TpmAttestation.decode(
                Bytes.hex(TpmVectors.text("ek_tpm2b_public_hex")), Bytes.hex(TpmVectors.text("srk_tpm2b_public_hex")));
        RegistrationAttempt attempt = dps.attempt(TpmVectors.text("registration_id"), real);
        group(new AttestationMechanism.KeyList(ProvenancePolicy.ANY));
        assertRefused(dps.desk().register(attempt), Refusal.UNKNOWN_REGISTRATION, "no enrollment");

        list(real.endorsementKey().digest() + ",,,\n");

        assertThat(dps.desk().register(attempt)).isInstanceOf(RegistrationAnswer.Challenged.class);
    }

    @Test
    @Tag("DPS-06")
    void cannotBeImpersonatedByWhoKnowsTheirKeyAndCertificate() {
        load();
        group(new AttestationMechanism.KeyList(ProvenancePolicy.ANY));
        list(hash(TPM) + ",,," + certificate(TPM, Words.good(MADE)) + "\n");
        RegistrationAttempt attempt = attempt(TPM);
        dps.challenge(attempt);

        assertDenied(dps.desk().register(signed(attempt, Secret.of(new byte[32]))), "not signed with a key");
        assertThat(dps.service.shipments().records().find(RegistrationId.of(id(TPM))))
                .as("nothing is known of a TPM that has not passed its challenge")
                .isEmpty();
    }

    @Test
    @Tag("DPS-12")
    @Tag("DEC-5")
    void haveTheNamesTheirRowGivesThem() {
        group(new AttestationMechanism.KeyList(ProvenancePolicy.ANY));
        list(hash(TPM) + ",box-7,Pump.North,\n");

        assertRefused(dps.desk().register(attempt(TPM)), Refusal.OTHER_ATTESTATION, "on the list of spring as box-7");
        assertThat(register(TPM, dps.attempt("box-7", TPM.attestation()))).isEqualTo(Status.ASSIGNED);
        assertThat(dps.hub.identities().find(DeviceId.of("Pump.North"))).isPresent();
    }

    @Test
    void cannotTakeTheNameOfAnotherRow() {
        group(new AttestationMechanism.KeyList(ProvenancePolicy.ANY));
        list(hash(TPM) + ",box-7,,\n" + hash(OTHER_TPM) + ",box-8,,\n");

        assertRefused(
                dps.desk().register(dps.attempt("box-8", TPM.attestation())),
                Refusal.OTHER_ATTESTATION,
                "as box-7 and asks as box-8");
    }

    @Test
    void areKeptOutByDisablingTheGroupOrThemselvesOrByTakingThemOff() {
        listed();
        register(TPM, attempt(TPM));
        EnrollmentGroup group = dps.service.groups().find(SPRING).orElseThrow().group();

        dps.service.groups().update(group.with(ProvisioningStatus.DISABLED), IfMatch.ANY);
        Secret key = TPM.activate(dps.challenge(attempt(TPM)));
        assertThat(dps.desk().register(signed(attempt(TPM), key)))
                .isInstanceOfSatisfying(
                        RegistrationAnswer.Finished.class,
                        finished -> assertThat(finished.status().status()).isEqualTo(Status.DISABLED));
        dps.service.groups().update(group, IfMatch.ANY);
        dps.service.shipments().lists().delete(SPRING, hash(TPM));

        assertRefused(dps.desk().register(attempt(TPM)), Refusal.UNKNOWN_REGISTRATION, "no enrollment");
    }

    @Test
    void areForgottenWithTheirGroup() {
        listed();
        register(TPM, attempt(TPM));
        assertThat(dps.service.records().page(SPRING, 10, Optional.empty()).records())
                .hasSize(1);

        dps.service.groups().delete(SPRING, IfMatch.ANY);

        assertThat(dps.service.shipments().lists().find(hash(TPM))).isEmpty();
        assertThat(dps.service.shipments().records().find(RegistrationId.of(id(TPM))))
                .isEmpty();
    }

    @Test
    void areHeldToTheStorageRootKeyOfTheirFirstRegistration() {
        listed();
        register(TPM, attempt(TPM));
        PaperTpm cleared = TPM.cleared();
        RegistrationAttempt attempt = dps.attempt(id(TPM), cleared.attestation());

        assertRefused(
                dps.desk().register(dps.signed(attempt, cleared.activate(dps.challenge(attempt)))),
                Refusal.AWAITING_APPROVAL,
                "waits for an operator");

        dps.service.records().delete(RegistrationId.of(id(TPM)), IfMatch.ANY);
        assertThat(dps.desk().register(attempt)).isInstanceOf(RegistrationAnswer.Challenged.class);
    }

    @Test
    @Tag("DEC-1")
    @Tag("DPS-30")
    void registerUnderTheirVendorsCaWithTheCertificateOfTheirKey() {
        byVendor(GENUINE_ONLY);
        RegistrationAttempt attempt = showing(attempt(TPM), certificate(TPM, Words.good(MADE)));

        assertThat(register(TPM, attempt)).isEqualTo(Status.ASSIGNED);

        assertThat(record(TPM).provenance()).isEqualTo(Provenance.GENUINE);
        assertThat(record(TPM).verdict())
                .containsEntry("vendorCa", Json.parse("\"chips\""))
                .containsEntry("model", Json.parse("\"SLB9670\""));
        assertThat(dps.service.shipments().records().counts(SPRING)).containsEntry(Provenance.GENUINE, 1L);
    }

    @Test
    @Tag("DPS-30")
    void doNotComeUnderAVendorWithoutACertificateOrWithThatOfAnotherTpm() {
        byVendor(ProvenancePolicy.ANY);

        assertRefused(dps.desk().register(attempt(TPM)), Refusal.UNKNOWN_REGISTRATION, "no enrollment");
        assertRefused(
                dps.desk().register(showing(attempt(TPM), certificate(OTHER_TPM, Words.good(MADE)))),
                Refusal.UNKNOWN_REGISTRATION,
                "holds another key than the endorsement key shown");
        assertRefused(
                dps.desk().register(showing(attempt(TPM), "AAAA")), Refusal.UNKNOWN_REGISTRATION, "no enrollment");
    }

    @Test
    @Tag("DEC-5")
    void comeUnderAVendorOnlyAsWhatTheirEndorsementKeySays() {
        byVendor(ProvenancePolicy.ANY);
        RegistrationAttempt attempt =
                showing(dps.attempt("the-boss", TPM.attestation()), certificate(TPM, Words.good(MADE)));

        assertRefused(dps.desk().register(attempt), Refusal.OTHER_ATTESTATION, "not as the-boss");
    }

    @Test
    @Tag("CEN-12")
    void areRefusedByTheGroupsPolicyAsSoftware() {
        load();
        group(new AttestationMechanism.KeyList(NO_SOFTWARE));
        list(hash(TPM) + ",,," + certificate(TPM, software()) + "\n" + hash(OTHER_TPM) + ",,,\n");

        assertRefused(
                dps.desk().register(attempt(TPM)),
                Refusal.OTHER_ATTESTATION,
                "is software, and accepted are only: genuine, firmware, unproven");
        assertThat(register(OTHER_TPM, attempt(OTHER_TPM))).isEqualTo(Status.ASSIGNED);
    }

    @Test
    @Tag("CEN-12")
    void areRefusedByTheTenantsPolicyAlsoWhenEnrolledByThemselves() {
        load();
        dps.enroll("gw-1", DpsFixture.tpm(TPM.attestation()));
        RegistrationAttempt plain = dps.attempt("gw-1", TPM.attestation());
        dps.service.shipments().policy().set(GENUINE_ONLY);

        assertRefused(dps.desk().register(plain), Refusal.OTHER_ATTESTATION, "is unproven, and accepted are only");
        assertRefused(
                dps.desk().register(showing(plain, certificate(TPM, software()))),
                Refusal.OTHER_ATTESTATION,
                "is software");
        assertThat(register(TPM, showing(plain, certificate(TPM, Words.good(MADE)))))
                .isEqualTo(Status.ASSIGNED);
        assertThat(dps.restarted().defaultTenant().shipments().policy().current())
                .isEqualTo(GENUINE_ONLY);
    }

    @Test
    @Tag("CEN-11")
    @Tag("CEN-12")
    void areAcceptedAndToldApartByDefault() {
        dps.enroll("gw-1", DpsFixture.tpm(TPM.attestation()));

        register(TPM, showing(dps.attempt("gw-1", TPM.attestation()), certificate(TPM, software())));

        assertThat(dps.service
                        .shipments()
                        .records()
                        .find(RegistrationId.of("gw-1"))
                        .orElseThrow()
                        .provenance())
                .isEqualTo(Provenance.SOFTWARE);
    }

    @Test
    void areNotSeenByWhoAsksForEnrollmentGroups() {
        listed();

        assertThat(dps.service.groups().page(10, Optional.empty()).groups()).isEmpty();
        assertThat(dps.service.groups().shipments()).hasSize(1);
        assertThat(dps.restarted().defaultTenant().groups().shipments())
                .isEqualTo(dps.service.groups().shipments());
    }

    @Test
    void anIndividualEnrollmentGoesFirst() {
        listed();
        dps.enroll(IndividualEnrollment.of(RegistrationId.of(id(TPM)), DpsFixture.tpm(TPM.attestation()))
                .with(DeviceId.of("special")));

        register(TPM, attempt(TPM));

        assertThat(dps.hub.identities().find(DeviceId.of("special"))).isPresent();
        assertThat(record(TPM).group()).isEmpty();
    }
}
