// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.hub.query.DeviceQuery;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceSearchTest {
    private static final int DEVICES = 450; // more than two reads

    @TempDir
    static Path directory;

    private static HubFixture fixture;

    /** Meters 000 to 449: every third in the south, every tenth disabled, every second has reported, 007 is connected. */
    @BeforeAll
    static void open() throws IOException {
        fixture = new HubFixture(directory);
        fixture.database.together(() -> {
            for (int i = 0; i < DEVICES; i++) {
                DeviceId id = DeviceId.of("meter-%03d".formatted(i));
                String site = i % 3 == 0 ? "south" : "north";
                fixture.hub
                        .identities()
                        .create(IdentityDraft.of(id)
                                .withTwin(
                                        json(i == 5 ? "{}" : "{\"site\":\"" + site + "\",\"floor\":" + i % 5 + "}"),
                                        json("{\"rate\":60}")));
                if (i % 10 == 0) {
                    DeviceIdentity known = fixture.hub.identities().find(id).orElseThrow();
                    fixture.hub
                            .identities()
                            .update(IdentityDraft.of(id).disabled("too old"), IfMatch.parse(known.etag()));
                }
                if (i % 2 == 0) {
                    fixture.hub.twins().report(id, json("{\"load\":" + i + "}"), OptionalLong.empty());
                }
            }
            return true;
        });
        DeviceIdentity seven =
                fixture.hub.identities().find(DeviceId.of("meter-007")).orElseThrow();
        assertThat(fixture.hub.connect(fixture.admitted(seven), Optional.empty(), new RecordedLine()))
                .isPresent();
    }

    @AfterAll
    static void close() {
        fixture.close();
    }

    @Test
    @Tag("SYS-07")
    @Tag("HUB-33")
    void aTwinIsFoundWithAllThatIsKnownOfItsDevice() {
        JsonObject twin =
                ask("SELECT * FROM devices WHERE deviceId = 'meter-010'").getFirst();

        assertThat(twin)
                .isEqualTo(fixture.hub.search().find(DeviceId.of("meter-010")).orElseThrow());
        assertThat(twin.getString("status")).isEqualTo("disabled");
        assertThat(twin.getString("statusReason")).isEqualTo("too old");
        assertThat(twin.getString("connectionState")).isEqualTo("Disconnected");
        assertThat(twin.getString("authenticationType")).isEqualTo("sas");
        assertThat(twin.getInt("cloudToDeviceMessageCount")).isZero();
        assertThat(twin.getInt("version")).isEqualTo(2);
        assertThat(twin.getJsonObject("tags")).isEqualTo(json("{\"site\":\"north\",\"floor\":0}"));
        JsonObject reported = twin.getJsonObject("properties").getJsonObject("reported");
        assertThat(reported.getInt("load")).isEqualTo(10);
        assertThat(reported.getInt("$version")).isEqualTo(2);
        assertThat(reported.getJsonObject("$metadata").getJsonObject("load").getInt("$lastUpdatedVersion"))
                .isEqualTo(2);
        assertThat(twin.toString()).doesNotContain("Key");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "deviceId IN ['meter-001', 'meter-000', 'nobody']|2",
                "deviceId = 'meter-001' AND tags.site = 'south'|0",
                "STARTSWITH(deviceId, 'meter-00')|10",
                "tags.site = 'south'|150",
                "tags.site != 'south'|299",
                "NOT is_defined(tags.site)|1",
                "status = 'disabled'|45",
                "status = 'disabled' AND statusReason = 'too old' AND tags.site = 'south'|15",
                "connectionState = 'Connected'|1",
                "lastActivityTime > '2026'|1",
                "capabilities.iotEdge = false|450",
                "properties.reported.load >= 440|5",
                "properties.reported.$version = 2|225",
                "properties.reported.$metadata.$lastUpdated >= '2026-03-01' AND tags.floor IN [1, 2]|180",
                "properties.desired.rate = 60 AND properties.reported.load < 10|5",
            })
    void conditionsHoldOfIdentityTagsAndProperties(String condition, long devices) {
        assertThat(ask("SELECT deviceId FROM devices WHERE " + condition)).hasSize((int) devices);
        assertThat(ask("SELECT COUNT() AS n FROM devices WHERE " + condition))
                .containsExactly(Json.object().add("n", devices).build());
    }

    @Test
    void fieldsLeaveOutWhatADeviceDoesNotHave() {
        assertThat(ask("SELECT DeviceId, tags.site AS place, properties.reported.load FROM devices"
                        + " WHERE deviceId IN ['meter-005', 'meter-006']"))
                .containsExactly(
                        json("{\"deviceId\":\"meter-005\"}"),
                        json("{\"deviceId\":\"meter-006\",\"place\":\"south\",\"load\":6}"));
    }

    @Test
    void groupsAreCounted() {
        assertThat(ask("SELECT tags.site AS site, COUNT() AS n FROM devices GROUP BY tags.site"))
                .containsExactlyInAnyOrder(
                        json("{\"n\":1}"),
                        json("{\"site\":\"north\",\"n\":299}"),
                        json("{\"site\":\"south\",\"n\":150}"));
        assertThat(ask("SELECT TOP 2 tags.floor AS f, COUNT() AS n FROM devices GROUP BY tags.floor"))
                .hasSize(2);
        assertThat(ask("SELECT tags.x AS x, COUNT() AS n FROM devices WHERE tags.x = 1 GROUP BY tags.x"))
                .isEmpty();
    }

    @Test
    void pagesOfAnySizeMakeTheSameList() {
        for (String query : List.of(
                "SELECT * FROM devices",
                "SELECT deviceId FROM devices WHERE tags.floor = 3",
                "SELECT TOP 33 deviceId FROM devices",
                "SELECT tags.floor AS f, COUNT() AS n FROM devices GROUP BY tags.floor")) {
            List<JsonObject> all = pages(query, DeviceSearch.LARGEST_PAGE);
            for (int size : new int[] {1, 7, 11, 200}) {
                assertThat(pages(query, size)).as(query + " by " + size).isEqualTo(all);
            }
        }
        assertThat(pages("SELECT TOP 33 deviceId FROM devices", 10)).hasSize(33);
    }

    @Test
    void aPageEndsEarlyWhenItsTwinsAreLarge(@TempDir Path other) throws IOException {
        try (var full = new HubFixture(other)) {
            String large = "{"
                    + Stream.iterate(0, i -> i + 1)
                            .limit(7)
                            .map(i -> "\"k" + i + "\":\"" + "x".repeat(4096) + "\"")
                            .reduce((a, b) -> a + "," + b)
                            .orElseThrow()
                    + "}";
            full.database.together(() -> {
                for (int i = 0; i < 160; i++) {
                    full.hub
                            .identities()
                            .create(IdentityDraft.of(DeviceId.of("d" + i)).withTwin(json("{}"), json(large)));
                }
                return true;
            });

            DeviceSearch.Page page =
                    full.hub.search().ask(DeviceQuery.parse("SELECT * FROM devices"), DeviceSearch.Place.START, 1000);

            assertThat(page.items()).hasSizeBetween(100, 159);
            assertThat(page.next()).isPresent();
        }
    }

    @Test
    void moreGroupsThanAreCountedAreRefused(@TempDir Path other) throws IOException {
        try (var wide = new HubFixture(other)) {
            wide.database.together(() -> {
                for (int i = 0; i <= 1_000; i++) {
                    wide.hub.identities().create(IdentityDraft.of(DeviceId.of("d" + i)));
                }
                return true;
            });

            assertThatThrownBy(() -> wide.hub
                            .search()
                            .ask(
                                    DeviceQuery.parse("SELECT COUNT() AS n FROM devices GROUP BY deviceId"),
                                    DeviceSearch.Place.START,
                                    10))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("more than 1000 groups");
        }
    }

    private static List<JsonObject> ask(String query) {
        return pages(query, DeviceSearch.LARGEST_PAGE);
    }

    private static List<JsonObject> pages(String text, int size) {
        DeviceQuery query = DeviceQuery.parse(text);
        List<JsonObject> all = new ArrayList<>();
        Optional<DeviceSearch.Place> place = Optional.of(DeviceSearch.Place.START);
        while (place.isPresent()) {
            DeviceSearch.Page page = fixture.hub.search().ask(query, place.get(), size);
            assertThat(page.items()).hasSizeLessThanOrEqualTo(size);
            all.addAll(page.items());
            place = page.next();
        }
        return all;
    }

    private static JsonObject json(String text) {
        return Json.parseObject(text);
    }
}
