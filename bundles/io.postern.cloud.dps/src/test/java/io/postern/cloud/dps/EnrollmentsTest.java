// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.postern.cloud.dps.allocation.AllocationTerms;
import io.postern.cloud.dps.challenge.PaperTpm;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.cloud.store.Databases;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnrollmentsTest {
    private static final RegistrationId ID = RegistrationId.of("meter-1");

    @TempDir
    Path directory;

    private DpsFixture dps;
    private Enrollments enrollments;

    @BeforeEach
    void open() throws Exception {
        dps = new DpsFixture(directory);
        enrollments = dps.service.enrollments();
    }

    @AfterEach
    void close() {
        dps.close();
    }

    @Test
    @Tag("DPS-22")
    @Tag("DPS-25")
    void keepAllThatAnOperatorSaid() {
        var twin = new InitialTwin(
                Json.object().add("site", "north").build(),
                Json.object().add("interval", 5).build());
        IndividualEnrollment said = new IndividualEnrollment(
                ID,
                Optional.of(DeviceId.of("Meter")),
                DpsFixture.tpm(new PaperTpm().attestation()),
                ProvisioningStatus.DISABLED,
                twin,
                AllocationTerms.only(DpsFixture.HUB),
                new ReprovisionPolicy(true, false));
        dps.enroll(said);

        assertThat(enrollments.find(ID).orElseThrow().enrollment()).isEqualTo(said);
        assertThat(enrollments.find(RegistrationId.of("METER-1"))).isPresent();
    }

    @Test
    @Tag("HUB-08")
    void keysLieSealedInTheDatabase() throws IOException {
        AttestationMechanism.SymmetricKey keys = DpsFixture.keys();
        dps.enroll("meter-1", keys);
        Bytes clear = Bytes.of(keys.keys().primary().reveal());

        assertThat(enrollments.find(ID).orElseThrow().enrollment().attestation())
                .isEqualTo(keys);
        Path file = directory.resolve("cloud.db");
        assertThat(Databases.holds(dps.database, file, clear)).isFalse();
        assertThat(Databases.holds(dps.database, file, Bytes.utf8(clear.toBase64())))
                .isFalse();
        assertThat(Databases.holds(dps.database, file, Bytes.utf8("meter-1"))).isTrue();
    }

    @Test
    @Tag("DPS-09")
    void answerWhatStandsInTheWayOfAChange() {
        IndividualEnrollment enrollment = dps.enroll("meter-1", DpsFixture.keys());
        String etag = enrollments.find(ID).orElseThrow().etag();
        var stale = new IfMatch(Optional.of("another"));

        assertThat(enrollments.create(enrollment)).isInstanceOf(EntryReply.AlreadyExists.class);
        assertThat(enrollments.update(enrollment, stale)).isEqualTo(new EntryReply.EtagMismatch(ID, etag));
        assertThat(enrollments.delete(ID, stale)).isEqualTo(new EntryReply.EtagMismatch(ID, etag));
        assertThat(enrollments.delete(ID, IfMatch.ANY)).isEqualTo(new EntryReply.Deleted(ID));
        assertThat(enrollments.delete(ID, IfMatch.ANY)).isEqualTo(new EntryReply.NotFound(ID));
        assertThat(enrollments.update(enrollment, IfMatch.ANY)).isEqualTo(new EntryReply.NotFound(ID));
    }

    @Test
    @Tag("DPS-27")
    void updatesChangeTheEtagAndAreCounted() {
        dps.enroll("meter-1", DpsFixture.keys());
        StoredEnrollment before = enrollments.find(ID).orElseThrow();
        dps.clock.advance(Duration.ofMinutes(1));

        enrollments.update(
                before.enrollment().with(ProvisioningStatus.DISABLED), new IfMatch(Optional.of(before.etag())));

        StoredEnrollment after = enrollments.find(ID).orElseThrow();
        assertThat(after.etag()).isNotEqualTo(before.etag());
        assertThat(after.created()).isEqualTo(before.created());
        assertThat(after.lastUpdated()).isEqualTo(before.created().plus(Duration.ofMinutes(1)));
        assertThat(dps.service.meter().counts())
                .containsEntry(Operation.ENROLLMENT_ADD, 1L)
                .containsEntry(Operation.ENROLLMENT_UPDATE, 1L);
    }

    @Test
    void keysThatAreNotNamedAreMadeAndLaterKept() {
        var wanted = Json.parseObject("""
                {"registrationId":"meter-1","attestation":{"type":"symmetricKey","symmetricKey":{"primaryKey":""}}}""");
        IndividualEnrollment first = dps.enroll(enrollments.parse(wanted));

        assertThat(first.attestation())
                .isInstanceOfSatisfying(
                        AttestationMechanism.SymmetricKey.class,
                        made -> assertThat(made.keys().primary().length()).isEqualTo(64));
        assertThat(enrollments.parse(wanted).attestation()).isEqualTo(first.attestation());
    }

    @Test
    void aDocumentReadsBackAsWritten() {
        IndividualEnrollment enrollment = dps.enroll("meter-1", DpsFixture.keys());
        StoredEnrollment entry = enrollments.find(ID).orElseThrow();
        var json = EnrollmentCodec.toJson(entry, Optional.empty());

        assertThat(json.toString()).doesNotContain("primaryKey");
        assertThat(enrollments.parse(json)).isEqualTo(enrollment);
        var mechanism = EnrollmentCodec.mechanism(enrollment.attestation()).toString();
        assertThat(mechanism).contains("primaryKey", "secondaryKey", "symmetricKey");
    }

    @Test
    void nullsAndSpellingsOfOfficialClientsAreRead() {
        IndividualEnrollment read = enrollments.parse(Json.parseObject("""
                {"registrationId":"Meter-1","deviceId":null,"attestation":{"type":"SymmetricKey","symmetricKey":null,
                "tpm":null},"provisioningStatus":"Disabled","etag":"","initialTwin":{"tags":null,"properties":null},
                "iotHubs":[],"capabilities":{"iotEdge":false},"unknown":1}"""));

        assertThat(read.registrationId()).isEqualTo(ID);
        assertThat(read.status()).isEqualTo(ProvisioningStatus.DISABLED);
        assertThat(read.desiredDeviceId()).isEmpty();
        assertThat(read.allocation()).isEqualTo(AllocationTerms.OF_SERVICE);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"registrationId":"meter-1"}                                                          | "attestation" is missing
            {"registrationId":"meter 1","attestation":{"type":"tpm"}}                             | endorsementKey is missing
            {"registrationId":"meter 1","attestation":{"type":"symmetricKey","symmetricKey":{"primaryKey":"AAAAAAAAAAAAAAAAAAAAAA==","secondaryKey":"AAAAAAAAAAAAAAAAAAAAAA=="}}} | registration id
            {"registrationId":"meter-1","attestation":{"type":"x509"}}                            | names clientCertificates.primary.certificate
            {"registrationId":"meter-1","attestation":{"type":"tpm","tpm":{"endorsementKey":"?"}}} | endorsementKey is no TPM2B_PUBLIC in base64
            {"registrationId":"meter-1","attestation":{"type":"tpm","tpm":{"endorsementKey":"AAEC"}}} | TPM2B_PUBLIC
            {"registrationId":"meter-1","attestation":{"type":"symmetricKey","symmetricKey":{"primaryKey":"AAAA","secondaryKey":"AAAA"}}} | 16 to 64 octets
            {"registrationId":"meter-1","attestation":{"type":"symmetricKey"},"provisioningStatus":"on"} | enabled or disabled
            {"registrationId":"meter-1","attestation":{"type":"symmetricKey"},"allocationPolicy":"static","iotHubs":["a.b","c.d"]} | static needs one hub
            {"registrationId":"meter-1","attestation":{"type":"symmetricKey"},"allocationPolicy":"nearest"} | hashed, geoLatency, static or custom
            {"registrationId":"meter-1","attestation":{"type":"symmetricKey"},"allocationPolicy":"custom"} | needs customAllocationDefinition
            {"registrationId":"meter-1","attestation":{"type":"symmetricKey"},"allocationPolicy":"custom","customAllocationDefinition":{"webhookUrl":"http://plant.example/choose"}} | https
            """)
    void aMalformedEnrollmentIsRefusedByName(String json, String complaint) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> enrollments.parse(Json.parseObject(json)))
                .withMessageContaining(complaint);
    }

    @Test
    void anOversizedInitialTwinIsRefused() {
        var tags = Json.object().add("note", "x".repeat(8 * 1024)).build();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new InitialTwin(tags, Json.object().build()))
                .withMessageContaining("initialTwin.tags");
    }

    @Test
    void pagesFollowTheOrderOfIds() {
        IntStream.range(0, 7).forEach(i -> dps.enroll("meter-" + i, DpsFixture.keys()));
        List<String> seen = new ArrayList<>();
        Optional<RegistrationId> after = Optional.empty();
        int pages = 0;
        do {
            EnrollmentPage page = enrollments.page(3, after);
            page.entries().forEach(e -> seen.add(e.enrollment().registrationId().text()));
            after = page.continueAfter();
            pages++;
        } while (after.isPresent());

        assertThat(seen).containsExactly("meter-0", "meter-1", "meter-2", "meter-3", "meter-4", "meter-5", "meter-6");
        assertThat(pages).isEqualTo(3);
    }

    @Test
    void nothingPrintsAKey() {
        IndividualEnrollment enrollment = dps.enroll("meter-1", DpsFixture.keys());
        SymmetricKeys keys = ((AttestationMechanism.SymmetricKey) enrollment.attestation()).keys();

        assertThat(enrollments.find(ID).orElseThrow().toString())
                .doesNotContain(keys.primary().revealBase64())
                .doesNotContain(new String(keys.primary().reveal(), StandardCharsets.ISO_8859_1));
    }
}
