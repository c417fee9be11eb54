// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.AccessDecision;
import io.postern.cloud.hub.DeviceAuthentication.CertificateAuthority;
import io.postern.cloud.hub.DeviceAuthentication.SelfSigned;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.elsewhere.HubAccess;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.KeySealer;
import io.postern.cloud.tokens.HubElsewhere;
import io.postern.cloud.tokens.LeafQuestion;
import io.postern.cloud.tokens.NewLeafPolicy;
import io.postern.cloud.tokens.Refusal;
import io.postern.cloud.tokens.TokenDecision;
import io.postern.cloud.tokens.TokenService;
import io.postern.cloud.tokens.TokenSettings;
import io.postern.testkit.LabCa;
import io.postern.wire.ConnectionString;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A token service in front of a hub of another cloud, of which it knows nothing but its REST host and two policies. */
@Timeout(60)
class TokensElsewhereIT {
    private static final HubName THERE = CloudSite.NAMES.hub();
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    static Path elsewhere;

    private static CloudSite site;
    private static int names;

    @TempDir
    Path directory;

    private final DeviceId gateway = DeviceId.of("gw-" + ++names);
    private final DeviceId leaf = DeviceId.of(gateway + "-meter");
    private final AtomicLong nanos = new AtomicLong();
    private Database database;
    private KeySealer sealer;
    private TokenService service;

    @BeforeAll
    static void openHub() throws IOException {
        site = new CloudSite(elsewhere);
        site.start(0, 0);
    }

    @AfterAll
    static void closeHub() {
        site.close();
    }

    @BeforeEach
    void open() throws IOException {
        database = Database.open(directory.resolve("cloud.db"));
        sealer = KeySealer.open(directory.resolve("master.key"), database, RANDOM);
        service = service("registryReadWrite", NewLeafPolicy.OFF);
        site.hub().identities().create(IdentityDraft.of(gateway));
        site.hub().identities().create(IdentityDraft.of(leaf));
    }

    @AfterEach
    void close() {
        service.close();
        database.close();
    }

    @Test
    @Tag("SYS-09")
    @Tag("HUB-18")
    void aGatewayIsBelievedByItsOwnKeyAndGetsATokenThatOpensItsLeafThere() throws IOException {
        service.desk().assign(leaf, gateway, false, "op");
        SasToken token = granted();

        assertThat(token.resource()).isEqualTo(ResourceUri.device(THERE, leaf));
        assertThat(token.keyName()).hasValue("device");
        assertThat(site.hub().gatekeeper().admitDevice(token, leaf)).isInstanceOf(AccessDecision.Allowed.class);
        assertThat(site.hub().gatekeeper().admitDevice(token, gateway)).isInstanceOf(AccessDecision.Denied.class);
    }

    @Test
    void whoeverIsNotThatGatewayIsNotProven() throws IOException {
        service.desk().assign(leaf, gateway, false, "op");
        refused(Refusal.NOT_PROVEN, signed(gateway, Secret.random(32, RANDOM)));
        refused(Refusal.NOT_PROVEN, signed(DeviceId.of("gw-nobody"), key(gateway)));
        refused(Refusal.NOT_PROVEN, signed(leaf, key(gateway)));
    }

    @Test
    void aGatewayIsBelievedByTheThumbprintOfItsCertificateAndNotByACasWord() throws IOException {
        Instant now = Instant.now();
        LabCa.Holder held = LabCa.selfSigned("gw-x", now, now.plusSeconds(600));
        DeviceId byPrint = DeviceId.of(gateway + "-x");
        DeviceId byCa = DeviceId.of(gateway + "-ca");
        site.hub().identities().create(IdentityDraft.of(byPrint).with(SelfSigned.of(held.certificate())));
        site.hub().identities().create(IdentityDraft.of(byCa).with(new CertificateAuthority()));
        service.desk().assign(leaf, byPrint, false, "op");
        var shown = new CertificateChain(held.chain());

        assertThat(service.issue(shown, byPrint, LeafQuestion.of(leaf))).isInstanceOf(TokenDecision.Granted.class);
        var other = new CertificateChain(
                LabCa.selfSigned("gw-x", now, now.plusSeconds(600)).chain());
        assertThat(reason(service.issue(other, byPrint, LeafQuestion.of(leaf)))).isEqualTo(Refusal.NOT_PROVEN);
        assertThat(reason(service.issue(shown, byCa, LeafQuestion.of(leaf)))).isEqualTo(Refusal.NOT_PROVEN);
        assertThat(reason(service.issue(shown, gateway, LeafQuestion.of(leaf)))).isEqualTo(Refusal.NOT_PROVEN);
    }

