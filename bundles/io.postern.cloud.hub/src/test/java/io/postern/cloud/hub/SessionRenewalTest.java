// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.hub.SharedAccessPolicies.KeySlot;
import io.postern.wire.Bytes;
import io.postern.wire.ResourceUri;
import io.postern.wire.hub.PropertyBag;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fresh evidence on a live session, and sessions that last for one request. */
class SessionRenewalTest {
    @TempDir
    Path directory;

    private HubFixture fixture;
    private Hub hub;
    private DeviceIdentity meter;
    private final RecordedLine line = new RecordedLine();

    @BeforeEach
    void open() throws IOException {
        fixture = new HubFixture(directory, new HubSettings(HubFixture.NAME, Duration.ZERO, 1_000));
        hub = fixture.hub;
        meter = fixture.device("meter-1");
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void aRenewedSessionLivesAsLongAsItsNewTokenAndNotLonger() throws Exception {
        DeviceSession session = connect();
        fixture.clock.advance(Duration.ofMinutes(59));
        assertThat(session.renew(fixture.admitted(meter))).isTrue();

        fixture.clock.advance(Duration.ofMinutes(59));
        hub.endExpired();
        session.accept(List.of(telemetry()));
        assertThat(line.closed).isEmpty();
        fixture.clock.advance(Duration.ofMinutes(1));
        hub.endExpired();
        assertThat(line.closed).containsExactly(CloseReason.TOKEN_EXPIRED);
    }

    @Test
    void aRenewedSessionStandsOnItsNewEvidenceOnly() throws Exception {
        DeviceSession session = connect();
        assertThat(session.renew(byPolicy("tokenservice"))).isTrue();
        assertThat(session.principal().policyName()).contains("tokenservice");

        newKeys();
        assertThat(line.closed).isEmpty();
        hub.policies().regenerate("tokenservice", KeySlot.PRIMARY);
        assertThat(line.closed).containsExactly(CloseReason.KEYS_CHANGED);
    }

    @Test
    void evidenceThatHasLostItsGroundDoesNotRenewAndDoesNotEnd() throws Exception {
        DeviceSession session = connect();
        Principal.Device byPolicy = byPolicy("tokenservice");
        hub.policies().regenerate("tokenservice", KeySlot.PRIMARY);

        assertThat(session.renew(byPolicy)).isFalse();
        assertThat(session.principal().policyName()).isEmpty();
        session.accept(List.of(telemetry()));
        assertThat(line.closed).isEmpty();
    }

    @Test
    void evidenceOfAnotherDeviceOrOfTheNamesakeBeforeItDoesNotRenew() throws Exception {
        Principal.Device other = fixture.admitted(fixture.device("meter-2"));
        Principal.Device before = fixture.admitted(meter);
        hub.identities().delete(meter.deviceId(), IfMatch.ANY);
        meter = fixture.device("meter-1");
        DeviceSession session = connect();

        for (Principal.Device foreign : List.of(other, before)) {
            assertThatThrownBy(() -> session.renew(foreign))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("this session is of device meter-1");
        }
        session.accept(List.of(telemetry()));
    }

    @Test
    @Tag("ISS-12")
    void aDeletedDeviceIsCutAfterARenewalToo() throws Exception {
        DeviceSession session = connect();
        session.renew(fixture.admitted(meter));
        Principal.Device late = fixture.admitted(meter);
        hub.identities().delete(meter.deviceId(), IfMatch.ANY);

        assertThat(line.closed).containsExactly(CloseReason.DEVICE_DELETED);
        assertThatThrownBy(() -> session.renew(late)).isInstanceOf(SessionEndedException.class);
        assertThatThrownBy(() -> session.accept(List.of(telemetry()))).isInstanceOf(SessionEndedException.class);
    }

    @Test
    void aDisabledDeviceIsCutAfterARenewalTooAndAnExpiredSessionIsNotRenewed() throws Exception {
        DeviceSession session = connect();
        session.renew(byPolicy("device"));
        hub.identities().update(IdentityDraft.of(meter.deviceId()).disabled("lost"), IfMatch.ANY);
        assertThat(line.closed).containsExactly(CloseReason.DEVICE_DISABLED);

        DeviceIdentity other = fixture.device("meter-2");
        DeviceSession expired =
                hub.connect(fixture.admitted(other), Optional.empty(), line).orElseThrow();
        fixture.clock.advance(Duration.ofHours(1));
        Principal.Device fresh = fixture.admitted(other);
        assertThatThrownBy(() -> expired.renew(fresh))
                .isInstanceOfSatisfying(
                        SessionEndedException.class, e -> assertThat(e.reason()).isEqualTo(CloseReason.TOKEN_EXPIRED));
    }

    @Test
    void aSessionForOneRequestSpeaksForTheDeviceAndDisplacesNobody() throws Exception {
        DeviceSession live = connect();
        try (DeviceSession once = hub.once(fixture.admitted(meter))) {
            once.accept(List.of(telemetry()));
            assertThat(once.twin().deviceId()).isEqualTo(meter.deviceId());
        }
        live.accept(List.of(telemetry()));

        assertThat(line.closed).isEmpty();
        assertThat(hub.connectedCount()).isEqualTo(1);
        assertThat(hub.events().last()).isEqualTo(2);
    }

    @Test
    void aSessionForOneRequestIsNoConnectionButSeen() {
        hub.once(fixture.admitted(meter)).close();

        DeviceIdentity now = hub.identities().find(meter.deviceId()).orElseThrow();
        assertThat(now.isConnected()).isFalse();
        assertThat(now.lastActivity()).contains(HubFixture.START);
        assertThat(hub.connectedCount()).isZero();
    }

    @Test
    @Tag("ISS-12")
    void aSessionForOneRequestEndsWithWhatItStandsOn() {
        DeviceSession own = hub.once(fixture.admitted(meter));
        DeviceSession policy = hub.once(byPolicy("tokenservice"));
        hub.policies().regenerate("tokenservice", KeySlot.PRIMARY);
        assertEnded(policy, CloseReason.KEYS_CHANGED);
        newKeys();
        assertEnded(own, CloseReason.KEYS_CHANGED);

        meter = hub.identities().find(meter.deviceId()).orElseThrow();
        DeviceSession expired = hub.once(fixture.admitted(meter));
        fixture.clock.advance(Duration.ofHours(1));
        assertEnded(expired, CloseReason.TOKEN_EXPIRED);
        DeviceSession disabled = hub.once(fixture.admitted(meter));
        hub.identities().update(IdentityDraft.of(meter.deviceId()).disabled("lost"), IfMatch.ANY);
        assertEnded(disabled, CloseReason.DEVICE_DISABLED);
        hub.identities().delete(meter.deviceId(), IfMatch.ANY);
        assertEnded(hub.once(disabled.principal()), CloseReason.DEVICE_DELETED);
        assertThat(hub.events().last()).isZero();
    }

    private static void assertEnded(DeviceSession session, CloseReason reason) {
        assertThatThrownBy(() -> session.accept(List.of(telemetry())))
                .isInstanceOfSatisfying(
                        SessionEndedException.class, e -> assertThat(e.reason()).isEqualTo(reason));
        assertThatThrownBy(session::takeCommand).isInstanceOf(SessionEndedException.class);
    }

    private void newKeys() {
        hub.identities()
                .update(
                        IdentityDraft.of(meter.deviceId()).withKeys(SymmetricKeys.random(64, new SecureRandom())),
                        IfMatch.ANY);
    }

    private DeviceSession connect() {
        return hub.connect(fixture.admitted(meter), Optional.empty(), line).orElseThrow();
    }

    private Principal.Device byPolicy(String policy) {
        ResourceUri resource = ResourceUri.device(HubFixture.NAME, meter.deviceId());
        return fixture.admitted(fixture.policyToken(policy, resource), meter.deviceId());
    }

    private static Telemetry telemetry() {
        return new Telemetry(PropertyBag.EMPTY, Bytes.utf8("x"));
    }
}
