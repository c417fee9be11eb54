// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.hub.SharedAccessPolicies.KeySlot;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.ModelId;
import io.postern.wire.ResourceUri;
import io.postern.wire.hub.PropertyBag;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubTest {
    @TempDir
    Path directory;

    private HubFixture fixture;
    private Hub hub;
    private DeviceIdentity meter;

    @BeforeEach
    void open() throws IOException {
        fixture = new HubFixture(directory);
        hub = fixture.hub;
        meter = fixture.device("meter-1");
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void aConnectedDeviceShowsInTheRegistryAndADisconnectedOneWhenItWasLastSeen() throws Exception {
        var model = ModelId.of("dtmi:com:example:Meter;1");
        DeviceSession session = connect(fixture.admitted(meter), Optional.of(model), new RecordedLine());

        assertThat(hub.connectedCount()).isEqualTo(1);
        assertThat(now().isConnected()).isTrue();
        assertThat(now().model()).contains(model);
        assertThat(now().etag()).isEqualTo(meter.etag());

        fixture.clock.advance(Duration.ofMinutes(3));
        session.accept(List.of(telemetry("x")));
        session.close();
        session.close();

        assertThat(hub.connectedCount()).isZero();
        assertThat(now().isConnected()).isFalse();
        assertThat(now().lastActivity()).contains(HubFixture.START.plus(Duration.ofMinutes(3)));
    }

    @Test
    void theNewestConnectionWinsAndTheOldOneCannotSpeakAnyMore() throws Exception {
        var firstLine = new RecordedLine();
        DeviceSession first = connect(fixture.admitted(meter), firstLine);
        DeviceSession second = connect(fixture.admitted(meter), new RecordedLine());

        assertThat(firstLine.closed).containsExactly(CloseReason.NEWER_CONNECTION);
        assertThatThrownBy(() -> first.accept(List.of(telemetry("late"))))
                .isInstanceOfSatisfying(
                        SessionEndedException.class,
                        e -> assertThat(e.reason().code()).isEqualTo(400027));
        first.close();
        second.accept(List.of(telemetry("in time")));
        assertThat(hub.connectedCount()).isEqualTo(1);
        assertThat(hub.events().last()).isEqualTo(1);
    }

    @Test
    @Tag("ISS-12")
    void deletingCutsTheLiveSessionAndWhatItSendsIsRefused() {
        var line = new RecordedLine();
        DeviceSession session = connect(fixture.admitted(meter), line);

        hub.identities().delete(meter.deviceId(), IfMatch.ANY);

        assertThat(line.closed).containsExactly(CloseReason.DEVICE_DELETED);
        assertThatThrownBy(() -> session.accept(List.of(telemetry("ghost")))).isInstanceOf(SessionEndedException.class);
        assertThatThrownBy(session::twin).isInstanceOf(SessionEndedException.class);
        assertThat(hub.events().last()).isZero();
    }

    @Test
    @Tag("HUB-10")
    void disablingCutsTheLiveSession() {
        var line = new RecordedLine();
        connect(fixture.admitted(meter), line);

        hub.identities().update(IdentityDraft.of(meter.deviceId()).disabled("lost"), IfMatch.ANY);

        assertThat(line.closed).containsExactly(CloseReason.DEVICE_DISABLED);
    }

    @Test
    void newDeviceKeysCutTheSessionTheyOpenedAndNotThatOfAPolicy() {
        DeviceIdentity other = fixture.device("meter-2");
        var ownLine = new RecordedLine();
        var policyLine = new RecordedLine();
        connect(fixture.admitted(meter), ownLine);
        connect(byPolicy("tokenservice", other.deviceId()), policyLine);

        for (DeviceIdentity device : List.of(meter, other)) {
            hub.identities()
                    .update(
                            IdentityDraft.of(device.deviceId()).withKeys(SymmetricKeys.random(64, new SecureRandom())),
                            IfMatch.ANY);
        }

        assertThat(ownLine.closed).containsExactly(CloseReason.KEYS_CHANGED);
        assertThat(policyLine.closed).isEmpty();
    }

    @Test
    void aReplacedPolicyKeyCutsTheSessionsOfThatPolicyOnly() {
        DeviceIdentity other = fixture.device("meter-2");
        var ownLine = new RecordedLine();
        var policyLine = new RecordedLine();
        connect(fixture.admitted(meter), ownLine);
        connect(byPolicy("tokenservice", other.deviceId()), policyLine);

        hub.policies().regenerate("device", KeySlot.PRIMARY);
        assertThat(policyLine.closed).isEmpty();
        hub.policies().regenerate("tokenservice", KeySlot.PRIMARY);

        assertThat(policyLine.closed).containsExactly(CloseReason.KEYS_CHANGED);
        assertThat(ownLine.closed).isEmpty();
    }

    @Test
    @Tag("HUB-24")
    void aPolicysOtherKeyIsReplacedOrSwappedWithoutAnyoneBeingCut() {
        var line = new RecordedLine();
        connect(byPolicy("device", meter.deviceId()), line);

        hub.policies().regenerate("device", KeySlot.SECONDARY);
        hub.policies().swap("device");
        assertThat(line.closed).isEmpty();

        hub.policies().regenerate("device", KeySlot.SECONDARY); // the one that signed stands there now
        assertThat(line.closed).containsExactly(CloseReason.KEYS_CHANGED);
    }

    @Test
    void whatAPolicyHadOpenedIsClosedWhenItIsDeleted() {
        hub.policies().create("line-3", Set.of(Permission.DEVICE_CONNECT));
        var line = new RecordedLine();
        connect(byPolicy("line-3", meter.deviceId()), line);

        hub.policies().delete("line-3");

        assertThat(line.closed).containsExactly(CloseReason.KEYS_CHANGED);
    }

    @Test
    @Tag("HUB-05")
    void anExpiredTokenEndsItsSessionEvenBetweenTwoLooksAtTheClock() {
        var line = new RecordedLine();
        DeviceSession session = connect(fixture.admitted(meter), line);

        fixture.clock.advance(Duration.ofHours(1).minusSeconds(1));
        hub.endExpired();
        assertThat(line.closed).isEmpty();

        fixture.clock.advance(Duration.ofSeconds(1));
        assertThatThrownBy(() -> session.accept(List.of(telemetry("late")))).isInstanceOf(SessionEndedException.class);
        hub.endExpired();
        assertThat(line.closed).containsExactly(CloseReason.TOKEN_EXPIRED);
        assertThat(hub.connectedCount()).isZero();
    }

    @Test
    void whatChangedBetweenTheCheckAndTheConnectionIsNoticed() {
        Principal.Device admitted = fixture.admitted(meter);
        Principal.Device byPolicy = byPolicy("device", meter.deviceId());

        hub.policies().regenerate("device", KeySlot.PRIMARY);
        assertThat(hub.connect(byPolicy, Optional.empty(), new RecordedLine())).isEmpty();

        hub.identities().delete(meter.deviceId(), IfMatch.ANY);
        assertThat(hub.connect(admitted, Optional.empty(), new RecordedLine())).isEmpty();
        assertThat(hub.connectedCount()).isZero();
    }

    @Test
    void aDesiredChangeReachesTheLiveSession() {
        var line = new RecordedLine();
        connect(fixture.admitted(meter), line);

        hub.twins()
                .patch(meter.deviceId(), Optional.empty(), Optional.of(Json.parseObject("{\"rate\":5}")), IfMatch.ANY);

        assertThat(line.desired).containsExactly(Json.parseObject("{\"rate\":5,\"$version\":2}"));
    }

    @Test
    void theHubStampsWhoSpokeAndTheDeviceCannot() throws Exception {
        DeviceSession session = connect(byPolicy("tokenservice", meter.deviceId()), new RecordedLine());
        PropertyBag forged = PropertyBag.EMPTY
                .with("$.cdid", "someone-else")
                .with("$.cmid", "module")
                .with("iothub-connection-device-id", "someone-else")
                .with("iothub-enqueuedtime", "yesterday")
                .with("$.mid", "m-1")
                .with("seq", "7");

        session.accept(List.of(new Telemetry(forged, Bytes.utf8("{}"))));

        HubEvent event = hub.events().read(1, 1).getFirst();
        assertThat(event.deviceId()).isEqualTo(meter.deviceId());
        assertThat(event.generationId()).isEqualTo(meter.generationId());
        assertThat(event.enqueued()).isEqualTo(HubFixture.START);
        assertThat(event.authMethod()).isEqualTo(AuthMethod.POLICY_KEY);
        assertThat(event.policy()).contains("tokenservice");
        assertThat(event.properties().entries()).containsOnlyKeys("$.mid", "seq");
    }

    @Test
    void theSizeLimitCountsBodyAndProperties() throws Exception {
        DeviceSession session = connect(fixture.admitted(meter), new RecordedLine());
        PropertyBag bag = PropertyBag.EMPTY.with("$.mid", "12").with("ab", "c"); // counts 2 + 2 + 1

        session.accept(List.of(new Telemetry(bag, Bytes.of(new byte[256 * 1024 - 5]))));

        var tooLarge = List.of(new Telemetry(bag, Bytes.of(new byte[256 * 1024 - 4])));
        assertThatThrownBy(() -> session.accept(tooLarge))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("262145");
        assertThat(hub.events().last()).isEqualTo(1);
    }

    @Test
    void closingTheHubEndsAllSessions() {
        var line = new RecordedLine();
        connect(fixture.admitted(meter), line);

        hub.close();

        assertThat(line.closed).containsExactly(CloseReason.HUB_CLOSING);
    }

    private DeviceIdentity now() {
        return hub.identities().find(meter.deviceId()).orElseThrow();
    }

    private Principal.Device byPolicy(String policy, DeviceId device) {
        return fixture.admitted(fixture.policyToken(policy, ResourceUri.device(HubFixture.NAME, device)), device);
    }

    private DeviceSession connect(Principal.Device principal, RecordedLine line) {
        return connect(principal, Optional.empty(), line);
    }

    private DeviceSession connect(Principal.Device principal, Optional<ModelId> model, RecordedLine line) {
        return hub.connect(principal, model, line).orElseThrow();
    }

    private static Telemetry telemetry(String body) {
        return new Telemetry(PropertyBag.EMPTY, Bytes.utf8(body));
    }
}
