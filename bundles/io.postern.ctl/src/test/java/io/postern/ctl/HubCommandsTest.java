// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.LocalServices.Asked;
import io.postern.ctl.LocalServices.Reply;
import io.postern.wire.Json;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the operator says to a hub about twins, queries, methods, commands and tokens. */
class HubCommandsTest {
    private static final String V = "?api-version=2021-04-12";
    private static final String TWIN = """
            {"deviceId":"meter-1","status":"enabled","connectionState":"Connected",
             "lastActivityTime":"2026-03-01T08:00:00Z","tags":{"site":"north"},"properties":{"desired":{},"reported":{}}}""";

    @TempDir
    Path folder;

    private LocalServices services;

    @BeforeEach
    void start() throws IOException, GeneralSecurityException {
        services = new LocalServices(folder);
        services.answer(_ -> Reply.json(TWIN));
    }

    @AfterEach
    void stop() {
        services.close();
    }

    @Test
    void showsMergesAndReplacesTwins() {
        assertThat(Terminal.run(services, "twins", "show", "meter-1").out()).contains("\"site\": \"north\"");
        Terminal.run(services, "twins", "set", "meter-1", "--tags", "{\"hall\":null}");
        Terminal.run(services, "twins", "replace", "meter-1", "--tags", "{}", "--desired", "{\"rate\":5}");

        Asked set = services.asked.get(1);
        assertThat(set.method() + " " + set.target()).isEqualTo("POST /twins/meter-1" + V);
        assertThat(set.header("X-http-method-override")).isEqualTo("PATCH");
        assertThat(set.body()).isEqualTo("{\"tags\":{\"hall\":null}}");
        Asked replace = services.asked.get(2);
        assertThat(replace.method() + " " + replace.target()).isEqualTo("PUT /twins/meter-1" + V);
        assertThat(replace.body()).isEqualTo("{\"tags\":{},\"properties\":{\"desired\":{\"rate\":5}}}");
    }

    @Test
    void aTwinIsNotChangedByNothingNorByWhatIsNoJson() {
        assertThat(Terminal.run(services, "twins", "set", "meter-1").exit()).isEqualTo(2);
        Terminal wrong = Terminal.run(services, "twins", "set", "meter-1", "--tags", "{site:north}");

        assertThat(wrong.exit()).isEqualTo(1);
        assertThat(wrong.err()).contains("--tags", "not JSON", "quote it");
        assertThat(Terminal.run(services, "twins", "set", "meter-1", "--desired", "7")
                        .err())
                .contains("a JSON object is needed");
        assertThat(services.asked).isEmpty();
    }

    @Test
    void aQueryIsShownAsATable() {
        services.answer(asked -> asked.header("X-ms-continuation").isEmpty()
                ? new Reply(200, Map.of("x-ms-continuation", "next"), "[" + TWIN + "]")
                : Reply.json("[" + TWIN.replace("meter-1", "meter-2") + "]"));
        String query = "SELECT * FROM devices WHERE tags.site = 'north'";

        assertThat(Terminal.run(services, "query", query).out()).isEqualTo("""
                deviceId  status   connectionState  lastActivityTime      tags
                meter-1   enabled  Connected        2026-03-01T08:00:00Z  {"site":"north"}
                meter-2   enabled  Connected        2026-03-01T08:00:00Z  {"site":"north"}
                """);
        assertThat(services.asked.getFirst().target()).isEqualTo("/devices/query" + V);
        assertThat(Json.parseObject(services.asked.getFirst().body()).getString("query"))
                .isEqualTo(query);
        assertThat(Json.parseArray(
                        Terminal.run(services, "query", query, "--json").out()))
                .hasSize(2);
    }

    @Test
    void fieldsAreColumnsAndWhatARowLacksIsADash() {
        services.answer(_ -> Reply.json("[{\"n\":1},{\"site\":\"north\",\"n\":299}]"));

        assertThat(Terminal.run(
                                services,
                                "query",
                                "SELECT tags.site AS site, COUNT() AS n FROM devices GROUP BY tags.site")
                        .out())
                .isEqualTo("n    site\n1    -\n299  north\n");
        services.answer(_ -> Reply.json("[]"));
        assertThat(Terminal.run(services, "query", "SELECT * FROM devices").out())
                .isEqualTo("No devices.\n");
    }

    @Test
    void aRefusedQueryTellsThePlace() {
        services.answer(
                _ -> Reply.status(400, "{\"Message\":\"ErrorCode:ArgumentInvalid;position 9\",\"errorCode\":400004}"));

        Terminal refused = Terminal.run(services, "query", "SELECT *");

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("position 9");
    }

    @Test
    void callsAMethodWithItsTimes() {
        services.answer(_ -> Reply.json("{\"status\":200,\"payload\":{\"ok\":true}}"));

        Terminal shown = Terminal.run(
                services,
                "methods",
                "call",
                "meter-1",
                "reboot",
                "--payload",
                "[1,\"x\"]",
                "--timeout",
                "10s",
                "--connect-timeout",
                "1m");

        assertThat(Json.parse(shown.out())).isEqualTo(Json.parse("{\"status\":200,\"payload\":{\"ok\":true}}"));
        assertThat(services.asked.getFirst().target()).isEqualTo("/twins/meter-1/methods" + V);
        assertThat(Json.parse(services.asked.getFirst().body())).isEqualTo(Json.parse("""
                {"methodName":"reboot","connectTimeoutInSeconds":60,"responseTimeoutInSeconds":10,"payload":[1,"x"]}"""));
    }

