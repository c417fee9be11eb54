// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.AccessDecision.Denial;
import io.postern.wire.DeviceId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GatekeeperTest {
    @TempDir
    Path directory;

    private HubFixture fixture;
    private DeviceIdentity meter;

    @BeforeEach
    void open() throws IOException {
        fixture = new HubFixture(directory);
        meter = fixture.device("meter-1");
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    @Tag("HUB-02")
    @Tag("HUB-29")
    void eitherKeyOfTheDeviceOpensItsDoor() {
        ResourceUri own = ResourceUri.device(HubFixture.NAME, meter.deviceId());

        assertThat(fixture.admitted(fixture.token(meter), meter.deviceId()).method())
                .isEqualTo(AuthMethod.DEVICE_KEY);
        SasToken bySecondary = fixture.token(own, Optional.empty(), meter.keys().secondary());
        assertThat(fixture.admitted(bySecondary, meter.deviceId()).identity()).isEqualTo(meter);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hub.lab.test",
                "hub.lab.test/devices",
                "hub.lab.test/devices/meter-1",
                "HUB.lab.test/Devices/meter-1"
            })
    @Tag("HUB-28")
    @Tag("HUB-29")
    @Tag("HUB-30")
    void aPolicyWithDeviceConnectOpensTheDoorsItsTokenCovers(String resource) {
        Principal.Device principal =
                fixture.admitted(fixture.policyToken("device", ResourceUri.of(resource)), meter.deviceId());

        assertThat(principal.method()).isEqualTo(AuthMethod.POLICY_KEY);
        assertThat(principal.policyName()).contains("device");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hub.lab.test/devices/meter-2",
                "hub.lab.test/devices/meter-11",
                "hub.lab.test/devices/meter-",
                "hub.lab.test/devices/METER-1",
                "hub.lab.test/devices/meter-1/messages/events",
                "hub.lab.test/twins",
                "hub.lab.tes",
                "other.lab.test/devices/meter-1"
            })
    @Tag("HUB-05")
    @Tag("HUB-30")
    @Tag("ISS-11")
    void aTokenThatDoesNotCoverTheDeviceIsRefusedWhoeverSignedIt(String resource) {
        ResourceUri claimed = ResourceUri.of(resource);

        assertThat(denial(fixture.policyToken("device", claimed))).isEqualTo(Denial.WRONG_RESOURCE);
        assertThat(denial(fixture.token(claimed, Optional.empty(), meter.keys().primary())))
                .isEqualTo(Denial.WRONG_RESOURCE);
    }

    @Test
    @Tag("ISS-11")
    void theTokenOfAnotherDeviceIsRefused() {
        DeviceIdentity other = fixture.device("meter-2");

        assertThat(denial(fixture.token(other))).isEqualTo(Denial.WRONG_SIGNATURE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "amqp://hub.lab.test/hub/ConsumerGroups/$Default/Partitions/0",
                "sb://hub.lab.test/hub",
                "SB://hub.lab.test",
                "hub.lab.test/hub/consumergroups"
            })
    @Tag("HUB-27")
    void aTokenForOneLinkOfTheServiceOpensThatLinkAndWhatLiesBelow(String resource) {
        SasToken token = fixture.policyToken("service", ResourceUri.of(resource));
        ResourceUri asked = ResourceUri.of("hub.lab.test/hub/ConsumerGroups/$Default/Partitions/0");
        ResourceUri other = ResourceUri.of("hub.lab.test/hub2/ConsumerGroups/$Default/Partitions/0");

        assertThat(fixture.hub.gatekeeper().admitService(token, Permission.SERVICE_CONNECT, asked))
                .isInstanceOf(AccessDecision.Allowed.class);
        assertThat(
                        fixture.hub.gatekeeper().admitService(token, Permission.SERVICE_CONNECT, other)
                                instanceof AccessDecision.Allowed)
                .isEqualTo(resource.equals("SB://hub.lab.test"));
        assertThat(reason(fixture.hub.gatekeeper().admitService(token, Permission.REGISTRY_READ, asked)))
                .isEqualTo(Denial.MISSING_PERMISSION);
    }

    @Test
    void aTokenNoKnownKeySignedIsRefused() {
        Secret foreign = Secret.random(64, new SecureRandom());
        ResourceUri own = ResourceUri.device(HubFixture.NAME, meter.deviceId());

        assertThat(denial(fixture.token(own, Optional.empty(), foreign))).isEqualTo(Denial.WRONG_SIGNATURE);
        assertThat(denial(fixture.token(own, Optional.of("device"), foreign))).isEqualTo(Denial.WRONG_SIGNATURE);
        assertThat(denial(fixture.token(own, Optional.of("nobody"), foreign))).isEqualTo(Denial.UNKNOWN_POLICY);
    }

    @Test
    @Tag("HUB-05")
    void aTokenIsGoodUntilItsLastSecondAndNoLonger() {
        SasToken token = fixture.token(meter);

        fixture.clock.advance(Duration.ofHours(1).minusMillis(1));
        assertThat(fixture.admitted(token, meter.deviceId()).expires()).isEqualTo(token.expiry());

        fixture.clock.advance(Duration.ofMillis(1));
        assertThat(denial(token)).isEqualTo(Denial.EXPIRED);
        SasToken ofPolicy = SasToken.sign(
                ResourceUri.hub(HubFixture.NAME),
                fixture.clock.instant(),
                Optional.of("device"),
                policyKey("device")::hmacSha256);
        assertThat(denial(ofPolicy)).isEqualTo(Denial.EXPIRED);
    }

    @Test
    @Tag("HUB-07")
    void theExpiryCannotBeChangedWithoutTheKey() {
        SasToken token = fixture.token(meter);
        var longer = new SasToken(token.sr(), token.signature(), token.expiry().plusSeconds(1), token.keyName());

        assertThat(denial(longer)).isEqualTo(Denial.WRONG_SIGNATURE);
    }

    @Test
    @Tag("HUB-10")
    void unknownAndDisabledDevicesAreRefusedByKeyAndByPolicy() {
        DeviceId nobody = DeviceId.of("nobody");
        SasToken ofAll = fixture.policyToken("device", ResourceUri.hub(HubFixture.NAME));
        assertThat(denial(ofAll, nobody)).isEqualTo(Denial.UNKNOWN_DEVICE);
        assertThat(denial(fixture.token(meter), nobody)).isEqualTo(Denial.UNKNOWN_DEVICE);

        fixture.hub.identities().update(IdentityDraft.of(meter.deviceId()).disabled("stolen"), IfMatch.ANY);

        assertThat(denial(ofAll)).isEqualTo(Denial.DISABLED_DEVICE);
        assertThat(denial(fixture.token(meter))).isEqualTo(Denial.DISABLED_DEVICE);
    }

    @Test
    @Tag("HUB-28")
    void aPolicyWithoutDeviceConnectOpensNoDevicesDoor() {
        for (String policy : new String[] {"service", "registryRead", "registryReadWrite"}) {
            assertThat(denial(fixture.policyToken(policy, ResourceUri.hub(HubFixture.NAME))))
                    .as(policy)
                    .isEqualTo(Denial.MISSING_PERMISSION);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "iothubowner, REGISTRY_READ, true",
        "iothubowner, REGISTRY_READ_WRITE, true",
        "iothubowner, SERVICE_CONNECT, true",
        "service, REGISTRY_READ, false",
        "service, REGISTRY_READ_WRITE, false",
        "service, SERVICE_CONNECT, true",
        "device, REGISTRY_READ, false",
        "device, REGISTRY_READ_WRITE, false",
        "device, SERVICE_CONNECT, false",
        "registryRead, REGISTRY_READ, true",
        "registryRead, REGISTRY_READ_WRITE, false",
        "registryRead, SERVICE_CONNECT, false",
        "registryReadWrite, REGISTRY_READ, true",
        "registryReadWrite, REGISTRY_READ_WRITE, true",
        "registryReadWrite, SERVICE_CONNECT, false",
        "tokenservice, REGISTRY_READ, false",
        "tokenservice, REGISTRY_READ_WRITE, false",
        "tokenservice, SERVICE_CONNECT, false"
    })
    @Tag("HUB-24")
    void eachPolicyOpensTheServiceDoorsOfItsPermissions(String policy, Permission permission, boolean allowed) {
        SasToken token = fixture.policyToken(policy, ResourceUri.hub(HubFixture.NAME));

        assertThat(fixture.hub.gatekeeper().admitService(token, permission) instanceof AccessDecision.Allowed)
                .isEqualTo(allowed);
    }

    @Test
    @Tag("HUB-31")
    void aDeviceKeyOpensNoServiceDoor() {
        SasToken hubWide = fixture.token(
                ResourceUri.hub(HubFixture.NAME), Optional.empty(), meter.keys().primary());
        SasToken posing = fixture.token(
                ResourceUri.hub(HubFixture.NAME),
                Optional.of("service"),
                meter.keys().primary());

        for (Permission permission : Permission.values()) {
            assertThat(serviceDenial(hubWide, permission)).isEqualTo(Denial.UNKNOWN_POLICY);
            assertThat(serviceDenial(posing, permission)).isEqualTo(Denial.WRONG_SIGNATURE);
        }
    }

    @Test
    void aDeviceScopedTokenOfAStrongPolicyOpensNoServiceDoor() {
        SasToken narrow = fixture.policyToken("iothubowner", ResourceUri.device(HubFixture.NAME, meter.deviceId()));

        assertThat(serviceDenial(narrow, Permission.SERVICE_CONNECT)).isEqualTo(Denial.WRONG_RESOURCE);
    }

    @Test
    void aReplacedPolicyKeyOpensNothingAnyMore() {
        SasToken token = fixture.policyToken("device", ResourceUri.hub(HubFixture.NAME));

        fixture.hub.policies().regenerate("device", SharedAccessPolicies.KeySlot.PRIMARY);

        assertThat(denial(token)).isEqualTo(Denial.WRONG_SIGNATURE);
    }

    @Test
    void noReasonTellsASignatureOrAKey() {
        SasToken token = fixture.token(meter);

        var decision = fixture.hub.gatekeeper().admitDevice(token, DeviceId.of("nobody"));

        assertThat(decision.toString()).doesNotContain(token.signature().toBase64());
    }

    private Secret policyKey(String policy) {
        return fixture.hub.policies().find(policy).orElseThrow().keys().primary();
    }

    private Denial denial(SasToken token) {
        return denial(token, meter.deviceId());
    }

    private Denial denial(SasToken token, DeviceId device) {
        return reason(fixture.hub.gatekeeper().admitDevice(token, device));
    }

    private Denial serviceDenial(SasToken token, Permission permission) {
        return reason(fixture.hub.gatekeeper().admitService(token, permission));
    }

    private static <P extends Principal> Denial reason(AccessDecision<P> decision) {
        return switch (decision) {
            case AccessDecision.Denied<P>(Denial reason, String _) -> reason;
            case AccessDecision.Allowed<P>(P principal) -> throw new AssertionError("allowed for " + principal);
        };
    }
}
