// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.AttestationMechanism;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.cloud.hub.x509.CertificatePair;
import io.postern.lab.amqp.Frames;
import io.postern.testkit.LabCa;
import io.postern.testkit.TpmVectors;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.RegistrationId;
import io.postern.wire.tpm.ActivationBlob;
import io.postern.wire.tpm.EndorsementKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What devices and the provisioning service say over AMQP, octet by octet where no standard describes it. */
@Timeout(60)
class DpsOverAmqpIT {
    private static final Bytes ENDORSEMENT_KEY = Bytes.hex(TpmVectors.text("ek_tpm2b_public_hex"));
    private static final Bytes STORAGE_ROOT_KEY = Bytes.hex(TpmVectors.text("srk_tpm2b_public_hex"));

    @TempDir
    static Path directory;

    private static AmqpSite site;

    @BeforeAll
    static void open() throws Exception {
        site = new AmqpSite(directory, AmqpPatience.USUAL);
    }

    @AfterAll
    static void close() {
        site.close();
    }

    @Test
    void aSaslPreambleIsAnsweredWithTheMechanisms() throws Exception {
        try (RawAmqpClient client = site.client()) {
            client.send(Frames.SASL);

            assertThat(client.read(8)).isEqualTo(Frames.SASL);
            assertThat(client.frame().toString())
                    .isEqualTo(
                            "02010000" // data offset 2, SASL, no channel
                                    + "005340" // sasl-mechanisms
                                    + "c02201" // list of 34 octets, one field
                                    + "e01f04a3" // array of 31 octets, four symbols
                                    + "09414e4f4e594d4f5553" // ANONYMOUS
                                    + "0845585445524e414c" // EXTERNAL
                                    + "05504c41494e" // PLAIN
                                    + "0354504d"); // TPM
        }
    }

    @Test
    @Tag("DPS-06")
    @Tag("DPS-10")
    void aTpmProvesItselfInFourSteps() throws Exception {
        RegistrationId id = EndorsementKey.decode(ENDORSEMENT_KEY).registrationId();
        site.enroll(id.text(), new AttestationMechanism.Tpm(EndorsementKey.decode(ENDORSEMENT_KEY), Optional.empty()));
        try (RawAmqpClient client = site.client()) {
            client.send(Frames.SASL);
            client.read(8);
            client.frame();

            client.send(
                    Bytes.hex("000001a4" + "02010000" + "005341"), // 420 octets, SASL, sasl-init
                    Bytes.hex("d000000194" + "00000002"), // list of 404 octets, two fields
                    Bytes.hex("a30354504d"), // TPM
                    Bytes.hex("b000000186"), // 390 octets
                    Bytes.hex("00"),
                    Bytes.utf8(site.scope()), // 19 octets
                    Bytes.hex("00"),
                    Bytes.utf8(id.text()), // 52
                    Bytes.hex("00"),
                    ENDORSEMENT_KEY); // 316
            assertThat(client.frame().toString()).isEqualTo("02010000" + "005342" + "c00401" + "a00100");

            client.send(Frames.saslResponse(Bytes.concat(Bytes.hex("00"), STORAGE_ROOT_KEY)));
            Bytes first = challenge(client.frame());
            assertThat(first.slice(0, 1).toString()).isEqualTo("80");

            client.send(Bytes.hex("00000011" + "02010000" + "005343" + "c00401" + "a00100"));
            Bytes second = challenge(client.frame());
            assertThat(second.slice(0, 1).toString()).isEqualTo("c1");
            Bytes blob = Bytes.concat(first.slice(1, first.length()), second.slice(1, second.length()));
            assertThat(ActivationBlob.decode(blob).credential().length()).isEqualTo(52);
            assertThat(Math.max(first.length(), second.length()))
                    .as("the Java client takes no SASL frame above 512 octets")
                    .isLessThan(490);

            client.send(Frames.saslResponse(
                    Bytes.concat(Bytes.hex("00"), Bytes.utf8(site.token(id.text(), AmqpSite.NONCE)))));
            assertThat(client.frame().toString()).isEqualTo("02010000" + "005344" + "c00301" + "5000"); // ok

            client.send(Frames.BARE, Frames.open("", AmqpSite.NAMES.provisioningHost() + ":5671"), Frames.begin());
            client.send(
                    Frames.receiver("answers", 0, "/" + site.address(id.text())),
                    Frames.sender("questions", 1, "/" + site.address(id.text())));
            client.await("questions");
            String body = "{\"registrationId\":\"" + id.text() + "\"}"; // the keys went through SASL
            client.send(Frames.transfer(1, 0, Frames.question("iotdps-register", body)));
            String operation = operation(client.await("assigning"));
            client.send(Frames.transfer(1, 1, status(Frames.text("q"), operation)));
            assertThat(client.await("\"authenticationKey\""))
                    .contains("\"assignedHub\":\"" + AmqpSite.NAMES.hubHost() + "\"");

            client.send(Frames.transfer(1, 2, Frames.question("iotdps-register", body)));
            assertThat(client.await("amqp:unauthorized-access")).contains("good for one registration");
        }
    }

