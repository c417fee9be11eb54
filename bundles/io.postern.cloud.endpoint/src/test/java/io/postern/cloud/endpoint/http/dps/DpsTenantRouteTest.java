// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.assertError;
import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.expect;
import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.ProvisioningTenant;
import io.postern.cloud.dps.ServicePolicy;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two tenants behind one listener: what opens the one does not open the other. */
class DpsTenantRouteTest {
    private static final String NORTH = "north-service.lab.test";
    private static final String QUERY = "{\"query\":\"*\"}";

    @TempDir
    Path directory;

    private DpsRoutesFixture routes;
    private ProvisioningTenant north;

    @BeforeEach
    void open() throws IOException {
        routes = new DpsRoutesFixture(directory);
        north = routes.tenant("north");
    }

    @AfterEach
    void close() {
        routes.close();
    }

    private Reply ask(String host, String token, String method, String path, String body, String... headers) {
        Map<String, String> all = new HashMap<>(Map.of("authorization", token));
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], headers[i + 1]);
        }
        return routes.answer(host, method, path, body, all).orElseThrow();
    }

    private ServicePolicy owner(String tenant) {
        return (tenant.equals("default") ? routes.dps : north).policies().owner();
    }

    private static String host(String tenant) {
        return tenant.equals("default") ? DpsRoutesFixture.SERVICE : NORTH;
    }

    private static String enrollment(String id) {
        return "{\"registrationId\":\"" + id + "\",\"attestation\":{\"type\":\"symmetricKey\"}}";
    }

    @ParameterizedTest(name = "the key of {0} in a token for {1} at {2}")
    @CsvSource({
        "default, default, north", "default, north, north", "default, north, default",
        "north, north, default", "north, default, default", "north, default, north"
    })
    @Tag("DPS-14")
    void aTokenOpensOnlyTheTenantWhoseKeySignedItForItsOwnHost(String key, String speaksFor, String asked) {
        String token = routes.serviceToken(host(speaksFor), owner(key));

        for (String[] door : new String[][] {
            {"GET", "/enrollments/meter-1"},
            {"PUT", "/enrollments/meter-1"},
            {"POST", "/enrollments/query"},
            {"POST", "/enrollments/meter-1/attestationmechanism"},
            {"GET", "/enrollmentGroups/all"},
            {"GET", "/registrations/meter-1"},
            {"POST", "/registrations/all/query"},
            {"GET", "/certificates"},
            {"GET", "/policies"},
            {"POST", "/policies/provisioningserviceowner/listKeys"},
            {"GET", "/settings"},
            {"GET", "/operations"},
            {"GET", "/metrics"}
        }) {
            Reply reply = ask(host(asked), token, door[0], door[1], enrollment("meter-1"));
            assertThat(reply.status()).as(door[1]).isEqualTo(401);
            assertThat(reply.body().toUtf8())
                    .doesNotContain(routes.scope(), north.idScope().text());
        }
    }

    @Test
    @Tag("DPS-14")
    void eachSeesItsOwnEntriesAlone() {
        String token = routes.serviceToken(NORTH, owner("north"));
        routes.operator("PUT", "/enrollments/ours", enrollment("ours"));
        expect(200, ask(NORTH, token, "PUT", "/enrollments/theirs", enrollment("theirs")));

        assertError(ask(NORTH, token, "GET", "/enrollments/ours", ""), 404, "there is no enrollment ours");
        assertError(ask(NORTH, token, "DELETE", "/enrollments/ours", ""), 404, "there is no enrollment ours");
        Reply all = ask(NORTH, token, "POST", "/enrollments/query", QUERY);
        assertThat(Json.parseArray(all.body().toUtf8())).hasSize(1);
        assertThat(all.body().toUtf8()).contains("theirs");
        assertThat(json(ask(NORTH, token, "GET", "/settings", "")).getString("idScope"))
                .isEqualTo(north.idScope().text());
    }

    @Test
    @Tag("DPS-14")
    void aListIsNotContinuedInAnotherTenantNorInAnotherList() {
        for (String id : List.of("a", "b", "c")) {
            routes.operator("PUT", "/enrollments/" + id, enrollment(id));
        }
        String place = routes.operator("POST", "/enrollments/query", QUERY, "x-ms-max-item-count", "1")
                .headers()
                .getOrDefault("x-ms-continuation", "");
        String token = routes.serviceToken(NORTH, owner("north"));

        expect(200, routes.operator("POST", "/enrollments/query", QUERY, "x-ms-continuation", place));
        assertError(
                ask(NORTH, token, "POST", "/enrollments/query", QUERY, "x-ms-continuation", place),
                400,
                "not one of this list");
        assertError(
                routes.operator("POST", "/enrollmentGroups/query", QUERY, "x-ms-continuation", place),
                400,
                "not one of this list");
    }

    @Test
    void otherHostsHaveNoServiceEndpoint() {
        for (String host : List.of("hub.lab.test", "south-service.lab.test", "127.0.0.1")) {
            assertThat(routes.answer(host, "GET", "/enrollments/meter-1", "", Map.of()))
                    .as(host)
                    .isEmpty();
        }
    }

    @Test
    @Tag("DPS-13")
    void theOperatorOfTheServiceMakesListsAndDeletesTenants() {
        JsonObject made = json(expect(201, routes.operator("PUT", "/scopes/south", "")));

        assertThat(made.getString("idScope")).matches("0ne[0-9A-F]{16}").isNotEqualTo(routes.scope());
        assertThat(made.getString("serviceHost")).isEqualTo("south-service.lab.test");
        assertThat(made.getString("ownerConnectionString"))
                .startsWith("HostName=south-service.lab.test;SharedAccessKeyName=provisioningserviceowner;");
        ProvisioningTenant south =
                routes.provisioning.tenants().atHost("south-service.lab.test").orElseThrow();
        assertThat(south.idScope().text()).isEqualTo(made.getString("idScope"));
        JsonObject read = json(expect(200, routes.operator("GET", "/scopes/south", "")));
        assertThat(read).doesNotContainKey("ownerConnectionString");
        assertThat(json(expect(200, routes.operator("GET", "/scopes", ""))).getJsonArray("value"))
                .hasSize(3);
        String token =
                routes.serviceToken("south-service.lab.test", south.policies().owner());
        expect(200, ask("south-service.lab.test", token, "GET", "/settings", ""));

        expect(204, routes.operator("DELETE", "/scopes/south", ""));
        assertThat(routes.answer("south-service.lab.test", "GET", "/settings", "", Map.of("authorization", token)))
                .isEmpty();
        assertError(routes.operator("GET", "/scopes/south", ""), 404, "there is no tenant south");
        assertError(routes.operator("DELETE", "/scopes/south", ""), 404, "there is no tenant south");
    }

    @Test
    @Tag("DPS-13")
    void anIdScopeIsNeverSet() {
        assertError(routes.operator("PUT", "/scopes/south", "{\"idScope\":\"0neMINE\"}"), 400, "generated by");
        assertError(routes.operator("PUT", "/scopes/north", ""), 409, "its id scope never changes");
        assertError(routes.operator("PUT", "/scopes/default", ""), 409, "already");
        assertError(routes.operator("DELETE", "/scopes/default", ""), 409, "stays as long as the service");
        assertError(routes.operator("PUT", "/scopes/So_uth", ""), 400, "a tenant is called by");
        assertError(routes.operator("PATCH", "/scopes/north", "{}"), 405, "PATCH does not apply");
    }

    @Test
    @Tag("DPS-14")
    void anotherTenantCannotMakeTenantsNorSeeThem() {
        String token = routes.serviceToken(NORTH, owner("north"));

        assertThat(routes.answer(NORTH, "GET", "/scopes", "", Map.of("authorization", token)))
                .isEmpty();
        assertThat(routes.answer(NORTH, "PUT", "/scopes/mine", "", Map.of("authorization", token)))
                .isEmpty();
        assertError(
                ask(NORTH, token, "PUT", "/policies/mine", "{\"permissions\":[\"ScopeAdmin\"]}"), 403, "allows only");
    }
}
