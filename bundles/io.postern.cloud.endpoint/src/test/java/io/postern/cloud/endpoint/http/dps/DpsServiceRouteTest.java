// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.assertError;
import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.expect;
import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.AttestationMechanism;
import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.dps.ServicePolicy;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators are told over HTTP. */
class DpsServiceRouteTest {
    private static final String ENROLLMENT =
            "{\"registrationId\":\"meter-1\",\"attestation\":{\"type\":\"symmetricKey\"}}";

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
    @Tag("DPS-15")
    void keepTheList() {
        JsonObject created = json(expect(200, routes.operator("PUT", "/enrollments/meter-1", ENROLLMENT)));
        String etag = created.getString("etag");

        assertThat(created.getJsonObject("attestation").toString()).doesNotContain("primaryKey");
        expect(200, routes.operator("GET", "/Enrollments/meter-1/", ""));
        JsonObject mechanism =
                json(expect(200, routes.operator("POST", "/enrollments/meter-1/AttestationMechanism", "")));
        assertThat(Bytes.base64(mechanism.getJsonObject("symmetricKey").getString("primaryKey"))
                        .length())
                .isEqualTo(64);
        expect(204, routes.operator("DELETE", "/enrollments/meter-1", "", "if-match", etag));
        assertError(routes.operator("GET", "/enrollments/meter-1", ""), 404, "no enrollment meter-1");
        assertError(routes.operator("DELETE", "/enrollments/meter-1", ""), 404, "no enrollment meter-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "\"%s\"", "*", "\"*\""})
    void mayQuoteAnEtagOrNot(String form) {
        String etag =
                json(routes.operator("PUT", "/enrollments/meter-1", ENROLLMENT)).getString("etag");

        expect(200, routes.operator("PUT", "/enrollments/meter-1", ENROLLMENT, "if-match", form.formatted(etag)));
    }

    @Test
    @Tag("DPS-09")
    void areToldWhenAnEntryIsNotTheOneTheyHaveSeen() {
        routes.operator("PUT", "/enrollments/meter-1", ENROLLMENT);

        assertError(routes.operator("PUT", "/enrollments/meter-1", ENROLLMENT), 409, "send its etag or * as If-Match");
        assertError(
                routes.operator("PUT", "/enrollments/meter-1", ENROLLMENT, "if-match", "old"),
                412,
                "meter-1 has changed");
        assertError(routes.operator("DELETE", "/enrollments/meter-1", "", "if-match", "old"), 412, "has changed");
        assertError(routes.operator("PUT", "/enrollments/x", ENROLLMENT), 400, "both must name the same");
        assertError(
                routes.operator("PUT", "/enrollments/x", ENROLLMENT.replace("meter-1", "x"), "if-match", "*"),
                404,
                "no enrollment x");
    }

    @Test
    void readTheListInPages() {
        for (int i = 0; i < 5; i++) {
            routes.operator("PUT", "/enrollments/m" + i, ENROLLMENT.replace("meter-1", "m" + i));
        }
        String query = "{\"query\":\"SELECT * FROM enrollments\"}";

        Reply first = routes.operator("POST", "/enrollments/query", query, "x-ms-max-item-count", "3");

        assertThat(first.headers()).containsEntry("x-ms-item-type", "enrollment");
        assertThat(Json.parseArray(first.body().toUtf8())).hasSize(3);
        String next = first.headers().getOrDefault("x-ms-continuation", "");
        Reply last = routes.operator(
                "POST", "/enrollments/query", query, "x-ms-max-item-count", "3", "x-ms-continuation", next);
        assertThat(Json.parseArray(last.body().toUtf8())).hasSize(2);
        assertThat(last.headers()).doesNotContainKey("x-ms-continuation");
        expect(200, routes.operator("POST", "/enrollments/query", "{\"query\":\"*\"}"));
        assertError(
                routes.operator("POST", "/enrollments/query", "{\"query\":\"select * from enrollments where x=1\"}"),
                400,
                "the query understood here");
        assertError(
                routes.operator("POST", "/enrollments/query", query, "x-ms-max-item-count", "some"),
                400,
                "is a number");
        assertError(routes.operator("POST", "/enrollments/query", query, "x-ms-max-item-count", "0"), 400, "1 to 1000");
        assertError(
                routes.operator("POST", "/enrollments/query", query, "x-ms-continuation", "?"),
                400,
                "not one of this list");
    }

    @Test
    void changeSeveralAtOnceAndLearnWhichFailed() {
        routes.operator("PUT", "/enrollments/m0", ENROLLMENT.replace("meter-1", "m0"));
        String both = ENROLLMENT.replace("meter-1", "m0") + "," + ENROLLMENT.replace("meter-1", "m1");

        JsonObject result = json(expect(200, bulk("create", both)));

        assertThat(result.getBoolean("isSuccessful")).isFalse();
        JsonObject error = result.getJsonArray("errors").getJsonObject(0);
        assertThat(error.getString("registrationId")).isEqualTo("m0");
        assertThat(error.getInt("errorCode")).isEqualTo(409_001);
        assertThat(json(bulk("update", both)).getBoolean("isSuccessful")).isTrue();
        assertThat(json(bulk("updateIfMatchEtag", both)).getBoolean("isSuccessful"))
                .as("no etag given")
                .isFalse();
        assertThat(json(bulk("delete", both)).getBoolean("isSuccessful")).isTrue();
        assertThat(json(bulk("delete", both)).getJsonArray("errors")).hasSize(2);
        assertError(bulk("replace", both), 400, "mode is create, update");
        String eleven = String.join(",", java.util.Collections.nCopies(11, ENROLLMENT));
        assertError(bulk("create", eleven), 400, "at most 10 entries");
    }