    @Test
    @Tag("DPS-06")
    void theLongestBeginningThatClientsSendComesInOneSegment() throws Exception {
        String id = "g".repeat(128);
        site.enroll(id, new AttestationMechanism.Tpm(EndorsementKey.decode(ENDORSEMENT_KEY), Optional.empty()));
        Bytes beginning = Bytes.concat(Bytes.utf8("\0" + site.scope() + "\0" + id + "\0"), ENDORSEMENT_KEY);
        assertThat(beginning.length() - 1)
                .as("without its first zero: the C client cuts what is longer, and cannot go on")
                .isEqualTo(19 + 1 + 128 + 1 + 316)
                .isLessThanOrEqualTo(470);
        try (RawAmqpClient client = site.client()) {
            client.send(Frames.SASL);
            client.read(8);
            client.frame();

            client.send(Frames.saslInit("TPM", beginning));
            assertThat(client.frame().toString()).isEqualTo("02010000" + "005342" + "c00401" + "a00100");
            client.send(Frames.saslResponse(Bytes.concat(Bytes.hex("00"), STORAGE_ROOT_KEY)));
            assertThat(challenge(client.frame()).slice(0, 1).toString()).isEqualTo("80");
        }
    }

    private static Bytes challenge(Bytes frame) {
        String text = frame.toString();
        int at = text.indexOf("b0", 8 + 6); // the response as octets with a size of four
        int length = Integer.parseInt(text.substring(at + 2, at + 10), 16);
        return Bytes.hex(text.substring(at + 10, at + 10 + 2 * length));
    }

    @Test
    @Tag("DPS-05")
    void aCertificateNeedsNoSasl() throws Exception {
        LabCa.Holder holder = LabCa.root("Plant", Instant.now()).device("cam-1");
        site.enroll("cam-1", new AttestationMechanism.ClientCertificates(CertificatePair.of(holder.certificate())));
        try (RawAmqpClient client = site.client(holder)) {
            client.send(Frames.BARE);
            client.send(Frames.open("", AmqpSite.NAMES.provisioningHost() + ":443"), Frames.begin());
            assertThat(client.read(8)).isEqualTo(Frames.BARE);
            String address = site.address("cam-1");
            client.send(Frames.receiver("answers", 0, address), Frames.sender("questions", 1, address));
            client.await("questions");

            client.send(Frames.transfer(1, 0, Frames.question("iotdps-register", "")));

            assertThat(client.await("assigning")).contains("retry-after");
            assertThat(site.hub.identities().find(DeviceId.of("cam-1"))).isPresent();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a10161, a text",
        "9800112233445566778899aabbccddeeff, a UUID",
        "5307, a small number",
        "a003010203, octets"
    })
    void anAnswerKeepsTheTypeOfTheCorrelationId(String encoded, String what) throws Exception {
        String id = "typed-" + encoded.length();
        SymmetricKeys keys = site.enroll(id);
        try (RawAmqpClient client = site.linked(id, keys)) {
            client.send(Frames.transfer(
                    1,
                    0,
                    Frames.message(
                            Bytes.hex(encoded),
                            Map.of("iotdps-operation-type", Frames.text("iotdps-register")),
                            "{\"registrationId\":\"" + id + "\"}")));

            String said = client.await("assigning");
            Bytes octets = Bytes.of(said.getBytes(StandardCharsets.ISO_8859_1));
            assertThat(octets.toString()).as(what).contains("005373").contains("40" + encoded);
        }
    }

    @Test
    void theLinkForTheAnswersMayComeAfterTheQuestion() throws Exception {
        SymmetricKeys keys = site.enroll("late-1");
        try (RawAmqpClient client = site.proven("late-1", keys)) {
            client.send(Frames.sender("questions", 1, site.address("late-1")));
            client.await("questions");
            client.send(Frames.transfer(1, 0, Frames.question("iotdps-register", "{}")));
            client.send(Frames.receiver("answers", 0, site.address("late-1")));

            assertThat(client.await("assigning")).contains("answers");
        }
    }

    @Test
    void whoAsksTooOftenIsToldWhenToAskAgain() throws Exception {
        SymmetricKeys keys = site.enroll("eager-1");
        try (RawAmqpClient client = site.linked("eager-1", keys)) {
            client.send(Frames.transfer(1, 0, Frames.question("iotdps-register", "")));
            String operation = operation(client.await("assigning"));
            for (int i = 1; i <= 5; i++) {
                client.send(Frames.transfer(1, i, status(Frames.text("q"), operation)));
                client.await("\"assigned\"");
            }
            client.send(Frames.transfer(1, 6, status(Frames.text("q"), operation)));

            assertThat(client.await("Retry-After"))
                    .contains("com.microsoft:device-container-throttled")
                    .contains("\"errorCode\":429001");
        }
    }

    private static Bytes status(Bytes correlationId, String operation) {
        return Frames.message(
                correlationId,
                Map.of(
                        "iotdps-operation-type", Frames.text("iotdps-get-operationstatus"),
                        "iotdps-operation-id", Frames.text(operation)),
                "");
    }

    private static String operation(String said) {
        return said.replaceAll("(?s).*\"operationId\":\"([^\"]*)\".*", "$1");
    }
}
