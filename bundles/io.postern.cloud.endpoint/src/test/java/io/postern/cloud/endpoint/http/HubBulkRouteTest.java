// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.DeviceTwin;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Many identities at once: {@code POST /devices}, and by lines {@code /registry/export} and {@code /registry/import}. */
class HubBulkRouteTest {
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
    @Tag("HUB-26")
    void manyDevicesAreMadeChangedAndDeletedInOneRequestEach() {
        assertThat(bulk("{'id':'a','importMode':'create'}", "{'id':'b','tags':{'hall':'A'}}"))
                .isEqualTo(json("{'isSuccessful':true,'errors':[],'warnings':[]}"));
        assertThat(twin("b").tags()).isEqualTo(json("{'hall':'A'}"));
        assertThat(bulk("{'id':'a','importMode':'update','status':'disabled','statusReason':'sold'}")
                        .getBoolean("isSuccessful"))
                .isTrue();
        assertThat(device("a").statusReason()).contains("sold");
        assertThat(bulk("{'id':'a','importMode':'Delete'}", "{'id':'b','importMode':'delete'}")
                        .getBoolean("isSuccessful"))
                .isTrue();
        assertThat(cloud.hub.identities().census().total()).isZero();
    }

    @Test
    void whatIsWrongWithOneRecordHurtsNoNeighbour() {
        cloud.device("old");
        JsonObject reply = bulk(
                "{'id':'old','importMode':'create'}",
                "{'id':'good-1'}",
                "{'importMode':'create'}",
                "{'id':'blank id'}",
                "7",
                "{'id':'x','status':'asleep'}",
                "{'id':'x2','importMode':'improve'}",
                "{'id':'x3','authentication':{'symmetricKey':{'primaryKey':'!'}}}",
                "{'id':'x4','tags':{'a.b':1}}",
                "{'id':'x5','tags':[]}",
                "{'id':'x6','moduleId':'m'}",
                "{'id':'none','importMode':'update'}",
                "{'id':'good-2'}");

        assertThat(reply.getBoolean("isSuccessful")).isFalse();
        assertThat(errors(reply))
                .containsExactly(
                        "old 409001",
                        " 400004",
                        "blank id 400004",
                        " 400004",
                        "x 400004",
                        "x2 400004",
                        "x3 400004",
                        "x4 400004",
                        "x5 400004",
                        "x6 400004",
                        "none 404001");
        assertThat(cloud.hub.identities().census().total()).isEqualTo(3);
    }

    @Test
    void aDeviceThatStandsInOneRequestTwiceIsRefusedBothTimes() {
        JsonObject reply = bulk("{'id':'a'}", "{'id':'b'}", "{'id':'a','importMode':'delete'}");

        assertThat(errors(reply)).containsExactly("a 400011", "a 400011");
        assertThat(cloud.hub.identities().census().total()).isEqualTo(1);
    }

    @Test
    void moreThanAHundredRecordsAreRefusedAsAWhole() {
        String[] many =
                IntStream.range(0, 101).mapToObj(i -> "{'id':'m" + i + "'}").toArray(String[]::new);
        Reply reply = cloud.asOwner("POST", "/devices", array(many));

        assertThat(reply.status()).isEqualTo(413);
        assertThat(TestHub.json(reply).getInt("errorCode")).isEqualTo(413_002);
        assertThat(cloud.hub.identities().census().total()).isZero();
        assertThat(bulk(Arrays.copyOf(many, 100)).getBoolean("isSuccessful")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"id\":\"a\"}", "", "[", "null"})
    void aBodyThatIsNoArrayIsRefused(String body) {
        assertThat(cloud.asOwner("POST", "/devices", body).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
        "updateIfMatchETag,        etag=stale, 412001",
        "updateIfMatchETag,        etag=own,   0",
        "updateIfMatchETag,        none,       400004",
        "createOrUpdateIfMatchETag,etag=stale, 412001",
        "createOrUpdateIfMatchETag,none,       412001",
        "createOrUpdateIfMatchETag,etag=own,   0",
        "createOrUpdate,           etag=stale, 0",
        "deleteIfMatchETag,        etag=stale, 412001",
        "deleteIfMatchETag,        etag=own,   0",
        "updateTwin,               none,       0",
        "updateTwinIfMatchETag,    twin=stale, 412001",
        "updateTwinIfMatchETag,    twin=own,   0"
    })
    void eachModeAsksForTheStateItNames(String mode, String given, int code) {
        DeviceIdentity device = cloud.device("a");
        String condition =
                switch (given) {
                    case "etag=own" -> ",'eTag':'" + device.etag() + "'";
                    case "etag=stale" -> ",'eTag':'AAAA'";
                    case "twin=own" -> ",'twinETag':'\\\"" + twin("a").etag() + "\\\"'";
                    case "twin=stale" -> ",'twinETag':'AAAA'";
                    default -> "";
                };
        JsonObject reply = bulk("{'id':'a','importMode':'" + mode + "','tags':{'hall':'B'}" + condition + "}");

        assertThat(errors(reply)).isEqualTo(code == 0 ? List.of() : List.of("a " + code));
        if (code == 0 && !mode.startsWith("delete")) {
            assertThat(twin("a").tags()).isEqualTo(json("{'hall':'B'}"));
            assertThat(device("a").generationId()).isEqualTo(device.generationId());
        }
    }

