// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.AccessDecision.Allowed;
import io.postern.cloud.hub.AccessDecision.Denial;
import io.postern.cloud.hub.AccessDecision.Denied;
import io.postern.cloud.hub.RevocationBarriers.Order;
import io.postern.wire.DeviceId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RevocationBarriersTest {
    private static final DeviceId METER = DeviceId.of("meter-1");

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

    @ParameterizedTest
    @ValueSource(strings = {"tokenservice", "device", "iothubowner"})
    @Tag("SYS-09")
    void whatEndsByTheBarrierCountsNoMoreWhicheverPolicySignedItAndWhatEndsLaterDoes(String policy) {
        SasToken old = fixture.policyToken(policy, ResourceUri.device(HubFixture.NAME, METER));
        raise(METER, old);
        fixture.clock.advance(Duration.ofSeconds(1));
        SasToken fresh = fixture.policyToken(policy, ResourceUri.device(HubFixture.NAME, METER));

        assertRevoked(old, METER);
        assertThat(hub.gatekeeper().admitDevice(fresh, METER)).isInstanceOf(Allowed.class);
    }

    @Test
    void aClosedDeviceIsOpenToNoSuchTokenHoweverLateItEndsUntilItIsOpenedAgain() {
        SasToken late = lateToken();
        hub.barriers().carryOut(List.of(new Order.Close(METER, fixture.clock.instant(), "stolen", "iothubowner")));
        assertRevoked(late, METER);
        assertThat(hub.barriers().find(METER)).hasValueSatisfying(barrier -> {
            assertThat(barrier.reason()).contains("stolen");
            assertThat(barrier.who()).contains("iothubowner");
        });

        hub.barriers().carryOut(List.of(new Order.Open(METER, fixture.clock.instant())));
        assertThat(hub.gatekeeper().admitDevice(late, METER)).isInstanceOf(Allowed.class);
    }

    @Test
    void theDevicesOwnKeyAndTokensForTheWholeHubAreNotMeant() {
        hub.barriers()
                .carryOut(List.of(new Order.Close(METER, fixture.clock.instant().plusSeconds(7200), "lost", "op")));

        assertThat(hub.gatekeeper().admitDevice(fixture.token(meter), METER)).isInstanceOf(Allowed.class);
        SasToken whole = fixture.policyToken("device", ResourceUri.of("hub.lab.test/devices"));
        assertThat(hub.gatekeeper().admitDevice(whole, METER)).isInstanceOf(Allowed.class);
    }

    @Test
    void aBarrierIsNeverLowered() {
        SasToken old = fixture.policyToken("tokenservice", ResourceUri.device(HubFixture.NAME, METER));
        raise(METER, old);
        hub.barriers().carryOut(List.of(new Order.Raise(METER, fixture.clock.instant())));
        hub.barriers().carryOut(List.of(new Order.Open(METER, fixture.clock.instant())));
        assertRevoked(old, METER);
    }

    @Test
    @Tag("SYS-09")
    @Tag("HUB-18")
    void theSessionOfTheRevokedLeafIsCutBeforeTheOrderReturnsAndNineOthersStay() {
        List<RecordedLine> others = java.util.stream.IntStream.range(10, 19)
                .mapToObj(number -> connected(fixture.device("meter-" + number).deviceId()))
                .toList();
        RecordedLine revoked = connected(METER);
        hub.barriers().carryOut(List.of(new Order.Close(METER, fixture.clock.instant(), "stolen", "op")));

        assertThat(revoked.closed).containsExactly(CloseReason.TOKENS_REVOKED);
        assertThat(others).allSatisfy(line -> assertThat(line.closed).isEmpty());
        assertThat(hub.connectedCount()).isEqualTo(9);
    }

    @Test
    void aSessionOfTheDevicesOwnKeyStays() {
        var line = new RecordedLine();
        assertThat(hub.connect(fixture.admitted(meter), Optional.empty(), line)).isPresent();
        hub.barriers().carryOut(List.of(new Order.Close(METER, fixture.clock.instant(), "stolen", "op")));
        assertThat(line.closed).isEmpty();
    }

    @Test
    void aTokenAdmittedJustBeforeTheRevocationOpensNoSessionAfterIt() {
        SasToken token = fixture.policyToken("tokenservice", ResourceUri.device(HubFixture.NAME, METER));
        Principal.Device admitted = fixture.admitted(token, METER);
        raise(METER, token);
        assertThat(hub.connect(admitted, Optional.empty(), new RecordedLine())).isEmpty();
    }

    @Test
    @Tag("DEC-8")
    void theBarrierOutlivesTheDeviceAndItsClosingDoesNot() {
        SasToken old = fixture.policyToken("tokenservice", ResourceUri.device(HubFixture.NAME, METER));
        hub.barriers().carryOut(List.of(new Order.Close(METER, old.expiry(), "stolen", "op")));
        hub.identities().handOver(METER, "heir");
        hub.identities().create(IdentityDraft.of(METER), Optional.of("heir"));

        assertRevoked(old, METER);
        fixture.clock.advance(Duration.ofSeconds(1));
        SasToken fresh = fixture.policyToken("tokenservice", ResourceUri.device(HubFixture.NAME, METER));
        assertThat(hub.gatekeeper().admitDevice(fresh, METER)).isInstanceOf(Allowed.class);
    }

    @Test
    void aBarrierSurvivesARestartAndIsForgottenWhenNothingCouldPassItAnyMore() {
        SasToken old = fixture.policyToken("tokenservice", ResourceUri.device(HubFixture.NAME, METER));
        raise(METER, old);
        hub.close();
        hub = Hub.open(
                HubSettings.of(HubFixture.NAME), fixture.database, fixture.sealer, fixture.clock, new SecureRandom());
        assertRevoked(old, METER);

        fixture.clock.set(old.expiry());
        raise(DeviceId.of("meter-2"), lateToken());
        assertThat(hub.barriers().find(METER)).isEmpty();
        hub.close();
    }

    private RecordedLine connected(DeviceId device) {
        var line = new RecordedLine();
        SasToken token = fixture.policyToken("tokenservice", ResourceUri.device(HubFixture.NAME, device));
        assertThat(hub.connect(fixture.admitted(token, device), Optional.empty(), line))
                .isPresent();
        return line;
    }

    private SasToken lateToken() {
        var key = hub.policies().find("tokenservice").orElseThrow().keys().primary();
        return SasToken.sign(
                ResourceUri.device(HubFixture.NAME, METER),
                fixture.clock.instant().plus(Duration.ofDays(9)),
                Optional.of("tokenservice"),
                key::hmacSha256);
    }

    private void raise(DeviceId device, SasToken token) {
        hub.barriers().carryOut(List.of(new Order.Raise(device, token.expiry())));
    }

    private void assertRevoked(SasToken token, DeviceId device) {
        assertThat(hub.gatekeeper().admitDevice(token, device))
                .isInstanceOfSatisfying(
                        Denied.class, denied -> assertThat(denied.reason()).isEqualTo(Denial.REVOKED));
    }
}
