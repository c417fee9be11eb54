// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TwinRouteTest {
    @TempDir
    Path directory;

    private TestHub cloud;

    @BeforeEach
    void open() throws IOException {
        cloud = new TestHub(directory);
        cloud.device("meter-1");
    }

    @AfterEach
    void close() {
        cloud.close();
    }

    @Test
    void aFreshTwinTellsWhoTheDeviceIsAndHasEmptyParts() {
        JsonObject twin = TestHub.json(cloud.asOwner("GET", "/twins/meter-1", ""));

        assertThat(twin.getString("deviceId")).isEqualTo("meter-1");
        assertThat(twin.getString("status")).isEqualTo("enabled");
        assertThat(twin.getJsonObject("tags")).isEmpty();
        assertThat(twin.getJsonObject("properties").getJsonObject("desired")).containsKeys("$metadata", "$version");
    }

    @Test
    void aPatchOfTheWholeObjectWithNullsChangesOnlyWhatItSpeaksOf() {
        cloud.asOwner(
                "PATCH", "/twins/meter-1", "{\"tags\":{\"hall\":\"A\"},\"properties\":{\"desired\":{\"rate\":1}}}");
        Reply reply = cloud.asOwner("PATCH", "/twins/meter-1", """
                {"deviceId":"meter-1","etag":null,"version":null,"status":null,"tags":null,
                 "properties":{"desired":{"rate":null,"unit":"kW","$version":7,"$metadata":{}},"reported":null}}""", "If-Match", "*");

        JsonObject twin = TestHub.json(reply);
        assertThat(twin.getJsonObject("tags")).isEqualTo(Json.parse("{\"hall\":\"A\"}"));
        assertThat(twin.getJsonObject("properties").getJsonObject("desired"))
                .containsEntry("unit", Json.text("kW"))
                .doesNotContainKey("rate");
    }

    @Test
    void aReplacementLeavesNothingOfThePartsItNames() {
        cloud.asOwner(
                "PATCH", "/twins/meter-1", "{\"tags\":{\"hall\":\"A\"},\"properties\":{\"desired\":{\"rate\":1}}}");
        JsonObject twin = TestHub.json(
                cloud.asOwner("PUT", "/twins/meter-1", "{\"properties\":{\"desired\":{\"unit\":\"kW\"}}}"));

        assertThat(twin.getJsonObject("tags")).isEqualTo(Json.parse("{\"hall\":\"A\"}"));
        assertThat(twin.getJsonObject("properties").getJsonObject("desired"))
                .containsEntry("unit", Json.text("kW"))
                .doesNotContainKey("rate");
    }

    @Test
    void aStaleConditionAnUnknownDeviceAndABrokenRuleAreToldApart() {
        String patch = "{\"tags\":{\"a\":1}}";
        assertThat(cloud.asOwner("PATCH", "/twins/meter-1", patch, "If-Match", "\"old\"")
                        .status())
                .isEqualTo(412);
        assertThat(cloud.asOwner("PATCH", "/twins/meter-9", patch).status()).isEqualTo(404);
        assertThat(cloud.asOwner("GET", "/twins/meter-9", "").status()).isEqualTo(404);
        assertThat(cloud.asOwner("PATCH", "/twins/meter-1", "{\"tags\":7}").status())
                .isEqualTo(400);
        assertThat(cloud.asOwner("PATCH", "/twins/meter-1", "{\"tags\":{\"a.b\":1}}")
                        .status())
                .isEqualTo(400);
        assertThat(cloud.asOwner("DELETE", "/twins/meter-1", "").status()).isEqualTo(405);
    }
}
