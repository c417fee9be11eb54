// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.LocalServices.Asked;
import io.postern.ctl.LocalServices.Reply;
import io.postern.testkit.TpmVectors;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a factory hands to an operator: lists of devices, groups and CAs. */
class ImportAndGroupsTest {
    private static final String EK =
            Bytes.hex(TpmVectors.text("ek_tpm2b_public_hex")).toBase64();

    @TempDir
    private Path folder;

    private LocalServices services;

    @BeforeEach
    void start() throws Exception {
        services = new LocalServices(folder);
        services.answer(_ -> Reply.json("{\"isSuccessful\":true,\"errors\":[]}"));
    }

    @AfterEach
    void stop() {
        services.close();
    }

    @Test
    @Tag("CEN-23")
    void aListIsEnrolledTenToACall() throws IOException {
        String rows = IntStream.rangeClosed(1, 25)
                .mapToObj(i -> "meter-" + i + ",Q0VSVA==\n")
                .collect(Collectors.joining("", "registrationId,certificate\n", ""));

        Terminal shown = importList(rows);

        assertThat(shown.exit()).as(shown.err()).isZero();
        assertThat(shown.out()).isEqualTo("25 enrolled, 0 enrolled before and left as they are, 0 refused.\n");
        assertThat(services.asked).hasSize(3).extracting(Asked::method).containsOnly("POST");
        JsonObject first = Json.parseObject(services.asked.getFirst().body());
        assertThat(first.getString("mode")).isEqualTo("create");
        assertThat(first.getJsonArray("enrollments")).hasSize(10);
        assertThat(first.getJsonArray("enrollments").getJsonObject(0).getJsonObject("attestation"))
                .isEqualTo(Json.parse("{\"type\":\"x509\",\"x509\":{\"clientCertificates\":{\"primary\":"
                        + "{\"certificate\":\"Q0VSVA==\"}}}}"));
    }

    @Test
    @Tag("CEN-23")
    void everyRowHasItsOwnResult() throws IOException {
        services.answer(_ -> Reply.json("{\"isSuccessful\":false,\"errors\":["
                + "{\"registrationId\":\"old\",\"errorCode\":409001,\"errorStatus\":\"EnrollmentAlreadyExists\"},"
                + "{\"registrationId\":\"odd\",\"errorCode\":400004,\"errorStatus\":\"no such CA\"}]}"));

        Terminal shown = importList("""
                registrationId,deviceId,endorsementKey,caReference,primaryKey,secondaryKey
                ,gw-1,%s,,,
                old,,,plant,,
                bad id,,,plant,,
                odd,,,plant,,
                old,,,plant,,
                keyed,,,,a2V5,
                bare,,,,,
                """.formatted(EK));

        assertThat(shown.exit()).isEqualTo(1);
        assertThat(shown.out()).isEqualTo("1 enrolled, 1 enrolled before and left as they are, 5 refused.\n");
        assertThat(shown.err())
                .contains(":4: a registration id is")
                .contains(":5: no such CA")
                .contains(":6: old stands in line 3 already")
                .contains(":7: nothing stands under \"secondaryKey\"")
                .contains(":8: it does not say how bare proves itself");
        assertThat(services.asked).hasSize(1);
        JsonObject tpm = Json.parseObject(services.asked.getFirst().body())
                .getJsonArray("enrollments")
                .getJsonObject(0);
        assertThat(tpm.getString("registrationId")).isEqualTo(TpmVectors.text("registration_id"));
        assertThat(tpm.getString("deviceId")).isEqualTo("gw-1");
    }

    @Test
    void theServiceMakesKeysOnlyWhenAskedTo() throws IOException {
        Path list = Files.writeString(folder.resolve("list.csv"), "registrationId\nmeter-1\n");

        Terminal shown = Terminal.run(services, "enrollments", "import", list.toString(), "--symmetric-key", "--json");

        assertThat(Json.parseArray(shown.out()).getJsonObject(0))
                .isEqualTo(Json.parse("{\"line\":2,\"result\":\"enrolled\",\"registrationId\":\"meter-1\"}"));
        assertThat(services.asked.getFirst().body()).contains("\"type\":\"symmetricKey\"");
    }

