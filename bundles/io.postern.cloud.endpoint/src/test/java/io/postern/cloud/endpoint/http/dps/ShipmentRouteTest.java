// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.assertError;
import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.expect;
import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.dps.ServicePolicy;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.testkit.TpmVendor;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operators and the TPMs they expect. */
class ShipmentRouteTest {
    private static final String HASH = "%064x".formatted(7);
    private static final String GROUP = """
            {"enrollmentGroupId":"spring","attestation":{"type":"tpmShipment",
             "tpmShipment":{"by":"keyList","accepts":["genuine","unproven"]}}}""";

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

    private Reply create(String shipment) {
        return routes.operator(
                "PUT", "/enrollmentGroups/" + Json.parseObject(shipment).getString("enrollmentGroupId"), shipment);
    }

    @Test
    @Tag("DEC-1")
    @Tag("CEN-15")
    void fillAShipmentAndTakeKeysOffAgain() {
        expect(200, create(GROUP));

        JsonObject report = json(expect(
                200,
                routes.operator("POST", "/shipments/spring/keys", "endorsementKeyHash,deviceId\n" + HASH + ",\nx,\n")));

        assertThat(report.getInt("added")).isEqualTo(1);
        assertThat(report.getJsonArray("bad").getJsonObject(0))
                .containsEntry("line", Json.number(3))
                .containsEntry("row", Json.parse("\"x,\""));
        Reply csv = routes.operator("POST", "/shipments/spring/keys", "endorsementKeyHash\nx\n", "accept", "text/csv");
        assertThat(csv.body().toUtf8()).startsWith("line,column,error,row\n2,endorsementKeyHash,");
        assertThat(routes.operator("GET", "/shipments/spring/keys", "").body().toUtf8())
                .contains(HASH);
        JsonObject shown = json(routes.operator("GET", "/shipments/spring", ""));
        assertThat(shown.getInt("keys")).isEqualTo(1);
        assertThat(shown.getJsonObject("registered")).containsEntry("genuine", Json.number(0));
        expect(204, routes.operator("DELETE", "/shipments/spring/keys/" + HASH, ""));
        assertError(routes.operator("DELETE", "/shipments/spring/keys/" + HASH, ""), 404, "not on the list of spring");
    }

    @Test
    @Tag("DEC-1")
    void doNotMeetAShipmentAmongTheGroupsOfOfficialClients() {
        create(GROUP);

        Reply groups =
                routes.operator("POST", "/enrollmentGroups/query", "{\"query\":\"select * from enrollmentGroups\"}");

        assertThat(groups.body().toUtf8()).isEqualTo("[]");
        assertThat(routes.operator("GET", "/shipments", "").body().toUtf8()).contains("\"spring\"");
        assertThat(json(routes.operator("GET", "/enrollmentGroups/spring", "")).getJsonObject("attestation"))
                .isEqualTo(Json.parseObject(GROUP).getJsonObject("attestation"));
    }

    @Test
    void areToldWhatIsNoShipmentAndWhatIsNoList() {
        assertError(routes.operator("POST", "/shipments/none/keys", "endorsementKeyHash\n"), 404, "none");
        create(GROUP.replace("\"spring\"", "\"by-vendor\"")
                .replace("\"keyList\"", "\"vendorCa\",\"vendorCas\":[\"chips\"]"));
        assertError(
                routes.operator("POST", "/shipments/by-vendor/keys", "endorsementKeyHash\n"), 400, "goes by vendor CA");
        assertError(create(GROUP.replace("keyList", "vendorCa")), 400, "names at least one of the loaded CAs");
        assertError(create(GROUP.replace("\"genuine\",\"unproven\"", "")), 400, "disable the enrollment instead");
        assertError(create(GROUP.replace("unproven", "ghostly")), 400, "not \"ghostly\"");
        create(GROUP);
        assertError(routes.operator("POST", "/shipments/spring/keys", "a,b\n1,2\n"), 400, "endorsementKeyHash");
    }

    @Test
    @Tag("CEN-12")
    void sayWhoseWordOnATpmCountsAndWhichTpmsAreAccepted() throws Exception {
        TpmVendor vendor = TpmVendor.founded("Chips", Instant.parse("2020-01-01T00:00:00Z"));
        String der = Base64.getEncoder().encodeToString(vendor.root().getEncoded());
        String body = "{\"certificate\":\"" + der + "\",\"marks\":\"firmware\"}";

        JsonObject loaded = json(expect(200, routes.operator("PUT", "/tpmVendors/chips", body)));

        assertThat(loaded.getString("subject")).isEqualTo("CN=Chips Root");
        assertThat(loaded.getString("marks")).isEqualTo("firmware");
        assertError(
                routes.operator("PUT", "/tpmVendors/x", body.replace("firmware", "unproven")), 400, "marks its TPMs");
        expect(204, routes.operator("DELETE", "/tpmVendors/chips", ""));
        assertError(routes.operator("GET", "/tpmVendors/chips", ""), 404, "no TPM vendor's CA chips");
        expect(200, routes.operator("PUT", "/tpmPolicy", "{\"accepts\":[\"genuine\"]}"));
        assertThat(json(routes.operator("GET", "/tpmPolicy", "")).toString()).isEqualTo("{\"accepts\":[\"genuine\"]}");
    }

    @Test
    @Tag("DPS-15")
    void needThePermissionForEachOfIt() {
        create(GROUP);
        ServicePolicy reader = routes.policy("reader", Set.of(ServicePermission.ENROLLMENT_READ));
        var asReader = Map.of("authorization", routes.serviceToken(reader));

        expect(200, routes.ask("GET", "/shipments", "", asReader));
        expect(200, routes.ask("GET", "/shipments/spring/keys", "", asReader));
        assertError(routes.ask("POST", "/shipments/spring/keys", "", asReader), 403, "EnrollmentWrite");
        assertError(routes.ask("DELETE", "/shipments/spring/keys/" + HASH, "", asReader), 403, "EnrollmentWrite");
        assertError(routes.ask("PUT", "/tpmPolicy", "{}", asReader), 403, "ServiceConfig");
        assertError(routes.ask("GET", "/tpmVendors", "", asReader), 403, "ServiceConfig");
        assertError(routes.ask("GET", "/shipments", "", Map.of()), 401, "no Authorization header");
    }
}
