// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.DeviceIdentity;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubAccessRouteTest {
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
    @Tag("HUB-11")
    void aRuleIsMadeReadListedAndRemoved() {
        String rule = "{\"list\":\"block\",\"tag\":\"hall.line\",\"value\":\"3\",\"reason\":\"rebuilt\"}";
        JsonObject made = TestHub.json(cloud.asOwner("PUT", "/access/rules/line-3", rule));

        assertThat(made).isEqualTo(Json.parse("""
                {"name":"line-3","list":"block","tag":"hall.line","value":"3","reason":"rebuilt",
                 "made":"2026-03-01T08:00:00.0000000Z"}"""));
        assertThat(TestHub.json(cloud.asOwner("GET", "/access/rules/line-3", "")))
                .isEqualTo(made);
        assertThat(TestHub.json(cloud.asOwner("GET", "/access/rules", "")).getJsonArray("value"))
                .containsExactly(made);
        assertThat(cloud.asOwner("DELETE", "/access/rules/line-3", "").status()).isEqualTo(204);
        assertThat(cloud.asOwner("DELETE", "/access/rules/line-3", "").status()).isEqualTo(404);
        assertThat(cloud.asOwner("GET", "/access/rules/line-3", "").status()).isEqualTo(404);
    }

    @Test
    @Tag("HUB-11")
    void theOperatorSeesWhatTheListsKeptOutAndWhy() {
        DeviceIdentity meter = cloud.device("meter-1");
        cloud.asOwner("PUT", "/access", "{\"onlyListed\":true}");
        cloud.hub.gatekeeper().admitDevice(cloud.deviceToken(meter).orElseThrow(), meter.deviceId());

        JsonObject seen = TestHub.json(cloud.asOwner("GET", "/access", ""));

        assertThat(seen.getBoolean("onlyListed")).isTrue();
        assertThat(seen.getInt("refused")).isEqualTo(1);
        assertThat(seen.getJsonObject("refusedByRule").getInt("notListed")).isEqualTo(1);
        assertThat(seen.getJsonArray("newest").getJsonObject(0).getString("reason"))
                .contains("meter-1", "not on the allow list");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"list\":\"block\"}",
                "{\"list\":\"maybe\",\"deviceId\":\"a\"}",
                "{\"list\":\"block\",\"deviceId\":\"a\",\"prefix\":\"a\"}",
                "{\"list\":\"block\",\"tag\":\"a\"}",
                "{\"list\":\"block\",\"tag\":\"\",\"value\":\"x\"}",
                "{\"list\":\"block\",\"deviceId\":\"no such id\"}",
                "{\"list\":\"block\",\"prefix\":\"\"}",
                "[]"
            })
    void aRuleThatIsAboutNobodyOrTwoThingsIsRefused(String body) {
        assertThat(cloud.asOwner("PUT", "/access/rules/r", body).status()).isEqualTo(400);
        assertThat(cloud.hub.lists().rules()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"onlyListed\":\"yes\"}", "{\"onlyListed\":null}"})
    void theModeIsTrueOrFalse(String body) {
        assertThat(cloud.asOwner("PUT", "/access", body).status()).isEqualTo(400);
    }
}