    @Test
    void whatIsNoListIsRefusedBeforeAnythingIsSent() throws IOException {
        assertThat(importList("a,a\n").err()).contains("list.csv: line 1: a heading stands there twice");
        assertThat(Terminal.run(services, "enrollments", "import", "no-such.csv")
                        .err())
                .contains("there is no file no-such.csv");
        assertThat(services.asked).isEmpty();
    }

    @Test
    @Tag("CEN-21")
    void aGroupOfKeysHasTheHostedPlatformsNameUnlessToldOtherwise() {
        services.answer(asked -> Reply.json(asked.body()));

        Terminal.run(services, "groups", "add", "--symmetric-key");
        Terminal.run(services, "groups", "add", "line-1", "--ca", "plant", "--disabled");

        assertThat(services.asked.getFirst().target()).startsWith("/enrollmentGroups/SAS-IoT-Devices?");
        assertThat(services.asked.getFirst().body()).contains("\"enrollmentGroupId\":\"SAS-IoT-Devices\"");
        assertThat(Json.parseObject(services.asked.getLast().body()))
                .isEqualTo(Json.parse("{\"enrollmentGroupId\":\"line-1\",\"attestation\":{\"type\":\"x509\",\"x509\":"
                        + "{\"caReferences\":{\"primary\":\"plant\"}}},\"provisioningStatus\":\"disabled\"}"));
        assertThat(Terminal.run(services, "groups", "add", "--ca", "plant").err())
                .contains("needs a name");
    }

    @Test
    @Tag("CEN-13")
    void whoLetsDevicesInByKeysIsAdvisedToUseCertificatesInProduction() {
        services.answer(asked -> Reply.json(asked.body()));
        String advice = "In production prefer X.509";

        assertThat(Terminal.run(services, "groups", "add", "--symmetric-key").out())
                .contains(advice);
        assertThat(Terminal.run(services, "enrollments", "add", "meter-1", "--symmetric-key")
                        .out())
                .contains(advice);
        assertThat(Terminal.run(services, "groups", "add", "--symmetric-key", "--json")
                        .out())
                .doesNotContain(advice);
        assertThat(Terminal.run(services, "groups", "add", "line-1", "--ca", "plant")
                        .out())
                .doesNotContain(advice);
        assertThat(Terminal.run(services, "enrollments", "add", "--ek", EK).out())
                .doesNotContain(advice);
    }

    @Test
    @Tag("CEN-08")
    void aGroupsKeyGoesToAFileOfItsOwnerAndOntoNoScreen() throws IOException {
        services.answer(
                _ -> Reply.json(
                        "{\"type\":\"symmetricKey\",\"symmetricKey\":{\"primaryKey\":\"cHJpbWFyeQ==\",\"secondaryKey\":\"c2Vj\"}}"));
        Path file = folder.resolve("group.key");

        Terminal shown = Terminal.run(services, "groups", "key", "line-1", "--out", file.toString());

        assertThat(file).hasContent("cHJpbWFyeQ==");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(shown.out()).doesNotContain("cHJpbWFyeQ");
        assertThat(Terminal.run(services, "groups", "key", "line-1", "--out", file.toString())
                        .err())
                .contains("is there already");
    }

    @Test
    @Tag("CEN-07")
    void aCaIsAddedAndProvenWithTheFirstCertificateOfAFile() throws Exception {
        services.answer(asked ->
                Reply.json("{\"name\":\"plant\",\"properties\":{\"verificationCode\":\"AB12\",\"isVerified\":false}}"));
        String pem = folder.resolve("ca.pem").toString();

        assertThat(Terminal.run(services, "ca", "add", "plant", "--file", pem).out())
                .contains("ctl ca code plant");
        assertThat(Terminal.run(services, "ca", "code", "plant").out()).isEqualTo("AB12\n");
        assertThat(Terminal.run(services, "ca", "verify", "plant", "--proof", pem)
                        .exit())
                .isZero();

        assertThat(services.asked)
                .extracting(asked -> asked.method() + " " + asked.target().replaceAll("\\?.*", ""))
                .containsExactly(
                        "PUT /certificates/plant",
                        "POST /certificates/plant/generateVerificationCode",
                        "POST /certificates/plant/verify");
        assertThat(Json.parseObject(services.asked.getLast().body()).getString("certificate"))
                .startsWith("MII");
    }

    private Terminal importList(String text) throws IOException {
        return Terminal.run(
                services,
                "enrollments",
                "import",
                Files.writeString(folder.resolve("list.csv"), text).toString());
    }
}
