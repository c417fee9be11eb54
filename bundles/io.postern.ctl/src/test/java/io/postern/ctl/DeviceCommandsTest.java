// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.LocalServices.Asked;
import io.postern.ctl.LocalServices.Reply;
import io.postern.wire.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceCommandsTest {
    private static final String IDENTITY = """
            {"deviceId":"meter-1","generationId":"638","etag":"MQ==","status":"enabled","connectionState":"Connected",
             "lastActivityTime":"2026-03-01T08:00:00Z",
             "authentication":{"type":"sas","symmetricKey":{"primaryKey":"cHJpbWFyeQ==","secondaryKey":"c2Vjb25kYXJ5"}}}""";

    @TempDir
    Path folder;

    private LocalServices services;

    @BeforeEach
    void start() throws IOException, GeneralSecurityException {
        services = new LocalServices(folder);
        services.answer(asked -> asked.method().equals("DELETE") ? Reply.status(204, "") : Reply.json(IDENTITY));
    }

    @AfterEach
    void stop() {
        services.close();
    }

    @Test
    void addsAnIdentityWhoseKeysTheHubMakes() {
        Terminal shown = Terminal.run(services, "devices", "add", "meter-1", "--disabled");

        assertThat(shown).isEqualTo(new Terminal(0, "Added meter-1.\n", ""));
        Asked asked = services.asked.getFirst();
        assertThat(asked.method() + " " + asked.target()).isEqualTo("PUT /devices/meter-1?api-version=2021-04-12");
        assertThat(asked.header("If-match")).isEmpty();
        assertThat(Json.parse(asked.body())).isEqualTo(Json.parse("""
                                {"deviceId":"meter-1","status":"disabled","authentication":
                                 {"type":"sas","symmetricKey":{"primaryKey":"","secondaryKey":""}}}"""));
    }

    @Test
    void escapesEveryCharacterADeviceIdMayHave() {
        Terminal.run(services, "devices", "show", "a#b?c%d+e'f");

        assertThat(services.asked.getFirst().target()).startsWith("/devices/a%23b%3Fc%25d%2Be%27f?");
    }

    @Test
    void printsKeysOnlyWhenAskedTo() {
        assertThat(Terminal.run(services, "devices", "show", "meter-1").out()).doesNotContain("cHJpbWFyeQ");
        assertThat(Terminal.run(services, "devices", "show", "meter-1", "--json")
                        .out())
                .doesNotContain("cHJpbWFyeQ");
        assertThat(Terminal.run(services, "devices", "add", "meter-1", "--show-keys")
                        .out())
                .contains("cHJpbWFyeQ==");
    }

    @Test
    void listsIdentitiesInATable() {
        services.answer(
                _ -> Reply.json(
                        "[" + IDENTITY
                                + ",{\"deviceId\":\"gw-1\",\"status\":\"disabled\",\"connectionState\":\"Disconnected\",\"lastActivityTime\":\"0001-01-01T00:00:00\"}]"));

        assertThat(Terminal.run(services, "devices", "list").out()).isEqualTo("""
                        DEVICE ID  STATUS    CONNECTION    LAST ACTIVITY         AUTHENTICATION
                        meter-1    enabled   Connected     2026-03-01T08:00:00Z  sas
                        gw-1       disabled  Disconnected  never                 -
                        """);
        assertThat(services.asked.getFirst().target()).startsWith("/devices?top=1000&");
    }

    @Test
    void listsIdentitiesAndLeavesToTheLastPage() {
        services.answer(asked -> asked.header("X-ms-continuation").isEmpty()
                ? new Reply(200, Map.of("x-ms-continuation", "a"), "[{\"deviceId\":\"a\",\"leaf\":\"a\"}]")
                : Reply.json("[{\"deviceId\":\"b\",\"leaf\":\"b\"}]"));

        assertThat(Terminal.run(services, "devices", "list").out()).containsSubsequence("\na ", "\nb ");
        assertThat(Terminal.run(services, "leaves", "list").out()).containsSubsequence("\na ", "\nb ");
        assertThat(services.asked)
                .extracting(asked -> asked.header("X-ms-continuation"))
                .containsExactly("", "a", "", "a");
    }

    @Test
    void showsNeverAndHiddenInPlainWords() {
        services.answer(_ -> Reply.json("{\"lastActivityTime\":\"0001-01-01T00:00:00Z\","
                + "\"authentication\":{\"symmetricKey\":{\"primaryKey\":\"cHJpbWFyeQ==\"}}}"));

        assertThat(Terminal.run(services, "devices", "show", "meter-1").out()).isEqualTo("""
                        lastActivityTime             never
                        authentication.symmetricKey  hidden; --show-keys shows it
                        """);
    }

    @Test
    void advisesAnotherNameForABarredOne() {
        services.answer(_ -> Reply.status(409, "{\"errorCode\":409010,\"message\":\"meter-1 is barred\"}"));

        assertThat(Terminal.run(services, "devices", "add", "meter-1").err())
                .contains("meter-1 is barred")
                .contains("Choose another name")
                .doesNotContain("If it exists");
    }

    @Test
    void disablesOnlyTheVersionItHasSeen() {
        Terminal shown = Terminal.run(services, "devices", "disable", "meter-1");

        assertThat(shown.out()).isEqualTo("Disabled meter-1.\n");
        Asked put = services.asked.getLast();
        assertThat(put.method()).isEqualTo("PUT");
        assertThat(put.header("If-match")).isEqualTo("\"MQ==\"");
        assertThat(Json.parseObject(put.body()).getString("status")).isEqualTo("disabled");
        assertThat(Json.parseObject(put.body()).getString("generationId")).isEqualTo("638");
    }

    @Test
    void removesIdentities() {
        assertThat(Terminal.run(services, "devices", "remove", "a", "b").out()).isEqualTo("Removed a.\nRemoved b.\n");
        assertThat(services.asked).extracting(Asked::method).containsExactly("DELETE", "DELETE");
    }

    @Test
    void showsATwin() {
        assertThat(Json.parseObject(
                        Terminal.run(services, "devices", "twin", "meter-1").out()))
                .containsKey("deviceId");
        assertThat(services.asked.getFirst().method()
                        + services.asked.getFirst().target())
                .isEqualTo("GET/twins/meter-1?api-version=2021-04-12");
    }

    @Test
    void patchesATwinInTheFormAJavaClientCanSend() {
        Terminal.run(
                services,
                "devices",
                "twin",
                "meter-1",
                "--desired",
                "{\"period\":\"5s\",\"old\":null}",
                "--tags",
                "{\"site\":\"north\"}");

        Asked asked = services.asked.getFirst();
        assertThat(asked.method()).isEqualTo("POST");
        assertThat(asked.header("X-http-method-override")).isEqualTo("PATCH");
        assertThat(Json.parse(asked.body()))
                .isEqualTo(
                        Json.parse(
                                "{\"tags\":{\"site\":\"north\"},\"properties\":{\"desired\":{\"period\":\"5s\",\"old\":null}}}"));
    }

    @Test
    void saysWhichOptionIsNotJson() {
        Terminal shown = Terminal.run(services, "devices", "twin", "meter-1", "--desired", "period=5s");

        assertThat(shown.exit()).isEqualTo(1);
        assertThat(shown.err()).contains("--desired: not JSON").contains("quote it for the shell");
        assertThat(services.asked).isEmpty();
    }

    @Test
    void assignsListsAndRemovesLeavesWithAHubToken() {
        services.answer(asked -> switch (asked.method()) {
            case "GET" ->
                Reply.json(
                        "[{\"leaf\":\"meter-1\",\"gateway\":\"gw-1\",\"issued\":3,\"lastIssued\":\"2026-03-01T08:00:00Z\",\"lastRefusal\":\"leafDisabled\"}]");
            case "PUT" -> Reply.json("{}");
            default -> Reply.status(204, "");
        });

        assertThat(Terminal.run(services, "leaves", "assign", "meter-1", "meter-2", "--gateway", "gw-1")
                        .out())
                .isEqualTo("Gateway gw-1 may speak for meter-1.\nGateway gw-1 may speak for meter-2.\n");
        assertThat(Terminal.run(services, "leaves", "list").out()).isEqualTo("""
                        LEAF     GATEWAY  TOKENS  LAST TOKEN            LAST REFUSAL  REVOKED
                        meter-1  gw-1     3       2026-03-01T08:00:00Z  leafDisabled  -
                        """);
        assertThat(Terminal.run(services, "leaves", "remove", "meter-1").exit()).isZero();

        assertThat(services.asked)
                .extracting(asked -> asked.method() + " " + asked.host() + asked.target() + asked.body())
                .containsExactly(
                        "PUT tokens.ctl.test/leaves/meter-1{\"gateway\":\"gw-1\"}",
                        "PUT tokens.ctl.test/leaves/meter-2{\"gateway\":\"gw-1\"}",
                        "GET tokens.ctl.test/leaves",
                        "DELETE tokens.ctl.test/leaves/meter-1");
        assertThat(services.asked)
                .allMatch(asked -> asked.header("Authorization").contains("sr=hub.ctl.test&"));
    }
}
