// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.LocalServices.Asked;
import io.postern.ctl.LocalServices.Reply;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnrollmentCommandsTest {
    private static final String EK =
            "AToAAQALAAMAsgAgg3GXZ0SEs/gakMyNRqXXJP1S124GUgtk8qHaGzMUaaoABgCAAEMAEAgAAAAAAAEArLR8bR1EiTrCb0qh8dMgkVIXNTeJKW7nTQt4e8kmhX8vsW3lUZyXcwrR5CnYMR+tUBLb5INV0+kVEUt0CXEk0jMgPSGA+Zmhhs/+gGpTTGm13fk+n1Tq/4Fv0d4qVegpS3nMMP8rb/2cGjlfqYnwngrintPmiBIk75inSyKJqQABcmdXti2GHFV3L+/KCiXRIGw2Q+iMoPUofdt/8E7paZovEQmz/ndMmxOO2mpio0mXt9iYTqhmuyMng1liHOM3rOuuiXPmLu1O0ozmCPIC/KrkKDWXhreu5xsBEEjd2joGm0F4J8Z8nJki5C4d0MjKuLJkxdDduRTUZuxzY8WkkQ==";
    private static final String EK_ID = "f7vkhwvyu72fsq3phwfrgtfqjbw7c6gdz3y3hmcigax6xqmsz2wq";
    private static final String KEYED = """
            {"registrationId":"meter-1","deviceId":"Meter-1","etag":"\\"1\\"","provisioningStatus":"enabled",
             "attestation":{"type":"symmetricKey","symmetricKey":{"primaryKey":"cHJpbWFyeQ==","secondaryKey":"c2Vjb25kYXJ5"}},
             "registrationState":{"status":"assigned","assignedHub":"hub.ctl.test"}}""";

    @TempDir
    Path folder;

    private LocalServices services;

    @BeforeEach
    void start() throws IOException, GeneralSecurityException {
        services = new LocalServices(folder);
        services.answer(asked -> Reply.json(asked.body()));
    }

    @AfterEach
    void stop() {
        services.close();
    }

    @Test
    @Tag("CEN-11")
    @Tag("DPS-10")
    void enrollsATpmUnderTheIdItGivesItself() {
        Terminal shown = Terminal.run(services, "enrollments", "add", "--ek", EK);

        assertThat(shown).isEqualTo(new Terminal(0, "Enrolled " + EK_ID + ".\n", ""));
        Asked asked = services.asked.getFirst();
        assertThat(asked.method()).isEqualTo("PUT");
        assertThat(asked.host()).isEqualTo("service.ctl.test");
        assertThat(asked.target()).isEqualTo("/enrollments/" + EK_ID + "?api-version=2021-10-01");
        assertThat(asked.header("Content-type")).startsWith("application/json");
        assertThat(asked.header("Authorization")).contains("skn=provisioningserviceowner");
        JsonObject body = Json.parseObject(asked.body());
        assertThat(body.getString("registrationId")).isEqualTo(EK_ID);
        assertThat(body.getString("provisioningStatus")).isEqualTo("enabled");
        assertThat(body).doesNotContainKeys("deviceId", "iotHubHostName", "initialTwin");
        assertThat(body.getJsonObject("attestation"))
                .isEqualTo(Json.parse("{\"type\":\"tpm\",\"tpm\":{\"endorsementKey\":\"" + EK + "\"}}"));
    }

    @Test
    void readsAnEndorsementKeyFromAFileInEitherForm() throws IOException {
        Path binary = Files.write(folder.resolve("ek.bin"), Bytes.base64(EK).toArray());
        Path text = Files.writeString(folder.resolve("ek.txt"), EK.substring(0, 60) + "\n" + EK.substring(60) + "\n");

        for (Path file : new Path[] {binary, text}) {
            Terminal shown = Terminal.run(services, "enrollments", "add", "gw-1", "--ek-file", file.toString());
            assertThat(shown.exit()).as(shown.err()).isZero();
        }
        assertThat(services.asked).extracting(Asked::body).allMatch(body -> body.contains(EK));
        assertThat(services.asked)
                .extracting(Asked::target)
                .allMatch(target -> target.startsWith("/enrollments/gw-1?"));
    }

    @Test
    void refusesWhatIsNoEndorsementKeyBeforeAskingTheService() {
        Terminal shown = Terminal.run(services, "enrollments", "add", "gw-1", "--ek", "AAAA");

        assertThat(shown.exit()).isEqualTo(1);
        assertThat(shown.err()).contains("this is not an endorsement key").contains("postern identity");
        assertThat(services.asked).isEmpty();
    }

    @Test
    @Tag("DPS-22")
    @Tag("CEN-06")
    void passesOnEveryWishOfTheOperator() throws IOException {
        Path twin = Files.writeString(folder.resolve("twin.json"), "{\"tags\":{\"site\":\"north\"}}");

        Terminal.run(
                services,
                "enrollments",
                "add",
                "--ek",
                EK,
                "--device-id",
                "Gateway-1",
                "--hub",
                "hub.ctl.test",
                "--twin-file",
                twin.toString(),
                "--disabled");

        JsonObject body = Json.parseObject(services.asked.getFirst().body());
        assertThat(body.getString("deviceId")).isEqualTo("Gateway-1");
        assertThat(body.getString("iotHubHostName")).isEqualTo("hub.ctl.test");
        assertThat(body.getString("allocationPolicy")).isEqualTo("static");
        assertThat(body.getString("provisioningStatus")).isEqualTo("disabled");
        assertThat(body.getJsonObject("initialTwin")).isEqualTo(Json.parse("{\"tags\":{\"site\":\"north\"}}"));
    }

    @Test
    @Tag("CEN-09")
    void takesOwnSymmetricKeysFromAFileAndDoesNotPrintThem() throws IOException {
        Path keys = Files.writeString(folder.resolve("keys"), "cHJpbWFyeQ==\nc2Vjb25kYXJ5\n");

        Terminal shown =
                Terminal.run(services, "enrollments", "add", "meter-1", "--key-file", keys.toString(), "--json");

        assertThat(services.asked.getFirst().body()).contains("cHJpbWFyeQ==").contains("c2Vjb25kYXJ5");
        assertThat(shown.out())
                .contains("symmetricKey")
                .doesNotContain("cHJpbWFyeQ")
                .doesNotContain("c2Vjb25kYXJ5");
    }

    @Test
    void wantsExactlyOneProofAndANameForAKey() {
        assertThat(Terminal.run(services, "enrollments", "add", "meter-1").exit())
                .isEqualTo(2);
        assertThat(Terminal.run(services, "enrollments", "add", "m", "--ek", EK, "--symmetric-key")
                        .exit())
                .isEqualTo(2);
        assertThat(Terminal.run(services, "enrollments", "add", "--symmetric-key")
                        .err())
                .contains("needs a registration id");
        assertThat(services.asked).isEmpty();
    }

    @Test
    void listsAllPagesInOneTable() {
        services.answer(
                asked -> asked.header("X-ms-continuation").isEmpty()
                        ? new Reply(
                                200,
                                Map.of("x-ms-continuation", "page two", "x-ms-item-type", "enrollment"),
                                "[" + KEYED + "]")
                        : Reply.json(
                                "[{\"registrationId\":\"gw-1\",\"attestation\":{\"type\":\"tpm\"},\"provisioningStatus\":\"disabled\"}]"));

        Terminal shown = Terminal.run(services, "enrollments", "list");

        assertThat(shown.out()).isEqualTo("""
                        REGISTRATION ID  PROOF         DEVICE ID  STATUS    REGISTERED  HUB
                        meter-1          symmetricKey  Meter-1    enabled   assigned    hub.ctl.test
                        gw-1             tpm           -          disabled  -           -
                        """);
        assertThat(services.asked).hasSize(2);
        assertThat(services.asked.getLast().header("X-ms-continuation")).isEqualTo("page two");
        assertThat(services.asked.getFirst().body()).isEqualTo("{\"query\":\"select * from enrollments\"}");
    }

    @Test
    void listsAsJsonForProgramsWithoutKeys() {
        services.answer(_ -> Reply.json("[" + KEYED + "]"));

        Terminal shown = Terminal.run(services, "enrollments", "list", "--json");

        assertThat(Json.parseArray(shown.out()).getJsonObject(0).getString("registrationId"))
                .isEqualTo("meter-1");
        assertThat(shown.out()).doesNotContain("cHJpbWFyeQ");
    }

    @Test
    void saysHowToBeginWhenThereAreNone() {
        services.answer(_ -> Reply.json("[]"));

        assertThat(Terminal.run(services, "enrollments", "list").out()).contains("enrollments add --ek");
        assertThat(Json.parseArray(
                        Terminal.run(services, "enrollments", "list", "--json").out()))
                .isEmpty();
    }

    @Test
    void showsKeysOnlyWhenAskedTo() {
        services.answer(asked -> asked.target().contains("attestationmechanism")
                ? Reply.json(
                        Json.parseObject(KEYED).getJsonObject("attestation").toString())
                : Reply.json(KEYED));

        assertThat(Terminal.run(services, "enrollments", "show", "meter-1").out())
                .contains("attestation.type")
                .doesNotContain("cHJpbWFyeQ");
        assertThat(Terminal.run(services, "enrollments", "show", "meter-1", "--show-keys")
                        .out())
                .contains("attestation.symmetricKey.primaryKey")
                .contains("cHJpbWFyeQ==");
        assertThat(services.asked.getLast())
                .satisfies(asked -> assertThat(asked.method()).isEqualTo("POST"))
                .satisfies(
                        asked -> assertThat(asked.target()).startsWith("/enrollments/meter-1/attestationmechanism?"));
    }

    @Test
    void removesSeveralAtOnceAndStopsAtTheFirstRefusal() {
        services.answer(asked -> asked.target().contains("gone") ? Reply.status(404, "{}") : Reply.status(204, ""));

        Terminal shown = Terminal.run(services, "enrollments", "remove", "a", "gone", "b");

        assertThat(shown.exit()).isEqualTo(1);
        assertThat(shown.out()).isEqualTo("Removed a.\n");
        assertThat(services.asked).hasSize(2).allMatch(asked -> asked.method().equals("DELETE"));
    }

    @Test
    void showsAndRemovesRegistrationRecords() {
        services.answer(asked -> asked.method().equals("GET")
                ? Reply.json("{\"registrationId\":\"gw-1\",\"status\":\"assigned\",\"assignedHub\":\"hub.ctl.test\"}")
                : Reply.status(204, ""));

        assertThat(Terminal.run(services, "registrations", "show", "gw-1").out())
                .endsWith("registrationId  gw-1\nstatus          assigned\nassignedHub     hub.ctl.test\n");
        assertThat(Terminal.run(services, "registrations", "remove", "gw-1").exit())
                .isZero();
        assertThat(services.asked)
                .extracting(Asked::target)
                .allMatch(target -> target.startsWith("/registrations/gw-1?"));
    }
}
