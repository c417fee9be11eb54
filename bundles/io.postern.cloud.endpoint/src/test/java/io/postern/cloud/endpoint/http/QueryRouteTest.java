// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.wire.Bytes;
import io.postern.wire.Json;
import jakarta.json.JsonArray;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryRouteTest {
    private static final String ALL = "SELECT * FROM devices";

    @TempDir
    static Path directory;

    private static TestHub cloud;

    @BeforeAll
    static void open() throws IOException {
        cloud = new TestHub(directory);
        for (int i = 0; i < 120; i++) {
            cloud.device("meter-%03d".formatted(i));
        }
        cloud.device("query");
    }

    @AfterAll
    static void close() {
        cloud.close();
    }

    @Test
    @Tag("SYS-07")
    void aListComesInPagesOfOneHundredUnlessOtherwiseAsked() {
        Reply first = ask(ALL);
        Reply rest = ask(ALL, "x-ms-continuation", continuationOf(first));

        assertThat(items(first)).hasSize(100);
        assertThat(first.headers()).containsEntry("x-ms-item-type", "Twin");
        assertThat(items(rest)).hasSize(21);
        assertThat(rest.headers()).doesNotContainKey("x-ms-continuation");
        assertThat(items(ask(ALL, "x-ms-max-item-count", "5000"))).hasSize(121);
        assertThat(items(ask(ALL, "x-ms-max-item-count", "7"))).hasSize(7);
    }

    @Test
    void soManyQueriesAtOnceAndTheNextIsSentAway() {
        var turns = new Semaphore(1);
        var route = new QueryRoute(cloud.hub, new ErrorReplies(cloud.clock, new SecureRandom()), turns);
        Request request = cloud.request(
                "POST",
                TestHub.NAMES.hubHost(),
                "/devices/query",
                "{\"query\":\"" + ALL + "\"}",
                cloud.policyToken("service"));
        assertThat(turns.tryAcquire()).isTrue();
        Reply refused = (Reply) route.handle(request).orElseThrow();
        assertThat(refused.status()).isEqualTo(429);
        assertThat(TestHub.json(refused).getInt("errorCode")).isEqualTo(429_001);
        assertThat(refused.headers()).containsEntry("Retry-After", "1");

        turns.release();
        for (int i = 0; i < 2; i++) { // each gives its turn back
            assertThat(((Reply) route.handle(request).orElseThrow()).status()).isEqualTo(200);
        }
        assertThat(((Reply) route.handle(cloud.request(
                                        "POST",
                                        TestHub.NAMES.hubHost(),
                                        "/devices/query",
                                        "{\"query\":\"SELECT\"}",
                                        cloud.policyToken("registryRead")))
                                .orElseThrow())
                        .status())
                .isEqualTo(401);
        assertThat(turns.availablePermits()).isEqualTo(1);
    }

    @Test
    void aContinuationOutlivesTheDeviceItPointsBehind() {
        cloud.device("moved-1");
        Reply page = ask("SELECT * FROM devices WHERE STARTSWITH(deviceId, 'mo')", "x-ms-max-item-count", "1");
        assertThat(page.headers()).doesNotContainKey("x-ms-continuation");
        cloud.device("moved-2");
        Reply first = ask("SELECT * FROM devices WHERE STARTSWITH(deviceId, 'mo')", "x-ms-max-item-count", "1");
        cloud.asOwner("DELETE", "/devices/moved-1", "");

        Reply rest = ask(
                "SELECT * FROM devices WHERE STARTSWITH(deviceId, 'mo')", "x-ms-continuation", continuationOf(first));
        cloud.asOwner("DELETE", "/devices/moved-2", "");

        assertThat(items(rest).getJsonObject(0).getString("deviceId")).isEqualTo("moved-2");
    }

    @Test
    void fieldsAndCountsAreRaw() {
        Reply fields = ask("SELECT deviceId FROM devices WHERE deviceId IN ['meter-001', 'meter-002']");
        Reply count = ask("SELECT COUNT() AS n FROM devices");

        assertThat(fields.headers()).containsEntry("x-ms-item-type", "Raw");
        assertThat(items(fields)).isEqualTo(Json.parse("[{\"deviceId\":\"meter-001\"},{\"deviceId\":\"meter-002\"}]"));
        assertThat(items(count)).isEqualTo(Json.parse("[{\"n\":121}]"));
    }

    @Test
    void aDeviceMayBeCalledQuery() {
        assertThat(TestHub.json(cloud.asOwner("GET", "/devices/query", "")).getString("deviceId"))
                .isEqualTo("query");
        assertThat(TestHub.json(cloud.asOwner("GET", "/twins/query", "")).getString("deviceId"))
                .isEqualTo("query");
    }

    @ParameterizedTest
    @CsvSource({"service,200", "iothubowner,200", "registryRead,401", "registryReadWrite,401", "device,401"})
    void itTakesServiceConnect(String policy, int status) {
        Request request =
                cloud.request("POST", TestHub.NAMES.hubHost(), "/devices/query", body(ALL), cloud.policyToken(policy));

        assertThat(cloud.reply(request).status()).isEqualTo(status);
    }

    @Test
    void withoutATokenNothingIsTold() {
        Request request = cloud.request("POST", TestHub.NAMES.hubHost(), "/devices/query", body(ALL), Optional.empty());

        assertThat(cloud.reply(request).status()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"query\":7}",
                "{\"query\":\"\"}",
                "{\"query\":\"SELECT * FROM devices WHERE\"}",
                "{\"query\":\"SELECT * FROM devices.modules\"}"
            })
    void whatIsNoQueryIsRefused(String body) {
        Reply reply = cloud.asOwner("POST", "/devices/query", body);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.body().toUtf8()).contains("400004");
    }

    @Test
    void aRefusalTellsThePlace() {
        assertThat(ask("SELECT * FROM devices WHERE tags.a = 1 ORDER BY tags.a")
                        .body()
                        .toUtf8())
                .contains("position 40", "does not order");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "many", "1.5", "99999999999"})
    void aPageSizeIsANumber(String size) {
        assertThat(ask(ALL, "x-ms-max-item-count", size).status()).isEqualTo(400);
    }

    @Test
    void aForeignContinuationIsRefused() {
        String own = continuationOf(ask(ALL, "x-ms-max-item-count", "1"));
        List<String> foreign =
                new ArrayList<>(List.of("x", "%%", Bytes.utf8("0 1 a").toBase64()));
        foreign.add(Bytes.base64(own).toBase64().substring(4));
        foreign.forEach(each -> assertThat(ask(ALL, "x-ms-continuation", each).status())
                .as(each)
                .isEqualTo(400));

        assertThat(ask("SELECT deviceId FROM devices", "x-ms-continuation", own).status())
                .isEqualTo(400);
        assertThat(ask(ALL, "x-ms-continuation", own).status()).isEqualTo(200);
    }

    private static String continuationOf(Reply page) {
        return Objects.requireNonNull(page.headers().get("x-ms-continuation"), "the page names no other behind it");
    }

    private static Reply ask(String query, String... headers) {
        return cloud.asOwner("POST", "/devices/query", body(query), headers);
    }

    private static String body(String query) {
        return Json.object().add("query", query).build().toString();
    }

    private static JsonArray items(Reply reply) {
        assertThat(reply.status()).as(reply.body().toUtf8()).isEqualTo(200);
        return Json.parseArray(reply.body().toUtf8());
    }
}