    @Test
    @Tag("SYS-09")
    void aLeafIsRevokedByDisablingItThereAndGrantedByEnablingItAgain() throws IOException {
        service.desk().assign(leaf, gateway, false, "op");
        SasToken before = granted();
        var outcome = service.desk().revoke(leaf, "lost", "op");
        assertThat(outcome.problem()).isEmpty();
        assertThat(outcome.effect()).contains("disabled in the hub");

        assertThat(site.hub().gatekeeper().admitDevice(before, leaf)).isInstanceOf(AccessDecision.Denied.class);
        assertThat(site.hub().identities().find(leaf).orElseThrow().statusReason())
                .contains("revoked: lost (op)");
        refused(Refusal.REVOKED_LEAF, signed(gateway, key(gateway)));

        Secret key = key(leaf);
        service.desk().grant(leaf, "op");
        assertThat(granted()).isNotNull();
        assertThat(site.hub().identities().find(leaf).orElseThrow().enabled()).isTrue();
        assertThat(key(leaf)).as("sent back as it was read").isEqualTo(key);
    }

    @Test
    void aLeafThatSomebodyElseDisabledIsNotEnabledByAGrant() throws IOException {
        service.desk().assign(leaf, gateway, false, "op");
        site.hub().identities().update(IdentityDraft.of(leaf).disabled("broken"), IfMatch.ANY);
        service.desk().grant(leaf, "op");
        assertThat(site.hub().identities().find(leaf).orElseThrow().enabled()).isFalse();
        refused(Refusal.DISABLED_LEAF, signed(gateway, key(gateway)));
    }

    @Test
    @Tag("DEC-8")
    void aLeafThatWasDeletedAndMadeAgainIsAnotherOne() throws IOException {
        service.desk().assign(leaf, gateway, false, "op");
        granted();
        site.hub().identities().handOver(leaf, "heir");
        site.hub().identities().create(IdentityDraft.of(leaf), Optional.of("heir"));
        nanos.addAndGet(Duration.ofSeconds(11).toNanos());
        refused(Refusal.REPLACED_LEAF, signed(gateway, key(gateway)));
    }

    @Test
    void whatTheHubSaidIsBelievedForTenSeconds() throws IOException {
        service.desk().assign(leaf, gateway, false, "op");
        granted();
        site.hub().identities().update(IdentityDraft.of(gateway).disabled("stolen"), IfMatch.ANY);
        nanos.addAndGet(Duration.ofSeconds(11).toNanos());
        refused(Refusal.DISABLED_GATEWAY, signed(gateway, key(gateway)));
    }

    @Test
    void whileTheHubIsAwayGatewaysAreToldSoAndARevocationWaits() throws IOException {
        service.desk().assign(leaf, gateway, false, "op");
        granted();
        int port = site.endpoint().httpsPort();
        site.endpoint().close();
        nanos.addAndGet(Duration.ofSeconds(11).toNanos());
        var away = (TokenDecision.Refused) service.issue(signed(gateway, key(gateway)), LeafQuestion.of(leaf));
        assertThat(away.reason()).isEqualTo(Refusal.HUB_NOT_REACHED);
        assertThat(away.text()).contains("cannot be reached", THERE.text());
        assertThat(away.retryAfter()).isPresent();

        assertThat(service.desk().revoke(leaf, "lost", "op").problem()).isPresent();
        assertThat(service.desk().show(leaf).orElseThrow().getBoolean("hubTold"))
                .isFalse();
        site.start(port, 0);
        assertThat(service.desk().settle()).isEmpty();
        assertThat(site.hub().identities().find(leaf).orElseThrow().enabled()).isFalse();
    }

