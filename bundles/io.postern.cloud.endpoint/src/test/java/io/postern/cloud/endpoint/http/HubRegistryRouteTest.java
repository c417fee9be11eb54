// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubRegistryRouteTest {
    @TempDir
    Path directory;

    private TestHub cloud;

    @BeforeEach
    void open() throws IOException {
        cloud = new TestHub(directory);
    }

    @AfterEach
    void close() {
        cloud.close();
    }

    @Test
    void aDeviceInTheJavaClientsWordsKeepsTheKeysItBrings() {
        Reply reply = cloud.asOwner("PUT", "/devices/meter-1?api-version=2021-04-12", """
                {"deviceId":"meter-1","generationId":"","etag":"","status":"Enabled","statusUpdatedTime":"0001-12-30T00:00:00",
                 "authentication":{"type":"sas","symmetricKey":{"primaryKey":"AAECAwQFBgcICQoLDA0ODw\\u003d\\u003d",
                 "secondaryKey":"EBESExQVFhcYGRobHB0eHw\\u003d\\u003d"}},"capabilities":{"iotEdge":false}}""");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.headers().get("ETag"))
                .isEqualTo("\"" + TestHub.json(reply).getString("etag") + "\"");
        assertThat(keys(reply).getString("primaryKey")).isEqualTo("AAECAwQFBgcICQoLDA0ODw==");
        assertThat(TestHub.json(reply))
                .containsEntry("status", Json.text("enabled"))
                .containsEntry("connectionState", Json.text("Disconnected"))
                .containsEntry("lastActivityTime", Json.text("0001-01-01T00:00:00"))
                .containsEntry("statusUpdatedTime", Json.text("2026-03-01T08:00:00.0000000Z"));
    }

    @Test
    void aDeviceInTheNodeClientsWordsGetsKeysOfTheHubsMaking() {
        Reply reply = cloud.asOwner("PUT", "/Devices/meter-1/", """
                {"deviceId":"meter-1","status":"disabled","statusReason":"in the box",
                 "authentication":{"symmetricKey":{"primaryKey":"","secondaryKey":""}}}""");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(keys(reply).getString("primaryKey")).hasSize(88); // 64 octets in base64
        assertThat(TestHub.json(reply).getString("statusReason")).isEqualTo("in the box");
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "\"*\"", "ETAG", "\"ETAG\""})
    void anUpdateTakesItsConditionInEveryFormClientsSend(String condition) {
        String etag = cloud.device("meter-1").etag();
        Reply reply = cloud.asOwner(
                "PUT",
                "/devices/meter-1",
                "{\"deviceId\":\"meter-1\",\"status\":\"Disabled\"}",
                "If-Match",
                condition.replace("ETAG", etag));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(TestHub.json(reply).getString("status")).isEqualTo("disabled");
    }

    @Test
    void anUpdateWithoutKeysKeepsThem() {
        String before = cloud.device("meter-1").keys().primary().revealBase64();
        Reply reply = cloud.asOwner("PUT", "/devices/meter-1", "{\"deviceId\":\"meter-1\"}", "If-Match", "*");
        assertThat(keys(reply).getString("primaryKey")).isEqualTo(before);
    }

    @Test
    void conflictsAndStaleConditionsAreToldApart() {
        cloud.device("meter-1");
        String body = "{\"deviceId\":\"meter-1\"}";
        assertError(cloud.asOwner("PUT", "/devices/meter-1", body), 409_001, "DeviceAlreadyExists");
        assertError(
                cloud.asOwner("PUT", "/devices/meter-1", body, "If-Match", "\"old\""), 412_001, "PreconditionFailed");
        assertError(
                cloud.asOwner("DELETE", "/devices/meter-1", "", "If-Match", "\"old\""), 412_001, "PreconditionFailed");
        assertError(
                cloud.asOwner("PUT", "/devices/meter-9", body.replace('1', '9'), "If-Match", "*"),
                404_001,
                "DeviceNotFound");
    }

    @Test
    void aDeletedNameIsBarredForTenDays() {
        cloud.device("meter-1");
        assertThat(cloud.asOwner("DELETE", "/devices/meter-1", "", "If-Match", "*")
                        .status())
                .isEqualTo(204);
        assertError(cloud.asOwner("GET", "/devices/meter-1", ""), 404_001, "DeviceNotFound");

        Reply barred = cloud.asOwner("PUT", "/devices/meter-1", "{\"deviceId\":\"meter-1\"}");
        assertError(barred, 409_010, "DeviceNameQuarantined");
        assertThat(TestHub.json(barred).getString("message")).contains("10 more day(s)");

        cloud.clock.advance(Duration.ofDays(10));
        assertThat(cloud.asOwner("PUT", "/devices/meter-1", "{\"deviceId\":\"meter-1\"}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void theListComesInPagesThatFollowOneAnother() {
        for (String name : new String[] {"a", "b", "c"}) {
            cloud.device(name);
        }
        Reply first = cloud.asOwner("GET", "/devices/?top=2", "");
        assertThat(names(first)).containsExactly("a", "b");

        String next = first.headers().get("x-ms-continuation");
        assertThat(next).isNotNull();
        Reply second = cloud.asOwner("GET", "/devices?top=2", "", "x-ms-continuation", next);
        assertThat(names(second)).containsExactly("c");
        assertThat(second.headers()).doesNotContainKey("x-ms-continuation");
    }

    @Test
    void statisticsCountInBothSpellingsClientsRead() {
        cloud.device("a");
        cloud.asOwner("PUT", "/devices/b", "{\"deviceId\":\"b\",\"status\":\"disabled\"}");

        assertThat(TestHub.json(cloud.asOwner("GET", "/statistics/devices", "")))
                .isEqualTo(
                        Json.parse(
                                "{\"totalDeviceCount\":2,\"enabledDeviceCount\":1,\"enableDeviceCount\":1,\"disabledDeviceCount\":1}"));
        assertThat(TestHub.json(cloud.asOwner("GET", "/statistics/service", "")))
                .isEqualTo(Json.parse("{\"connectedDeviceCount\":0}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/devices/m | {\"deviceId\":\"other\"} | both must name the same",
                "/devices/m | {} | deviceId",
                "/devices/m | {\"deviceId\":\"m\",\"status\":\"asleep\"} | status",
                "/devices/m | {\"deviceId\":\"m\",\"authentication\":{\"type\":\"none\"}} | authentication.type",
                "/devices/m | {\"deviceId\":\"m\",\"authentication\":{\"type\":\"selfSigned\"}} | thumbprint",
                "/devices/m | {\"deviceId\":\"m\",\"authentication\":{\"type\":\"selfSigned\",\"x509Thumbprint\":{\"primaryThumbprint\":\"12ab\"}}} | hexadecimal",
                "/devices/m | {\"deviceId\":\"m\",\"authentication\":{\"symmetricKey\":{\"primaryKey\":\"short\"}}} | base64",
                "/devices/a%20b | {\"deviceId\":\"a b\"} | device id"
            })
    void whatIsWrongWithABodyIsNamed(String path, String body, String named) {
        Reply reply = cloud.asOwner("PUT", path, body);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(TestHub.json(reply).getString("message")).contains(named);
    }

    @Test
    void otherMethodsAndOtherHostsAreNotServed() {
        assertThat(cloud.asOwner("POST", "/devices/meter-1", "").status()).isEqualTo(405);
        assertThat(cloud.reply(cloud.request(
                                "GET", TestHub.NAMES.serviceHost(), "/devices", "", cloud.policyToken("iothubowner")))
                        .status())
                .isEqualTo(404);
    }

    private static void assertError(Reply reply, int code, String name) {
        assertThat(reply.status()).isEqualTo(code / 1000);
        assertThat(TestHub.json(reply)).containsEntry("errorCode", Json.number((long) code));
        assertThat(TestHub.json(reply).getString("Message")).startsWith("ErrorCode:" + name + ";");
    }

    private static JsonObject keys(Reply reply) {
        return TestHub.json(reply).getJsonObject("authentication").getJsonObject("symmetricKey");
    }

    private static java.util.List<String> names(Reply reply) {
        return Json.parseArray(reply.body().toUtf8()).stream()
                .map(each -> each.asJsonObject().getString("deviceId"))
                .toList();
    }
}
