// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.assertError;
import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.expect;
import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.wire.Json;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Linking hubs and the service's allocation policy, over the service API. */
class DpsLinkedHubRouteTest {
    @TempDir
    Path directory;

    private DpsRoutesFixture site;

    @BeforeEach
    void open() throws Exception {
        site = new DpsRoutesFixture(directory);
    }

    @AfterEach
    void close() {
        site.close();
    }

    @Test
    @Tag("DPS-17")
    void aHubIsShownChangedUnlinkedAndLinkedAgain() {
        Reply list = expect(200, site.operator("GET", "/linkedHubs", ""));
        assertThat(Json.parseArray(list.body().toUtf8()).getJsonObject(0)).isEqualTo(Json.parseObject("""
                {"name":"hub.lab.test","allocationWeight":1,"applyAllocationPolicy":true,"inProcess":true,"devices":0}"""));

        Reply changed = site.operator("PUT", "/linkedHubs/hub.lab.test", "{\"allocationWeight\":7,\"latencyMs\":12}");
        assertThat(json(expect(200, changed)))
                .containsEntry("allocationWeight", Json.number(7))
                .containsEntry("latencyMs", Json.number(12));

        expect(204, site.operator("DELETE", "/linkedHubs/hub.lab.test", ""));
        assertError(site.operator("GET", "/linkedHubs/hub.lab.test", ""), 404, "not linked");
        expect(200, site.operator("PUT", "/linkedHubs/hub.lab.test", "{}"));
    }

    @Test
    void whatCannotBeLinkedIsRefusedWithTheReason() {
        assertError(site.operator("PUT", "/linkedHubs/far.example", "{}"), 400, "give a connectionString");
        assertError(site.operator("PUT", "/linkedHubs/hub.lab.test", "{\"allocationWeight\":1001}"), 400, "1 to 1000");
        Reply other = site.operator(
                "PUT",
                "/linkedHubs/far.example",
                "{\"connectionString\":\"HostName=a.example;SharedAccessKeyName=x;SharedAccessKey=c2VjcmV0cw==\"}");
        assertError(other, 400, "both must name the same");
        assertThat(other.body().toUtf8()).doesNotContain("c2VjcmV0cw");
    }

    @Test
    @Tag("DPS-21")
    @Tag("DPS-19")
    void theServicesPolicyIsShownAndChanged() {
        assertThat(json(site.operator("GET", "/allocationPolicy", "")))
                .hasToString("{\"allocationPolicy\":\"hashed\"}");

        expect(200, site.operator("PUT", "/allocationPolicy", "{\"allocationPolicy\":\"geoLatency\"}"));

        assertThat(json(site.operator("GET", "/allocationPolicy", "")))
                .hasToString("{\"allocationPolicy\":\"geoLatency\"}");
        assertError(site.operator("PUT", "/allocationPolicy", "{}"), 400, "allocationPolicy");
    }

    @Test
    void bothAskForThePermissionToConfigure() {
        var policy = site.policy("reader", Set.of(ServicePermission.ENROLLMENT_READ));
        Map<String, String> headers = Map.of("authorization", site.serviceToken(policy));

        assertError(site.ask("GET", "/linkedHubs", "", headers), 403, "ServiceConfig");
        assertError(site.ask("PUT", "/allocationPolicy", "{}", headers), 403, "ServiceConfig");
    }
}