    @Test
    void aPolicyThatMayNotReadTheRegistryIsNamedAndNoGatewayIsBelieved() throws IOException {
        try (TokenService poor = service("service", NewLeafPolicy.OFF)) {
            var refused = (TokenDecision.Refused) poor.issue(signed(gateway, key(gateway)), LeafQuestion.of(leaf));
            assertThat(refused.reason()).isEqualTo(Refusal.HUB_NOT_REACHED);
            assertThat(refused.text()).contains("RegistryRead", "this one is service");
        }
    }

    @Test
    void aNewLeafIsMadeThereAndTaggedWhereThePolicyAllowsIt() throws IOException {
        DeviceId fresh = DeviceId.of(gateway + "-new");
        DeviceId untagged = DeviceId.of(gateway + "-newer");
        NewLeafPolicy on = NewLeafPolicy.of("on", new String[] {"*={gateway}-*"}, 10);
        try (TokenService owner = service("iothubowner", on)) {
            assertThat(owner.issue(signed(gateway, key(gateway)), LeafQuestion.of(fresh)))
                    .isInstanceOf(TokenDecision.Granted.class);
        }
        assertThat(site.hub().twins().find(fresh).orElseThrow().tags())
                .containsEntry("gateway", Json.text(gateway.text()));
        try (TokenService registry = service("registryReadWrite", on)) {
            assertThat(registry.issue(signed(gateway, key(gateway)), LeafQuestion.of(untagged)))
                    .isInstanceOf(TokenDecision.Granted.class);
        }
        assertThat(site.hub().identities().find(untagged)).isPresent();
    }

    @Test
    void theOperatorsKeyIsItsOwnStaysAndOpensNothingInTheHub() throws IOException {
        ConnectionString operator = service.operatorConnection().orElseThrow();
        SasToken token = operator.token(Instant.now());
        for (var permission : Permission.values()) {
            assertThat(site.hub().gatekeeper().admitService(token, permission))
                    .isInstanceOf(AccessDecision.Denied.class);
        }
        assertThat(service.operators().admitService(token, Permission.REGISTRY_READ_WRITE))
                .isInstanceOf(AccessDecision.Allowed.class);
        try (TokenService again = service("registryReadWrite", NewLeafPolicy.OFF)) {
            assertThat(again.operatorConnection()).hasValue(operator);
        }
        SasToken owners = access("iothubowner").policy().token(Instant.now());
        assertThat(service.operators().admitService(owners, Permission.REGISTRY_READ))
                .isInstanceOf(AccessDecision.Denied.class);
    }

    private SasToken granted() {
        return ((TokenDecision.Granted) service.issue(signed(gateway, key(gateway)), LeafQuestion.of(leaf))).token();
    }

    private void refused(Refusal expected, SasToken proof) {
        assertThat(reason(service.issue(proof, LeafQuestion.of(leaf)))).isEqualTo(expected);
    }

    private static Refusal reason(TokenDecision decision) {
        return ((TokenDecision.Refused) decision).reason();
    }

    private TokenService service(String registryPolicy, NewLeafPolicy newLeaves) throws IOException {
        return TokenService.elsewhere(
                TokenSettings.DEFAULTS.with(newLeaves),
                new HubElsewhere(access(registryPolicy), access("device").policy()),
                database,
                sealer,
                InstantSource.system(),
                nanos::get,
                RANDOM);
    }

    private static HubAccess access(String policy) throws IOException {
        Secret key = site.hub().policies().find(policy).orElseThrow().keys().primary();
        String ca = Files.readString(Path.of(
                Json.parseObject(Files.readString(site.connectionFile())).getString("caFile")));
        return new HubAccess(
                new ConnectionString(THERE.text(), policy, key), site.endpoint().httpsPort(), Optional.of(ca));
    }

    private static Secret key(DeviceId device) {
        return site.hub().identities().find(device).orElseThrow().keys().primary();
    }

    private static SasToken signed(DeviceId device, Secret key) {
        return SasToken.sign(
                ResourceUri.device(THERE, device), Instant.now().plusSeconds(600), Optional.empty(), key::hmacSha256);
    }
}