    @Test
    void sendsACommandAndThrowsWaitingOnesAway() {
        services.answer(asked -> asked.method().equals("DELETE")
                ? Reply.json("{\"deviceId\":\"meter-1\",\"totalMessagesPurged\":3}")
                : Reply.status(201, "{\"messageId\":\"m-1\",\"sequenceNumber\":7}"));

        Terminal sent = Terminal.run(
                services,
                "commands",
                "send",
                "meter-1",
                "restart",
                "--property",
                "mode=soft",
                "--ack",
                "full",
                "--message-id",
                "m-1",
                "--expires-in",
                "1h");

        assertThat(sent).isEqualTo(new Terminal(0, "Sent to meter-1 as m-1.\n", ""));
        Asked asked = services.asked.getFirst();
        assertThat(asked.target()).isEqualTo("/devices/meter-1/messages/devicebound" + V);
        assertThat(asked.body()).isEqualTo("restart");
        assertThat(asked.header("Iothub-app-mode")).isEqualTo("soft");
        assertThat(asked.header("Iothub-ack")).isEqualTo("full");
        assertThat(asked.header("Iothub-messageid")).isEqualTo("m-1");
        assertThat(Instant.parse(asked.header("Iothub-expiry"))).isAfter(Instant.now());
        assertThat(Terminal.run(services, "commands", "purge", "meter-1").out())
                .isEqualTo("Threw away 3 commands for meter-1.\n");
        assertThat(services.asked.getLast().target()).isEqualTo("/devices/meter-1/commands" + V);
    }

    @Test
    @Tag("HUB-06")
    void mintsATokenOfADeviceAndOneOfThePolicy() {
        services.answer(_ -> Reply.json("{\"authentication\":{\"type\":\"sas\",\"symmetricKey\":{\"primaryKey\":\""
                + LocalServices.KEY + "\"}}}"));

        SasToken device = SasToken.parse(Terminal.run(services, "sas", "device", "meter-1", "--life", "10m")
                .out()
                .strip());
        SasToken policy =
                SasToken.parse(Terminal.run(services, "sas", "service").out().strip());

        Secret key = Secret.base64(LocalServices.KEY);
        assertThat(device.resource().path()).isEqualTo(LocalServices.HUB + "/devices/meter-1");
        assertThat(device.keyName()).isEmpty();
        assertThat(device.isSignedBy(key)).isTrue();
        assertThat(device.expiry())
                .isBetween(
                        Instant.now().plus(Duration.ofMinutes(8)), Instant.now().plus(Duration.ofMinutes(11)));
        assertThat(policy.resource().path()).isEqualTo(LocalServices.HUB);
        assertThat(policy.keyName()).contains("iothubowner");
        assertThat(policy.isSignedBy(key)).isTrue();
    }

    @Test
    void aDeviceWithACertificateGetsNoToken() {
        services.answer(_ -> Reply.json("{\"authentication\":{\"type\":\"selfSigned\",\"symmetricKey\":{}}}"));

        Terminal refused = Terminal.run(services, "sas", "device", "meter-1");

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("meter-1 has no keys");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hub2", "HUB2", "hub2.ctl.test"})
    void anotherHubIsSpokenToByItsName(String name) throws IOException {
        String connection = services.connection("ca.pem");
        String second = "{\"name\":\"" + LocalServices.HUB2 + "\",\"connectionString\":\"HostName=" + LocalServices.HUB2
                + ";SharedAccessKeyName=iothubowner;SharedAccessKey=" + LocalServices.KEY + "\"}";
        Files.writeString(
                folder.resolve("connection.json"),
                connection.substring(0, connection.length() - 1) + ",\"hubs\":[" + second + "]}");

        Terminal shown = Terminal.run(services, "twins", "show", "meter-1", "--hub", name);

        assertThat(shown.err()).isEmpty();
        assertThat(services.asked.getFirst().host()).isEqualTo(LocalServices.HUB2);
        assertThat(Terminal.run(services, "query", "SELECT * FROM devices", "--hub", "hub9")
                        .err())
                .contains("no hub hub9", "hub, hub2");
    }

    @Test
    void devicesAreAddedByTheirOwnKeysByCertificateOrUnderACa() throws IOException {
        Path keys = folder.resolve("keys");
        Files.writeString(keys, LocalServices.KEY + "\n" + LocalServices.KEY.replace('c', 'd') + "\n");

        Terminal.run(services, "devices", "add", "a", "--key-file", keys.toString());
        Terminal.run(services, "devices", "add", "b", "--thumbprint", "AA", "--thumbprint", "BB");
        Terminal.run(services, "devices", "add", "c", "--ca-signed");

        assertThat(services.asked)
                .extracting(asked -> Json.parseObject(asked.body())
                        .getJsonObject("authentication")
                        .toString())
                .containsExactly(
                        "{\"type\":\"sas\",\"symmetricKey\":{\"primaryKey\":\"" + LocalServices.KEY
                                + "\",\"secondaryKey\":\"" + LocalServices.KEY.replace('c', 'd') + "\"}}",
                        "{\"type\":\"selfSigned\",\"x509Thumbprint\":{\"primaryThumbprint\":\"AA\",\"secondaryThumbprint\":\"BB\"}}",
                        "{\"type\":\"certificateAuthority\"}");
        assertThat(Terminal.run(services, "devices", "add", "d", "--ca-signed", "--thumbprint", "AA")
                        .exit())
                .isEqualTo(2);
    }

    @Test
    void whyADeviceIsDisabledIsWrittenDown() {
        services.answer(_ -> Reply.json("{\"deviceId\":\"meter-1\",\"etag\":\"MQ==\",\"status\":\"enabled\"}"));

        Terminal.run(services, "devices", "disable", "meter-1", "--reason", "stolen");

        assertThat(Json.parseObject(services.asked.getLast().body()).getString("statusReason"))
                .isEqualTo("stolen");
    }
}
