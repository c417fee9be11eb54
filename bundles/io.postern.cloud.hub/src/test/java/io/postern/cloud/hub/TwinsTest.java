// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TwinsTest {
    private static final DeviceId METER = DeviceId.of("meter-1");

    @TempDir
    Path directory;

    private HubFixture fixture;
    private Twins twins;
    private final List<String> told = new CopyOnWriteArrayList<>();

    @BeforeEach
    void open() throws IOException {
        fixture = new HubFixture(directory);
        twins = fixture.hub.twins();
        fixture.device("meter-1");
        twins.addListener((device, patch, version) -> told.add(device + " " + version + " " + patch));
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    /** A device merges what it is told as it comes: an older patch after a newer one would undo it there. */
    @Test
    void aDeviceIsToldOfChangesInTheirOrderWhoeverMakesThem() throws InterruptedException {
        List<Long> versions = new CopyOnWriteArrayList<>();
        twins.addListener((_, _, version) -> versions.add(version));
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String name = "writer" + i;
            writers.add(Thread.ofPlatform().start(() -> {
                for (int value = 0; value < 100; value++) {
                    JsonObject patch = json("{\"" + name + "\":" + value + "}");
                    twins.patch(METER, Optional.empty(), Optional.of(patch), IfMatch.ANY);
                }
            }));
        }
        for (Thread writer : writers) {
            writer.join();
        }

        assertThat(versions).hasSize(400).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aFirstTwinMayComeWithTheIdentity() {
        DeviceId other = DeviceId.of("meter-2");
        fixture.hub
                .identities()
                .create(IdentityDraft.of(other).withTwin(json("{\"site\":\"north\"}"), json("{\"rate\":5}")));

        DeviceTwin twin = twins.find(other).orElseThrow();

        assertThat(twin.tags()).isEqualTo(json("{\"site\":\"north\"}"));
        assertThat(twin.forDevice())
                .isEqualTo(json("{\"desired\":{\"rate\":5,\"$version\":1},\"reported\":{\"$version\":1}}"));
    }

    @Test
    void eachReportRaisesTheVersionByOneAndLeavesTheEtag() {
        String etag = twins.find(METER).orElseThrow().etag();

        report("{\"a\":1,\"b\":{\"c\":2}}");
        DeviceTwin twin = report("{\"a\":null,\"b\":{\"d\":3}}");

        assertThat(twin.reported().properties()).isEqualTo(json("{\"b\":{\"c\":2,\"d\":3}}"));
        assertThat(twin.reported().version()).isEqualTo(3);
        assertThat(twin.version()).isEqualTo(3);
        assertThat(twin.etag()).isEqualTo(etag);
    }

    @Test
    void aReportOnAnOlderVersionIsStale() {
        report("{\"a\":1}");

        assertThat(twins.report(METER, json("{\"a\":2}"), OptionalLong.of(1))).isInstanceOf(TwinReply.Stale.class);
        assertThat(twins.report(METER, json("{\"a\":2}"), OptionalLong.of(2))).isInstanceOf(TwinReply.Changed.class);
    }

    @Test
    void aDesiredChangeIsToldWithItsVersionAndOnlyTheChange() {
        patch("{}", "{\"rate\":5,\"unit\":\"s\"}");
        patch("{}", "{\"unit\":null}");

        assertThat(told)
                .containsExactly(
                        "meter-1 2 {\"rate\":5,\"unit\":\"s\",\"$version\":2}",
                        "meter-1 3 {\"unit\":null,\"$version\":3}");
        assertThat(twins.find(METER).orElseThrow().desired().properties()).isEqualTo(json("{\"rate\":5}"));
    }

    @Test
    void aReplacementIsToldAsTheDifference() {
        patch("{}", "{\"rate\":5,\"unit\":\"s\"}");

        twins.replace(METER, Optional.empty(), Optional.of(json("{\"rate\":6}")), IfMatch.ANY);

        assertThat(told.getLast()).isEqualTo("meter-1 3 {\"unit\":null,\"rate\":6,\"$version\":3}");
    }

    @Test
    void tagsAreNoBusinessOfTheDevice() {
        twins.patch(METER, Optional.of(json("{\"site\":\"north\"}")), Optional.empty(), IfMatch.ANY);

        assertThat(told).isEmpty();
        assertThat(twins.find(METER).orElseThrow().forDevice().toString()).doesNotContain("north");
    }

    @Test
    void aServiceChangeOnAnEtagNoLongerTrueIsStale() {
        IfMatch seen = IfMatch.parse(twins.find(METER).orElseThrow().etag());
        patch("{}", "{\"a\":1}");

        TwinReply reply = twins.patch(METER, Optional.empty(), Optional.of(json("{\"a\":2}")), seen);

        assertThat(reply).isInstanceOf(TwinReply.Stale.class);
        assertThat(told).hasSize(1);
    }

    @Test
    void whatTheHubStampsIsIgnoredWhenSentBack() {
        DeviceTwin twin = patch("{}", "{\"a\":1,\"$version\":99,\"$metadata\":{\"$lastUpdated\":\"never\"}}");

        assertThat(twin.desired().properties()).isEqualTo(json("{\"a\":1}"));
        assertThat(twin.desired().version()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a.b\":1}",
                "{\"a$\":1}",
                "{\"a b\":1}",
                "{\"\":1}",
                "{\"a\\u0007\":1}",
                "{\"a\":4503599627370496}",
                "{\"a\":-4503599627370497}",
                "{\"a\":[null]}",
                "{\"inner\":{\"$x\":1}}"
            })
    void aPatchThatBreaksARuleIsRefusedWholeAndNamesTheMember(String patch) {
        assertThatThrownBy(() -> twins.report(METER, json(patch), OptionalLong.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the twin's member");
        assertThat(twins.find(METER).orElseThrow().version()).isEqualTo(1);
    }

    @Test
    void everyMemberTellsWhenAndByWhichVersionItWasChangedLast() {
        fixture.clock.advance(Duration.ofMinutes(1));
        report("{\"a\":1,\"net\":{\"ip\":\"x\",\"mac\":{\"v\":1}},\"list\":[1]}");
        fixture.clock.advance(Duration.ofMinutes(1));
        report("{\"net\":{\"ip\":\"y\"}}");
        fixture.clock.advance(Duration.ofMinutes(1));
        DeviceTwin twin = report("{\"b\":2,\"list\":null}");

        assertThat(twins.find(METER)).contains(twin);
        assertThat(twin.reported().metadata()).isEqualTo(json("""
                {"$lastUpdated":"2026-03-01T08:03:00.0000000Z","$lastUpdatedVersion":4,
                 "a":{"$lastUpdated":"2026-03-01T08:01:00.0000000Z","$lastUpdatedVersion":2},
                 "net":{"$lastUpdated":"2026-03-01T08:02:00.0000000Z","$lastUpdatedVersion":3,
                   "ip":{"$lastUpdated":"2026-03-01T08:02:00.0000000Z","$lastUpdatedVersion":3},
                   "mac":{"$lastUpdated":"2026-03-01T08:01:00.0000000Z","$lastUpdatedVersion":2,
                     "v":{"$lastUpdated":"2026-03-01T08:01:00.0000000Z","$lastUpdatedVersion":2}}},
                 "b":{"$lastUpdated":"2026-03-01T08:03:00.0000000Z","$lastUpdatedVersion":4}}
                """));
    }

    @Test
    void aReplacementStampsOnlyWhatItChanges() {
        patch("{}", "{\"rate\":5,\"unit\":\"s\"}");
        fixture.clock.advance(Duration.ofMinutes(1));

        DeviceTwin twin = twin(twins.replace(
                METER,
                Optional.of(json("{\"site\":null,\"hall\":\"A\"}")),
                Optional.of(json("{\"rate\":5,\"unit\":null,\"mode\":\"x\"}")),
                IfMatch.ANY));

        assertThat(twin.tags()).isEqualTo(json("{\"hall\":\"A\"}"));
        assertThat(twin.desired().properties()).isEqualTo(json("{\"rate\":5,\"mode\":\"x\"}"));
        JsonObject metadata = twin.desired().metadata();
        assertThat(metadata.getJsonObject("rate").getInt("$lastUpdatedVersion")).isEqualTo(2);
        assertThat(metadata.getJsonObject("mode").getInt("$lastUpdatedVersion")).isEqualTo(3);
        assertThat(metadata.getInt("$lastUpdatedVersion")).isEqualTo(3);
    }

    /** However a section came about, what it tells of its members has their very shape. */
    @Test
    void stampsFollowAnyRunOfPatches() {
        var random = new Random(20_260_301);
        DeviceTwin twin = twins.find(METER).orElseThrow();
        for (int i = 0; i < 300; i++) {
            JsonObject before = twin.reported().properties();
            JsonObject patch = MergePatchTest.anyPatch(random, 3);
            twin = report(patch.toString());

            assertThat(twin.reported().properties()).isEqualTo(MergePatch.apply(before, patch));
            assertThat(names(twin.reported().metadata()))
                    .isEqualTo(names(twin.reported().properties()));
            assertThat(twin.reported().metadata().getInt("$lastUpdatedVersion")).isEqualTo(i + 2);
        }
    }

    private static Set<String> names(JsonObject object) {
        Set<String> names = new TreeSet<>();
        object.forEach((name, value) -> {
            if (!name.startsWith("$")) {
                names.add(name);
                if (value instanceof JsonObject inner) {
                    names(inner).forEach(below -> names.add(name + "." + below));
                }
            }
        });
        return names;
    }

    @Test
    void tenLevelsAreAllowedElevenAreNot() {
        assertThat(report(nested(10)).reported().version()).isEqualTo(2);
        assertThatThrownBy(() -> report(nested(11))).hasMessageContaining("deeper than 10");
    }

    @Test
    void wholeNumbersReachFromMinusTwoToThe52ToOneBelowIt() {
        DeviceTwin twin = report("{\"low\":-4503599627370496,\"high\":4503599627370495}");

        assertThat(twin.reported().properties().getJsonNumber("low").longValueExact())
                .isEqualTo(-(1L << 52));
    }

    @Test
    void thirtyTwoKilobytesInAllAndFourPerTextAreTheEnd() {
        String fourKb = "x".repeat(4096);
        assertThatThrownBy(() -> report("{\"a\":\"" + fourKb + "x\"}")).hasMessageContaining("4 KB");

        for (int i = 0; i < 7; i++) {
            report("{\"k" + i + "\":\"" + fourKb + "\"}");
        }
        assertThatThrownBy(() -> {
                    report("{\"k7\":\"" + fourKb + "\"}");
                })
                .hasMessageContaining("at most 32768");
        assertThatThrownBy(() -> twins.patch(
                        METER,
                        Optional.of(json("{\"a\":\"" + fourKb + "\",\"b\":\"" + fourKb + "\"}")),
                        Optional.empty(),
                        IfMatch.ANY))
                .hasMessageContaining("at most 8192");
    }

    @Test
    void theTwinGoesWithItsIdentity() {
        fixture.hub.identities().delete(METER, IfMatch.ANY);

        assertThat(twins.find(METER)).isEmpty();
        assertThat(twins.report(METER, JsonValue.EMPTY_JSON_OBJECT, OptionalLong.empty()))
                .isEqualTo(new TwinReply.NoTwin(METER));
    }

    private static String nested(int levels) {
        return "{\"a\":".repeat(levels) + "{\"v\":1}" + "}".repeat(levels);
    }

    private DeviceTwin report(String patch) {
        return twin(twins.report(METER, json(patch), OptionalLong.empty()));
    }

    private DeviceTwin patch(String tags, String desired) {
        return twin(twins.patch(METER, Optional.of(json(tags)), Optional.of(json(desired)), IfMatch.ANY));
    }

    private static DeviceTwin twin(TwinReply reply) {
        return ((TwinReply.Changed) reply).twin();
    }

    private static JsonObject json(String text) {
        return Json.parseObject(text);
    }
}
