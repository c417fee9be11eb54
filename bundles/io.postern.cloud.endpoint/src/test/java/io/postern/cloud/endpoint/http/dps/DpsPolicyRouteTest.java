// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.assertError;
import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.expect;
import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.dps.ServicePolicy;
import io.postern.cloud.endpoint.http.Reply;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("DPS-15")
class DpsPolicyRouteTest {
    private static final String READER = "{\"permissions\":[\"EnrollmentRead\"]}";

    @TempDir
    Path directory;

    private DpsRoutesFixture routes;

    @BeforeEach
    void open() throws IOException {
        routes = new DpsRoutesFixture(directory);
    }

    @AfterEach
    void close() {
        routes.close();
    }

    @Test
    void areMadeListedAndDeletedAndShowTheirKeysOnDemandOnly() {
        JsonObject made = json(expect(201, routes.operator("PUT", "/policies/reader", READER)));

        assertThat(made.toString()).isEqualTo("{\"name\":\"reader\",\"permissions\":[\"EnrollmentRead\"]}");
        assertThat(json(expect(200, routes.operator("GET", "/policies", ""))).getJsonArray("value"))
                .hasSize(2);
        JsonObject keys = json(expect(200, routes.operator("POST", "/policies/reader/listKeys", "")));
        assertThat(keys.getString("primaryKey"))
                .isEqualTo(reader().keys().primary().revealBase64());
        assertError(routes.operator("PUT", "/policies/reader", READER), 409, "already");
        expect(204, routes.operator("DELETE", "/policies/reader", ""));
        assertError(routes.operator("GET", "/policies/reader", ""), 404, "there is no policy reader");
        assertError(routes.operator("DELETE", "/policies/provisioningserviceowner", ""), 409, "stays");
    }

    @Test
    void aRegeneratedKeyIsAnotherAndTheOldOneOpensNothing() {
        routes.operator("PUT", "/policies/reader", READER);
        ServicePolicy before = reader();
        Map<String, String> headers = Map.of("authorization", routes.serviceToken(before));
        expect(404, routes.ask("GET", "/enrollments/meter-1", "", headers));

        JsonObject keys =
                json(expect(200, routes.operator("POST", "/policies/reader/regenerateKey", "{\"key\":\"primary\"}")));

        assertThat(keys.getString("primaryKey"))
                .isNotEqualTo(before.keys().primary().revealBase64());
        assertThat(keys.getString("secondaryKey"))
                .isEqualTo(before.keys().secondary().revealBase64());
        assertError(routes.ask("GET", "/enrollments/meter-1", "", headers), 401, "not signed with a key of");
        assertError(
                routes.operator("POST", "/policies/reader/regenerateKey", "{\"key\":\"third\"}"),
                400,
                "primary or secondary");
    }

    @Test
    void nobodyReachesOverThemselves() {
        ServicePolicy config = routes.policy("config", Set.of(ServicePermission.SERVICE_CONFIG));
        Map<String, String> headers = Map.of("authorization", routes.serviceToken(config));

        assertError(routes.ask("PUT", "/policies/reader", READER, headers), 403, "allows only [ServiceConfig]");
        for (String path : new String[] {"listKeys", "regenerateKey"}) {
            assertError(
                    routes.ask("POST", "/policies/provisioningserviceowner/" + path, "{\"key\":\"primary\"}", headers),
                    403,
                    "allows only [ServiceConfig]");
        }
        routes.operator("PUT", "/policies/reader", READER);
        assertError(routes.ask("DELETE", "/policies/reader", "", headers), 403, "reader is to allow more");
        expect(200, routes.ask("POST", "/policies/config/listKeys", "", headers));
    }

    @Test
    void badPoliciesAreNamed() {
        assertError(routes.operator("PUT", "/policies/a b", READER), 400, "a policy is called by");
        assertError(routes.operator("PUT", "/policies/reader", "{\"permissions\":[\"All\"]}"), 400, "not \"All\"");
        assertError(routes.operator("PUT", "/policies/reader", "{\"permissions\":[]}"), 400, "at least one");
        assertError(routes.operator("PUT", "/policies/reader", "{}"), 400, "is an array of permission names");
    }

    @Test
    @Tag("DPS-27")
    void theMetersCountsAreThereForAMonitoringSystem() {
        routes.operator(
                "PUT",
                "/enrollments/meter-1",
                "{\"registrationId\":\"meter-1\",\"attestation\":{\"type\":\"symmetricKey\"}}");

        Reply reply = expect(200, routes.operator("GET", "/metrics", ""));

        assertThat(reply.headers()).containsEntry("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
        assertThat(reply.body().toUtf8()).isEqualTo("""
                # HELP postern_dps_operations_total Successful operations of the provisioning service.
                # TYPE postern_dps_operations_total counter
                postern_dps_operations_total{scope="%1$s",tenant="default",operation="registration"} 0
                postern_dps_operations_total{scope="%1$s",tenant="default",operation="reRegistration"} 0
                postern_dps_operations_total{scope="%1$s",tenant="default",operation="enrollmentAdd"} 1
                postern_dps_operations_total{scope="%1$s",tenant="default",operation="enrollmentUpdate"} 0
                """.formatted(routes.scope()));
    }

    private ServicePolicy reader() {
        return routes.dps.policies().find("reader").orElseThrow();
    }
}