    @Test
    @Tag("DPS-26")
    void readAndDeleteRegistrationRecordsButNeverChangeThem() {
        routes.operator("PUT", "/enrollments/meter-1", ENROLLMENT);
        assertError(routes.operator("GET", "/registrations/meter-1", ""), 404, "has not registered");
        registerMeter();

        JsonObject record = json(expect(200, routes.operator("GET", "/registrations/meter-1", "")));

        assertThat(record.getString("deviceId")).isEqualTo("meter-1");
        assertThat(record.getString("substatus")).isEqualTo("initialAssignment");
        for (String change : List.of("PUT", "PATCH", "POST")) {
            Reply refused = routes.operator(change, "/registrations/meter-1", record.toString());
            assertError(refused, 405, change + " does not apply");
            assertThat(refused.headers()).containsEntry("Allow", "GET, DELETE");
        }
        assertError(routes.operator("DELETE", "/registrations/meter-1", "", "if-match", "old"), 412, "has changed");
        expect(204, routes.operator("DELETE", "/registrations/meter-1", "", "if-match", record.getString("etag")));
    }

    @Test
    @Tag("DPS-02")
    void seeInAnEnrollmentWhatItsRecordSays() {
        routes.operator("PUT", "/enrollments/meter-1", ENROLLMENT);
        registerMeter();
        JsonObject record = json(expect(200, routes.operator("GET", "/registrations/meter-1", "")));
        assertThat(record.getJsonObject("postern")).hasToString("{\"configured\":false}");

        JsonObject one = json(expect(200, routes.operator("GET", "/enrollments/meter-1", "")));
        Reply all =
                expect(200, routes.operator("POST", "/enrollments/query", "{\"query\":\"SELECT * FROM enrollments\"}"));

        assertThat(one.getJsonObject("registrationState")).isEqualTo(record);
        assertThat(Json.parseArray(all.body().toUtf8()).getJsonObject(0).getJsonObject("registrationState"))
                .isEqualTo(record);
    }

    @Test
    @Tag("DPS-13")
    @Tag("DPS-27")
    @Tag("SYS-03")
    void readTheIdScopeAndTheMeterButCannotSetThem() {
        routes.operator("PUT", "/enrollments/meter-1", ENROLLMENT);
        routes.operator("PUT", "/enrollments/meter-1", ENROLLMENT, "if-match", "*");
        routes.operator("PUT", "/enrollments/meter-1", ENROLLMENT); // refused: not counted
        registerMeter();
        registerMeter();

        JsonObject settings = json(expect(200, routes.operator("GET", "/settings", "")));

        assertThat(settings.getString("idScope")).isEqualTo(routes.scope());
        JsonObject operations = json(expect(200, routes.operator("GET", "/operations", "")));
        assertThat(operations.getString("idScope")).isEqualTo(routes.scope());
        assertThat(operations.getJsonObject("operations").toString())
                .isEqualTo("{\"registration\":1,\"reRegistration\":1,\"enrollmentAdd\":1,\"enrollmentUpdate\":1}");
        assertError(routes.operator("PUT", "/settings", "{\"idScope\":\"0neMINE\"}"), 405, "PUT does not apply");
        assertThat(routes.dps.idScope().text()).isEqualTo(routes.scope());
    }

    @Test
    @Tag("DPS-15")
    void needThePermissionOfEachDoor() {
        ServicePolicy reader = routes.policy("reader", Set.of(ServicePermission.ENROLLMENT_READ));
        String token = routes.serviceToken(reader);
        Map<String, String> headers = Map.of("authorization", token);
        routes.operator("PUT", "/enrollments/meter-1", ENROLLMENT);

        expect(200, routes.ask("GET", "/enrollments/meter-1", "", headers));
        expect(200, routes.ask("POST", "/enrollments/query", "{\"query\":\"*\"}", headers));
        for (String[] door : new String[][] {
            {"PUT", "/enrollments/meter-1"},
            {"DELETE", "/enrollments/meter-1"},
            {"POST", "/enrollments"},
            {"POST", "/enrollments/meter-1/attestationmechanism"},
            {"GET", "/registrations/meter-1"},
            {"DELETE", "/registrations/meter-1"},
            {"GET", "/settings"}
        }) {
            assertError(
                    routes.ask(door[0], door[1], ENROLLMENT, headers), 403, "the policy reader lacks the permission");
            assertError(routes.ask(door[0], door[1], ENROLLMENT, Map.of()), 401, "no Authorization header");
        }
    }

    @Test
    void areRefusedABodyAboveTheLimit() {
        assertError(
                routes.operator("PUT", "/enrollments/meter-1", ENROLLMENT + " ".repeat(96 * 1024)),
                413,
                "at most 98304");
    }

    private Reply bulk(String mode, String entries) {
        String body = "{\"mode\":\"" + mode + "\",\"enrollments\":[" + entries + "]}";
        return routes.operator("POST", "/enrollments/", body);
    }

    private void registerMeter() {
        var attestation = (AttestationMechanism.SymmetricKey) routes.dps
                .enrollments()
                .find(RegistrationId.of("meter-1"))
                .orElseThrow()
                .enrollment()
                .attestation();
        String token = routes.registrationToken(attestation.keys().primary());
        String path = "/" + routes.scope() + "/registrations/meter-1/register";
        expect(202, routes.ask("PUT", path, "{\"registrationId\":\"meter-1\"}", Map.of("authorization", token)));
    }

    @Test
    void otherPathsAreLeftToOtherRoutes() {
        for (String path :
                List.of("/devices/meter-1", "/enrollmentGroups", "/a/b/c/d/e/f", "/", "/enrollments/a/b/c")) {
            assertThat(routes.answer("GET", path, "", Map.of())).as(path).isEmpty();
        }
    }
}