    @Test
    @Tag("ISS-13")
    @Tag("DEC-6")
    void aQuarantinedNameIsRefusedWithTheDaysLeftAndFreeOnTheTenth() {
        cloud.device("a");
        bulk("{'id':'a','importMode':'delete'}");
        cloud.clock.advance(Duration.ofDays(9));

        JsonObject error = bulk("{'id':'a'}").getJsonArray("errors").getJsonObject(0);
        assertThat(error.getInt("errorCode")).isEqualTo(409_010);
        assertThat(error.getString("errorStatus")).contains("barred for 1 more day(s)");
        cloud.clock.advance(Duration.ofDays(1));
        assertThat(bulk("{'id':'a'}").getBoolean("isSuccessful")).isTrue();
    }

    @Test
    void scopesAndCapabilitiesAreKeptAsTheyWereWritten() {
        cloud.asOwner("PUT", "/devices/child", """
                {"deviceId":"child","capabilities":{"iotEdge":true},"deviceScope":"ms-azure-iot-edge://p-1",
                 "parentScopes":["ms-azure-iot-edge://q-2"]}""");

        JsonObject read = TestHub.json(cloud.asOwner("GET", "/devices/child", ""));
        assertThat(read)
                .containsEntry("deviceScope", Json.text("ms-azure-iot-edge://p-1"))
                .containsEntry("capabilities", json("{'iotEdge':true}"));
        assertThat(read.getJsonArray("parentScopes")).containsExactly(Json.text("ms-azure-iot-edge://q-2"));
    }

    @Test
    void anExportTakenInAgainElsewhereGivesTheSameRegistry() throws IOException {
        IntStream.range(0, 250).forEach(i -> cloud.device("meter-" + (1000 + i)));
        bulk(
                "{'id':'meter-1007','importMode':'createOrUpdate','status':'disabled','statusReason':'sold',"
                        + "'tags':{'hall':'A'},'properties':{'desired':{'rate':5}},'deviceScope':'s','capabilities':{'iotEdge':true}}");
        String lines = export("");

        cloud.close();
        cloud = new TestHub(directory.resolve("other"));
        JsonObject report = TestHub.json(cloud.asOwner("POST", "/registry/import?line=11", lines));

        assertThat(report).isEqualTo(json("{'lines':250,'done':250,'errors':[]}"));
        assertThat(withoutStamps(export(""))).isEqualTo(withoutStamps(lines));
    }

    @Test
    void anExportWithoutKeysHoldsNone() {
        DeviceIdentity device = cloud.device("a");

        assertThat(export("?excludeKeys=true"))
                .contains("\"primaryKey\":null")
                .doesNotContain(device.keys().primary().revealBase64())
                .doesNotContain(device.keys().secondary().revealBase64());
    }

    @Test
    void badLinesOfAnImportAreToldWithTheirNumbersAndNothingElseIsLost() {
        String lines = "{\"id\":\"a\"}\n\nnonsense\n{\"id\":\"b\",\"statusReason\":\"" + "x".repeat(300_000)
                + "\"}\n{\"id\":\"c\",\"importMode\":\"update\"}\n{\"id\":\"d\"}";

        JsonObject report = TestHub.json(cloud.asOwner("POST", "/registry/import?line=101", lines));

        assertThat(report.getInt("lines")).isEqualTo(6);
        assertThat(report.getInt("done")).isEqualTo(2);
        assertThat(report.getJsonArray("errors").getValuesAs(JsonObject.class).stream()
                        .map(one -> one.getInt("line") + " " + one.getInt("errorCode")))
                .containsExactly("103 400004", "104 400004", "105 404001");
    }

    /** The whole registry, page by page. */
    private String export(String query) {
        var lines = new StringBuilder();
        String after = "";
        do {
            Reply reply = cloud.asOwner("GET", "/registry/export" + query, "", "x-ms-continuation", after);
            lines.append(reply.body().toUtf8());
            after = reply.headers().getOrDefault("x-ms-continuation", "");
        } while (!after.isEmpty());
        return lines.toString();
    }

    private static List<JsonObject> withoutStamps(String lines) {
        return lines.lines()
                .map(Json::parseObject)
                .map(one -> Json.object(one)
                        .remove("eTag")
                        .remove("twinETag")
                        .remove("properties")
                        .add(
                                "desired",
                                Json.object(one.getJsonObject("properties").getJsonObject("desired"))
                                        .remove("$metadata")
                                        .remove("$version"))
                        .build())
                .toList();
    }

    private JsonObject bulk(String... records) {
        Reply reply = cloud.asOwner("POST", "/devices?api-version=2021-04-12", array(records));
        assertThat(reply.status()).isEqualTo(200);
        return TestHub.json(reply);
    }

    private static List<String> errors(JsonObject reply) {
        return reply.getJsonArray("errors").getValuesAs(JsonObject.class).stream()
                .map(one -> one.getString("deviceId") + " " + one.getInt("errorCode"))
                .toList();
    }

    private static String array(String... records) {
        return Arrays.stream(records).collect(Collectors.joining(",", "[", "]")).replace('\'', '"');
    }

    private static JsonObject json(String text) {
        return Json.parseObject(text.replace('\'', '"'));
    }

    private DeviceIdentity device(String id) {
        return cloud.hub.identities().find(DeviceId.of(id)).orElseThrow();
    }

    private DeviceTwin twin(String id) {
        return cloud.hub.twins().find(DeviceId.of(id)).orElseThrow();
    }
}
