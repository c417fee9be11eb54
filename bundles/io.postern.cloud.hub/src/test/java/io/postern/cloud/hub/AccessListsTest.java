// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.hub.AccessDecision.Denial;
import io.postern.cloud.hub.AccessDecision.Denied;
import io.postern.cloud.hub.AccessRule.Effect;
import io.postern.cloud.hub.AccessRule.One;
import io.postern.cloud.hub.AccessRule.Prefix;
import io.postern.cloud.hub.AccessRule.Tag;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessListsTest {
    private static final Optional<String> LOST = Optional.of("reported lost");

    @TempDir
    Path directory;

    private HubFixture fixture;
    private AccessLists lists;

    @BeforeEach
    void open() throws IOException {
        fixture = new HubFixture(directory);
        lists = fixture.hub.lists();
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    @org.junit.jupiter.api.Tag("HUB-11")
    void aDeviceOfTheBlockListIsCutAndKeptOutUntilTheRuleIsGone() {
        DeviceIdentity meter = fixture.device("meter-1");
        var line = connected(meter);
        var other = connected(fixture.device("meter-10"));

        lists.put("lost", Effect.BLOCK, new One(meter.deviceId()), LOST);

        assertThat(line.closed).containsExactly(CloseReason.DEVICE_BLOCKED);
        assertThat(other.closed).isEmpty();
        assertThat(denied(meter))
                .isEqualTo("device meter-1 is on the block list by rule lost (device meter-1): reported lost");
        lists.remove("lost");
        connected(meter);
    }

    @Test
    @org.junit.jupiter.api.Tag("HUB-11")
    void devicesOfOnePrefixAreBlockedTogetherAndNoOthers() {
        var inside = connected(fixture.device("hall-a.7"));
        var outside = connected(fixture.device("hall-b.7"));

        lists.put("hall", Effect.BLOCK, new Prefix("hall-a."), Optional.empty());

        assertThat(inside.closed).containsExactly(CloseReason.DEVICE_BLOCKED);
        assertThat(outside.closed).isEmpty();
        assertThat(denied(fixture.device("hall-a.8"))).contains("devices hall-a.*", "no reason given");
        connected(fixture.device("hall-a")); // shorter than the prefix
    }

    @Test
    @org.junit.jupiter.api.Tag("HUB-11")
    void aDeviceIsCutInTheMomentItsTagPutsItOnTheBlockList() {
        lists.put("scrap", Effect.BLOCK, new Tag("place.state", "scrapped"), Optional.empty());
        DeviceIdentity meter = fixture.device("meter-1");
        var line = connected(meter);

        tags(meter, "{\"place\":{\"state\":\"in use\"}}");
        assertThat(line.closed).isEmpty();
        tags(meter, "{\"place\":{\"state\":\"scrapped\"}}");

        assertThat(line.closed).containsExactly(CloseReason.DEVICE_BLOCKED);
        denied(meter);
        tags(meter, "{\"place\":null}");
        connected(meter);
    }

    @Test
    void tagsThatAreNumbersTruthsOrNoValueAtAllAreCompared() {
        lists.put("floor", Effect.BLOCK, new Tag("floor", "3"), Optional.empty());
        lists.put("old", Effect.BLOCK, new Tag("old", "true"), Optional.empty());
        DeviceIdentity meter = fixture.device("meter-1");

        tags(meter, "{\"floor\":3}");
        denied(meter);
        tags(meter, "{\"floor\":{\"3\":3},\"old\":[true]}");
        connected(meter);
        tags(meter, "{\"floor\":null,\"old\":true}");
        denied(meter);
    }

    @Test
    @org.junit.jupiter.api.Tag("HUB-11")
    void whileOnlyListedDevicesMayConnectTheBlockListStillBeatsTheAllowList() {
        DeviceIdentity meter = fixture.device("meter-1");
        DeviceIdentity stranger = fixture.device("other-1");
        var meterLine = connected(meter);
        var strangerLine = connected(stranger);
        lists.put("meters", Effect.ALLOW, new Prefix("meter-"), Optional.empty());
        assertThat(strangerLine.closed).isEmpty(); // the list alone closes nothing

        lists.onlyListed(true);

        assertThat(strangerLine.closed).containsExactly(CloseReason.DEVICE_BLOCKED);
        assertThat(meterLine.closed).isEmpty();
        assertThat(denied(stranger)).contains("not on the allow list");
        lists.put("lost", Effect.BLOCK, new One(meter.deviceId()), LOST);
        assertThat(meterLine.closed).containsExactly(CloseReason.DEVICE_BLOCKED);
        assertThat(denied(meter)).contains("rule lost");
    }

    @Test
    void whatTheListsKeepOutIsCountedByRuleAndTheNewestTriesAreKept() {
        DeviceIdentity meter = fixture.device("meter-1");
        lists.put("lost", Effect.BLOCK, new One(meter.deviceId()), LOST);
        for (int i = 0; i < 150; i++) {
            denied(meter);
        }

        AccessLists.Refusals refusals = lists.refusals();
        assertThat(refusals.total()).isEqualTo(150);
        assertThat(refusals.byRule()).containsEntry("lost", 150L);
        assertThat(refusals.newest()).hasSize(100).first().satisfies(one -> {
            assertThat(one.device()).isEqualTo(meter.deviceId());
            assertThat(one.at()).isEqualTo(HubFixture.START);
        });
    }

    @Test
    @org.junit.jupiter.api.Tag("HUB-11")
    void rulesAndModeAreThereAfterARestart() throws IOException {
        DeviceIdentity meter = fixture.device("meter-1");
        lists.put("hall", Effect.ALLOW, new Tag("hall", "A"), Optional.empty());
        lists.onlyListed(true);
        fixture.close();
        fixture = new HubFixture(directory);

        assertThat(fixture.hub.lists().onlyListed()).isTrue();
        denied(meter);
        tags(meter, "{\"hall\":\"A\"}");
        connected(meter);
    }

    @Test
    void aRuleThatIsMadeBetweenCheckAndConnectionCounts() {
        DeviceIdentity meter = fixture.device("meter-1");
        Principal.Device admitted = fixture.admitted(meter);

        lists.put("lost", Effect.BLOCK, new One(meter.deviceId()), LOST);

        assertThat(fixture.hub.connect(admitted, Optional.empty(), new RecordedLine()))
                .isEmpty();
    }

    @Test
    void rulesOfTooManyDifferentTagsAreRefused() {
        for (int i = 0; i < 16; i++) {
            lists.put("r" + i, Effect.BLOCK, new Tag("tag" + i, "x"), Optional.empty());
        }

        assertThat(lists.put("more", Effect.ALLOW, new Tag("another", "x"), Optional.empty()))
                .isInstanceOf(AccessLists.TooMany.class);
        assertThat(lists.rules()).hasSize(16);
    }

    @Test
    void malformedRulesAreNotMade() {
        assertThatThrownBy(() -> new Prefix("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Tag("hall", "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> lists.put("a b", Effect.BLOCK, new One(DeviceId.of("meter-1")), Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a b");
        assertThat(lists.rules()).isEmpty();
    }

    private void tags(DeviceIdentity device, String json) {
        fixture.hub
                .twins()
                .patch(device.deviceId(), Optional.of(Json.parseObject(json)), Optional.empty(), IfMatch.ANY);
    }

    private RecordedLine connected(DeviceIdentity device) {
        var line = new RecordedLine();
        assertThat(fixture.hub.connect(fixture.admitted(device), Optional.empty(), line))
                .isPresent();
        return line;
    }

    private String denied(DeviceIdentity device) {
        var decision = fixture.hub.gatekeeper().admitDevice(fixture.token(device), device.deviceId());
        if (decision instanceof Denied<Principal.Device>(Denial reason, String text)) {
            assertThat(reason).isEqualTo(Denial.BLOCKED_DEVICE);
            return text;
        }
        throw new AssertionError(device.deviceId() + " is let in");
    }
}
