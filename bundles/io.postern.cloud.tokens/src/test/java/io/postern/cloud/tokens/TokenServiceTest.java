// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.hub.AccessDecision;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.HubSettings;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.SharedAccessPolicies;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Databases;
import io.postern.cloud.store.KeySealer;
import io.postern.testkit.MovableClock;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenServiceTest {
    private static final HubName HUB = HubName.of("hub.plant.test");
    private static final DeviceId GATEWAY = DeviceId.of("gw-1");
    private static final DeviceId OTHER_GATEWAY = DeviceId.of("gw-2");
    private static final DeviceId LEAF = DeviceId.of("meter-1");

    private final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");
    private final AtomicLong nanos = new AtomicLong();
    private final SecureRandom random = new SecureRandom();

    @TempDir
    Path directory;

    private Database database;
    private Hub hub;
    private TokenService service;

    @BeforeEach
    void open() throws IOException {
        database = Databases.open(directory.resolve("cloud.db"));
        KeySealer sealer = KeySealer.open(directory.resolve("master.key"), database, random);
        hub = Hub.open(HubSettings.of(HUB), database, sealer, clock, random);
        service = service(TokenSettings.DEFAULTS);
        for (DeviceId device : new DeviceId[] {GATEWAY, OTHER_GATEWAY, LEAF}) {
            hub.identities().create(IdentityDraft.of(device));
        }
        service.desk().assign(LEAF, GATEWAY, false, "op");
    }

    @AfterEach
    void close() {
        hub.close();
        database.close();
    }

    @Test
    @Tag("SYS-09")
    void aGatewayGetsATokenThatOpensItsLeafAndNothingElse() {
        var granted = (TokenDecision.Granted) service.issue(tokenOf(GATEWAY), LeafQuestion.of(LEAF));

        assertThat(granted.token().resource()).isEqualTo(ResourceUri.device(HUB, LEAF));
        assertThat(granted.token().keyName()).hasValue("tokenservice");
        assertThat(granted.token().expiry()).isEqualTo("2026-03-01T09:00:00Z");
        assertThat(granted.now()).isEqualTo(clock.instant());
        assertThat(hub.gatekeeper().admitDevice(granted.token(), LEAF)).isInstanceOf(AccessDecision.Allowed.class);
        assertThat(hub.gatekeeper().admitDevice(granted.token(), GATEWAY)).isInstanceOf(AccessDecision.Denied.class);
        for (Permission permission : Permission.values()) {
            assertThat(hub.gatekeeper().admitService(granted.token(), permission))
                    .isInstanceOf(AccessDecision.Denied.class);
        }
    }

    @Test
    void theLedgerTellsWhatAGatewayHasHad() {
        service.issue(tokenOf(GATEWAY), LeafQuestion.of(LEAF));
        clock.advance(Duration.ofMinutes(10));
        service.issue(tokenOf(GATEWAY), LeafQuestion.of(LEAF));

        assertThat(service.desk().listAfter("", 10)).singleElement().satisfies(held -> {
            assertThat(held.gateway()).isEqualTo(GATEWAY);
            assertThat(held.issued()).isEqualTo(2);
            assertThat(held.lastIssued()).hasValue(Instant.parse("2026-03-01T08:10:00Z"));
            assertThat(held.lastExpires()).hasValue(Instant.parse("2026-03-01T09:10:00Z"));
            assertThat(held.lastRefusal()).isEmpty();
        });
    }

    @Test
    void anUnknownGatewayIsNotProven() {
        refused(Refusal.NOT_PROVEN, token(ResourceUri.device(HUB, DeviceId.of("gw-9")), Secret.random(32, random)));
    }

    @Test
    void aTokenSignedWithAnotherKeyIsNotProven() {
        refused(Refusal.NOT_PROVEN, token(ResourceUri.device(HUB, GATEWAY), keyOf(OTHER_GATEWAY)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hub.plant.test",
                "hub.plant.test/devices",
                "hub.plant.test/devices/gw-1/modules/m",
                "hub.other.test/devices/gw-1",
                "hub.plant.test/twins/gw-1",
                "hub.plant.test/devices/GW-1"
            })
    void aTokenForAnythingButTheGatewayItselfIsNotProven(String resource) {
        refused(Refusal.NOT_PROVEN, token(ResourceUri.of(resource), keyOf(GATEWAY)));
    }

    @Test
    void anExpiredTokenIsToldApartBecauseItsClockIsToBlame() {
        SasToken token = tokenOf(GATEWAY);
        clock.set(token.expiry());
        refused(Refusal.EXPIRED_TOKEN, token);
    }

    @Test
    void anExpiredTokenThatNobodySignedIsNotProven() {
        SasToken token = token(ResourceUri.device(HUB, GATEWAY), keyOf(OTHER_GATEWAY));
        clock.set(token.expiry());
        refused(Refusal.NOT_PROVEN, token);
    }

    @Test
    void aTokenOfAPolicyProvesNoGateway() {
        Secret policyKey = hub.policies()
                .find(SharedAccessPolicies.OWNER)
                .orElseThrow()
                .keys()
                .primary();
        refused(
                Refusal.NOT_PROVEN,
                SasToken.sign(
                        ResourceUri.device(HUB, GATEWAY),
                        soon(),
                        Optional.of(SharedAccessPolicies.OWNER),
                        policyKey::hmacSha256));
    }

    @Test
    void aLeafsTokenFromHereBuysNoFurtherTokens() {
        var granted = (TokenDecision.Granted) service.issue(tokenOf(GATEWAY), LeafQuestion.of(LEAF));
        refused(Refusal.NOT_PROVEN, granted.token());
    }

    @Test
    void eitherKeyOfAGatewayProvesIt() {
        Secret secondary = hub.identities().find(GATEWAY).orElseThrow().keys().secondary();
        assertThat(service.issue(token(ResourceUri.device(HUB, GATEWAY), secondary), LeafQuestion.of(LEAF)))
                .isInstanceOf(TokenDecision.Granted.class);
    }

    @Test
    void aDisabledGatewayIsRefused() {
        hub.identities().update(IdentityDraft.of(GATEWAY).disabled("stolen"), IfMatch.ANY);
        refused(Refusal.DISABLED_GATEWAY, tokenOf(GATEWAY));
    }

    @Test
    void theLeafOfAnotherGatewayIsRefusedAndTheAttemptIsOnRecord() {
        refused(Refusal.NOT_ASSIGNED, tokenOf(OTHER_GATEWAY));
        assertThat(service.desk().find(LEAF).orElseThrow().lastRefusal())
                .hasValueSatisfying(last -> assertThat(last.reason()).isEqualTo(Refusal.NOT_ASSIGNED));
    }

    @Test
    void aLeafNobodyWasGivenIsRefused() {
        service.desk().remove(LEAF);
        refused(Refusal.NOT_ASSIGNED, tokenOf(GATEWAY));
    }

    @Test
    void aDisabledLeafIsRefused() {
        hub.identities().update(IdentityDraft.of(LEAF).disabled("service"), IfMatch.ANY);
        refused(Refusal.DISABLED_LEAF, tokenOf(GATEWAY));
    }

    @Test
    void aLeafThatNeverExistedIsUnknown() {
        assertThat(service.issue(tokenOf(GATEWAY), LeafQuestion.of(DeviceId.of("meter-9"))))
                .isInstanceOfSatisfying(TokenDecision.Refused.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Refusal.UNKNOWN_LEAF));
    }

    @Test
    void theNameOfADeletedLeafIsBarredAndThenANewLeafOfThatNameIsAnother() throws IOException {
        hub.identities().delete(LEAF, IfMatch.ANY);
        refused(Refusal.QUARANTINED_LEAF, tokenOf(GATEWAY));

        clock.advance(Duration.ofDays(10));
        hub.identities().create(IdentityDraft.of(LEAF));
        refused(Refusal.REPLACED_LEAF, tokenOf(GATEWAY));

        assertThat(service.desk().assign(LEAF, GATEWAY, false, "op")).isInstanceOf(AssignmentReply.Assigned.class);
        assertThat(service.issue(tokenOf(GATEWAY), LeafQuestion.of(LEAF))).isInstanceOf(TokenDecision.Granted.class);
    }

    @Test
    void aGatewayThatAsksTooOftenWaitsAndOthersDoNot() {
        service = service(new TokenSettings(Duration.ofHours(1), 2, 60));
        service.issue(tokenOf(GATEWAY), LeafQuestion.of(LEAF));
        service.issue(tokenOf(GATEWAY), LeafQuestion.of(LEAF));
        refused(Refusal.TOO_MANY_REQUESTS, tokenOf(GATEWAY));
        refused(Refusal.NOT_ASSIGNED, tokenOf(OTHER_GATEWAY));

        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(service.issue(tokenOf(GATEWAY), LeafQuestion.of(LEAF))).isInstanceOf(TokenDecision.Granted.class);
        refused(Refusal.TOO_MANY_REQUESTS, tokenOf(GATEWAY));
    }

    @Test
    void noRefusalRepeatsASignature() {
        SasToken token = token(ResourceUri.device(HUB, GATEWAY), keyOf(OTHER_GATEWAY));
        var refused = (TokenDecision.Refused) service.issue(token, LeafQuestion.of(LEAF));
        assertThat(refused.text()).doesNotContain(token.signature().toBase64()).contains("hub.plant.test");
    }

    @Test
    void aLeafIsTakenFromAnotherGatewayOnlyWhenAskedInSoManyWords() throws IOException {
        assertThat(service.desk().assign(LEAF, OTHER_GATEWAY, false, "op"))
                .isEqualTo(new AssignmentReply.HeldBy(GATEWAY));
        assertThat(service.issue(tokenOf(GATEWAY), LeafQuestion.of(LEAF))).isInstanceOf(TokenDecision.Granted.class);

        assertThat(service.desk().assign(LEAF, OTHER_GATEWAY, true, "op")).isInstanceOf(AssignmentReply.Assigned.class);
        refused(Refusal.NOT_ASSIGNED, tokenOf(GATEWAY));
        assertThat(service.issue(tokenOf(OTHER_GATEWAY), LeafQuestion.of(LEAF)))
                .isInstanceOf(TokenDecision.Granted.class);
    }

    @Test
    void assigningTheSameAgainChangesNothing() throws IOException {
        service.issue(tokenOf(GATEWAY), LeafQuestion.of(LEAF));
        service.desk().assign(LEAF, GATEWAY, false, "op");
        assertThat(service.desk().find(LEAF).orElseThrow().issued()).isEqualTo(1);
    }

    @Test
    void aGatewayMayBeGivenLeavesBeforeItIsProvisionedButNoUnknownLeaves() throws IOException {
        assertThat(service.desk().assign(DeviceId.of("meter-9"), GATEWAY, false, "op"))
                .isEqualTo(new AssignmentReply.UnknownLeaf(DeviceId.of("meter-9")));
        service.desk().remove(LEAF);
        assertThat(service.desk().assign(LEAF, DeviceId.of("gw-of-tomorrow"), false, "op"))
                .isInstanceOf(AssignmentReply.Assigned.class);
        assertThatThrownBy(() -> service.desk().assign(LEAF, LEAF, false, "op"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private void refused(Refusal expected, SasToken token) {
        assertThat(service.issue(token, LeafQuestion.of(LEAF)))
                .isInstanceOfSatisfying(TokenDecision.Refused.class, refused -> assertThat(refused.reason())
                        .isEqualTo(expected));
    }

    private TokenService service(TokenSettings settings) {
        return TokenService.of(settings, hub, database, clock, nanos::get, random);
    }

    private SasToken tokenOf(DeviceId gateway) {
        return token(ResourceUri.device(HUB, gateway), keyOf(gateway));
    }

    private SasToken token(ResourceUri resource, Secret key) {
        return SasToken.sign(resource, soon(), Optional.empty(), key::hmacSha256);
    }

    private Instant soon() {
        return clock.instant().plus(Duration.ofMinutes(5));
    }

    private Secret keyOf(DeviceId device) {
        return hub.identities().find(device).orElseThrow().keys().primary();
    }
}
