// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.assertError;
import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.expect;
import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.dps.ServicePolicy;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.wire.DerivedKey;
import io.postern.wire.Json;
import io.postern.wire.Secret;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators of enrollment groups are told over HTTP. */
class DpsGroupRouteTest {
    private static final String GROUP = "{\"enrollmentGroupId\":\"north\",\"attestation\":{\"type\":\"symmetricKey\"}}";
    private static final String ALL = "{\"query\":\"SELECT * FROM enrollmentGroups\"}";
    private static final String RECORDS = "{\"query\":\"SELECT * FROM deviceRegistrations\"}";

    @TempDir
    Path directory;

    private DpsRoutesFixture routes;

    @BeforeEach
    void open() throws Exception {
        routes = new DpsRoutesFixture(directory);
    }

    @AfterEach
    void close() {
        routes.close();
    }

    @Test
    @Tag("DPS-23")
    void keepTheList() {
        JsonObject created = json(expect(200, put("north", GROUP)));
        String etag = created.getString("etag");

        assertThat(created.getJsonObject("attestation").toString()).doesNotContain("primaryKey");
        assertThat(json(expect(200, routes.operator("GET", "/enrollmentgroups/NORTH/", ""))))
                .isEqualTo(created);
        expect(200, routes.operator("PUT", "/enrollmentGroups/north", GROUP, "if-match", "\"" + etag + "\""));
        expect(204, routes.operator("DELETE", "/enrollmentGroups/north", ""));
        assertError(routes.operator("GET", "/enrollmentGroups/north", ""), 404, "no enrollment group north");
        assertError(routes.operator("DELETE", "/enrollmentGroups/north", ""), 404, "no enrollment group north");
    }

    @Test
    void keepTheKeysOfAGroupThatIsUpdatedWithoutThem() {
        put("north", GROUP);
        JsonObject keys = mechanism();

        routes.operator("PUT", "/enrollmentGroups/north", GROUP, "if-match", "*");

        assertThat(mechanism()).isEqualTo(keys);
    }

    @Test
    void areToldWhenAnEntryIsNotTheOneTheyHaveSeen() {
        put("north", GROUP);

        assertError(put("north", GROUP), 409, "send its etag or * as If-Match");
        assertError(
                routes.operator("PUT", "/enrollmentGroups/north", GROUP, "if-match", "old"), 412, "north has changed");
        assertError(
                routes.operator("DELETE", "/enrollmentGroups/north", "", "if-match", "old"), 412, "north has changed");
        assertError(put("south", GROUP), 400, "both must name the same");
        String south = GROUP.replace("north", "south");
        assertError(
                routes.operator("PUT", "/enrollmentGroups/south", south, "if-match", "*"),
                404,
                "no enrollment group south");
        assertError(routes.operator("POST", "/enrollmentGroups/south/attestationmechanism", ""), 404, "south");
    }

    @Test
    @Tag("DPS-24")
    void areRefusedAGroupThatMakesNoSense() {
        assertError(put("a b", GROUP), 400, "an enrollment group is named like a registration");
        assertError(put("north", "{\"enrollmentGroupId\":\"north\"}"), 400, "\"attestation\" is missing");
        assertError(put("north", GROUP.replace("symmetricKey", "tpm")), 400, "attestation.type of an enrollment group");
        assertError(put("north", "north"), 400, "not JSON");
        assertError(routes.operator("PATCH", "/enrollmentGroups/north", GROUP), 405, "PATCH does not apply");
    }

    @Test
    void areToldWhenThereAreTooManyGroups() {
        for (int i = 0; i < 100; i++) {
            expect(200, put("g" + i, GROUP.replace("north", "g" + i)));
        }

        assertError(put("north", GROUP), 403, "at most 100 enrollment groups");
    }

    @Test
    void readTheListInPages() {
        for (int i = 0; i < 5; i++) {
            put("g" + i, GROUP.replace("north", "g" + i));
        }

        Reply first = routes.operator("POST", "/enrollmentGroups/query", ALL, "x-ms-max-item-count", "3");

        assertThat(first.headers()).containsEntry("x-ms-item-type", "enrollmentGroup");
        assertThat(array(first)).hasSize(3);
        String next = first.headers().getOrDefault("x-ms-continuation", "");
        Reply last = routes.operator(
                "POST", "/enrollmentGroups/query", ALL, "x-ms-max-item-count", "3", "x-ms-continuation", next);
        assertThat(array(last))
                .extracting(v -> v.asJsonObject().getString("enrollmentGroupId"))
                .containsExactly("g3", "g4");
        assertThat(last.headers()).doesNotContainKey("x-ms-continuation");
        assertError(routes.operator("POST", "/enrollmentGroups/query", RECORDS), 400, "select * from enrollmentGroups");
    }

    @Test
    void seeWhoCameUnderAGroup() {
        put("north", GROUP);
        Secret groupKey =
                Secret.base64(mechanism().getJsonObject("symmetricKey").getString("primaryKey"));
        String token = routes.registrationToken(DerivedKey.of(groupKey, DpsRoutesFixture.METER));
        expect(
                202,
                routes.ask(
                        "PUT",
                        routes.registerPath(),
                        "{\"registrationId\":\"meter-1\"}",
                        Map.of("authorization", token)));

        Reply answer = routes.operator("POST", "/registrations/north/query", RECORDS);

        assertThat(answer.headers()).containsEntry("x-ms-item-type", "deviceRegistration");
        JsonObject record = array(answer).getJsonObject(0);
        assertThat(record.getString("registrationId")).isEqualTo("meter-1");
        assertThat(record.getJsonObject("symmetricKey").getString("enrollmentGroupId"))
                .isEqualTo("north");
        assertError(routes.operator("POST", "/registrations/south/query", RECORDS), 404, "no enrollment group south");
    }

    @Test
    @Tag("DPS-15")
    void needThePermissionOfEachDoor() {
        ServicePolicy reader = routes.policy("reader", Set.of(ServicePermission.ENROLLMENT_READ));
        Map<String, String> headers = Map.of("authorization", routes.serviceToken(reader));
        put("north", GROUP);

        expect(200, routes.ask("GET", "/enrollmentGroups/north", "", headers));
        expect(200, routes.ask("POST", "/enrollmentGroups/query", ALL, headers));
        for (String[] doorway : new String[][] {
            {"PUT", "/enrollmentGroups/north"},
            {"DELETE", "/enrollmentGroups/north"},
            {"POST", "/enrollmentGroups/north/attestationmechanism"},
            {"POST", "/registrations/north/query"}
        }) {
            assertError(routes.ask(doorway[0], doorway[1], GROUP, headers), 403, "lacks the permission");
            assertError(routes.ask(doorway[0], doorway[1], GROUP, Map.of()), 401, "no Authorization header");
        }
    }

    private Reply put(String id, String group) {
        return routes.operator("PUT", "/enrollmentGroups/" + id, group);
    }

    private JsonObject mechanism() {
        return json(expect(200, routes.operator("POST", "/enrollmentGroups/north/attestationmechanism", "")));
    }

    private static JsonArray array(Reply reply) {
        return Json.parseArray(expect(200, reply).body().toUtf8());
    }
}
