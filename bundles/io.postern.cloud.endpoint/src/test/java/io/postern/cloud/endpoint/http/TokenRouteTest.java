// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.AccessDecision;
import io.postern.cloud.hub.DeviceAuthentication.SelfSigned;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.IfMatch;
import io.postern.testkit.LabCa;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.ReturnWindow;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.SignedTime;
import jakarta.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenRouteTest {
    @TempDir
    Path directory;

    private TestHub cloud;
    private DeviceIdentity gateway;
    private DeviceIdentity leaf;

    @BeforeEach
    void open() throws Exception {
        cloud = new TestHub(directory);
        gateway = cloud.device("gw-1");
        leaf = cloud.device("meter-1");
        operator("PUT", "/leaves/meter-1", "{\"gateway\":\"gw-1\"}");
    }

    @AfterEach
    void close() {
        cloud.close();
    }

    @Test
    @Tag("SYS-09")
    @Tag("HUB-17")
    void aGatewayGetsItsLeafsTokenOverHttpsAndNoKeyWithIt() throws Exception {
        try (var listener = TestListener.open(directory.resolve("tls"), cloud.routes)) {
            var answer = listener.send(HttpRequest.newBuilder(
                            listener.uri(TestHub.NAMES.tokenHost(), "/leaves/meter-1/token"))
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .header(
                            "Authorization",
                            cloud.deviceToken(gateway).orElseThrow().text().revealUtf8()));

            assertThat(answer.statusCode()).isEqualTo(200);
            JsonObject json = Json.parseObject(answer.body());
            assertThat(json.keySet())
                    .containsExactly("deviceId", "hub", "token", "expires", "now", "scope", "entities", "endpoints");
            assertThat(json.getString("hub")).isEqualTo("hub.endpoint.test");
            assertThat(json.getString("expires")).isEqualTo("2026-03-01T09:00:00Z");
            assertThat(json.getString("now")).isEqualTo("2026-03-01T08:00:00Z");
            SasToken token = SasToken.parse(json.getString("token"));
            assertThat(cloud.hub.gatekeeper().admitDevice(token, leaf.deviceId()))
                    .isInstanceOf(AccessDecision.Allowed.class);
        }
    }

    @Test
    void aGatewayThatAsksGetsTheTimeUnderItsOwnKeyAlsoBesideARefusalAndNobodyElseDoes() throws Exception {
        String nonce = "000102030405060708090a0b0c0d0e0f";
        SasToken own = cloud.deviceToken(gateway).orElseThrow();
        cloud.clock.advance(Duration.ofDays(30)); // the gateway's token has ended: its clock is behind
        try (var listener = TestListener.open(directory.resolve("tls"), cloud.routes)) {
            URI request = listener.uri(TestHub.NAMES.tokenHost(), "/leaves/meter-1/token");
            var answer = listener.send(question(request, own).header(SignedTime.NONCE, nonce));
            assertThat(answer.statusCode()).isEqualTo(401);
            SignedTime time = SignedTime.parse(
                    answer.headers().firstValue(SignedTime.HEADER).orElseThrow());
            assertThat(time.time()).isEqualTo(cloud.clock.instant());
            byte[] said = SignedTime.stringToSign(nonce, time.time());
            assertThat(time.isSignature(gateway.keys().primary().hmacSha256(said)))
                    .isTrue();
            assertThat(answer.headers().firstValue("Date")).isPresent();

            assertThat(listener.send(question(request, own)).headers().firstValue(SignedTime.HEADER))
                    .as("not asked for")
                    .isEmpty();
            assertThat(listener.send(question(request, own).header(SignedTime.NONCE, "hub/devices/gw-1"))
                            .headers()
                            .firstValue(SignedTime.HEADER))
                    .as("no nonce")
                    .isEmpty();
            SasToken forged = SasToken.sign(
                    own.resource(), own.expiry(), Optional.empty(), Secret.utf8("another key")::hmacSha256);
            assertThat(listener.send(question(request, forged).header(SignedTime.NONCE, nonce))
                            .headers()
                            .firstValue(SignedTime.HEADER))
                    .as("not its key")
                    .isEmpty();
        }
    }

    private static HttpRequest.Builder question(URI to, SasToken token) {
        return HttpRequest.newBuilder(to)
                .POST(HttpRequest.BodyPublishers.noBody())
                .header("Authorization", token.text().revealUtf8());
    }

    @Test
    void everyRefusalHasItsStatusAndTellsWhy() {
        DeviceIdentity other = cloud.device("gw-2");
        assertRefused(ask("meter-1", Optional.empty()), 401, "missing");
        assertRefused(ask("meter-1", cloud.policyToken("iothubowner")), 401, "signed with its own key");
        assertRefused(ask("meter-1", cloud.deviceToken(other)), 403, "not assigned to gateway gw-2");
        assertRefused(ask("meter-9", cloud.deviceToken(gateway)), 404, "meter-9");

        cloud.hub.identities().update(IdentityDraft.of(leaf.deviceId()).disabled("service"), IfMatch.ANY);
        assertRefused(ask("meter-1", cloud.deviceToken(gateway)), 403, "meter-1 is disabled");
        cloud.hub.identities().delete(leaf.deviceId(), IfMatch.ANY);
        assertRefused(ask("meter-1", cloud.deviceToken(gateway)), 409, "barred until");
        cloud.hub.identities().update(IdentityDraft.of(gateway.deviceId()).disabled("stolen"), IfMatch.ANY);
        assertRefused(ask("meter-1", cloud.deviceToken(gateway)), 403, "gw-1 is disabled");
    }

    @Test
    @Tag("HUB-03")
    @Tag("HUB-17")
    void aGatewayProvesItselfByTheCertificateItIsRegisteredWith() {
        Instant now = cloud.clock.instant();
        LabCa.Holder held = LabCa.selfSigned("gw-x", now, now.plusSeconds(60));
        DeviceId gatewayX = DeviceId.of("gw-x");
        cloud.hub.identities().create(IdentityDraft.of(gatewayX).with(SelfSigned.of(held.certificate())));
        operator("PUT", "/leaves/meter-1", "{\"gateway\":\"gw-x\",\"handover\":true}");

        Reply granted = shown("", held);
        assertThat(granted.status()).isEqualTo(200);
        SasToken token = SasToken.parse(TestHub.json(granted).getString("token"));
        assertThat(cloud.hub.gatekeeper().admitDevice(token, leaf.deviceId()))
                .isInstanceOf(AccessDecision.Allowed.class);
        assertThat(shown("{\"gateway\":\"gw-x\",\"hub\":\"hub.endpoint.test\"}", held)
                        .status())
                .isEqualTo(200);

        assertRefused(shown("", LabCa.selfSigned("gw-x", now, now.plusSeconds(60))), 401, "client certificate");
        assertRefused(shown("{\"gateway\":\"gw-1\"}", held), 401, "client certificate");
        assertRefused(shown("{\"gateway\":\"gw-9\"}", held), 401, "client certificate");
        assertRefused(shown("{\"hub\":\"hub.other.test\"}", held), 400, "there is no hub hub.other.test");
        cloud.hub.identities().update(IdentityDraft.of(gatewayX).disabled("stolen"), IfMatch.ANY);
        assertRefused(shown("", held), 403, "gw-x is disabled");
    }

    @Test
    @Tag("HUB-17")
    void aGatewayThatLostItsSessionsAsksWhenToComeBackAndIsTheNextAfterWhoAskedBefore() {
        DeviceIdentity other = cloud.device("gw-2");
        Reply first = comeBack("gw-1", cloud.deviceToken(gateway), "{\"out\":80}");
        assertThat(first.status()).isEqualTo(200);
        assertThat(ReturnWindow.of(TestHub.json(first)))
                .isEqualTo(new ReturnWindow(Duration.ZERO, Duration.ofSeconds(1)));
        ReturnWindow second =
                ReturnWindow.of(TestHub.json(comeBack("gw-2", cloud.deviceToken(other), "{\"out\":160}")));
        assertThat(second.from()).isBetween(Duration.ofMillis(1), Duration.ofSeconds(1));
        assertThat(second.span()).isEqualTo(Duration.ofSeconds(2));

        assertRefused(comeBack("gw-1", Optional.empty(), "{\"out\":80}"), 401, "missing");
        assertRefused(comeBack("gw-1", cloud.policyToken("iothubowner"), "{\"out\":80}"), 401, "its own key");
        assertRefused(comeBack("gw-1", cloud.deviceToken(gateway), "{}"), 400, "out");
        assertRefused(comeBack("gw-1", cloud.deviceToken(gateway), "{\"out\":\"all\"}"), 400, "out");
        assertThat(cloud.reply(cloud.request(
                                "GET",
                                TestHub.NAMES.tokenHost(),
                                "/gateways/gw-1/return",
                                "",
                                cloud.deviceToken(gateway)))
                        .status())
                .isEqualTo(405);
        cloud.hub.identities().update(IdentityDraft.of(gateway.deviceId()).disabled("stolen"), IfMatch.ANY);
        assertRefused(comeBack("gw-1", cloud.deviceToken(gateway), "{\"out\":80}"), 403, "gw-1 is disabled");
    }

    private Reply comeBack(String device, Optional<SasToken> token, String body) {
        return cloud.reply(
                cloud.request("POST", TestHub.NAMES.tokenHost(), "/gateways/" + device + "/return", body, token));
    }

    @Test
    void anOperatorKeepsTheList() {
        ask("meter-1", cloud.deviceToken(gateway));
        JsonObject held =
                Json.parseArray(operator("GET", "/leaves", "").body().toUtf8()).getJsonObject(0);
        assertThat(held)
                .containsEntry("leaf", Json.text("meter-1"))
                .containsEntry("gateway", Json.text("gw-1"))
                .containsEntry("issued", Json.number(1L))
                .containsEntry("lastExpires", Json.text("2026-03-01T09:00:00Z"));

        assertRefused(operator("PUT", "/leaves/meter-1", "{\"gateway\":\"gw-2\"}"), 409, "\"handover\": true");
        assertThat(operator("PUT", "/leaves/meter-1", "{\"gateway\":\"gw-2\",\"handover\":true}")
                        .status())
                .isEqualTo(200);
        assertRefused(operator("PUT", "/leaves/meter-9", "{\"gateway\":\"gw-1\"}"), 404, "create it in the hub first");
        assertRefused(operator("PUT", "/leaves/meter-1", "{}"), 400, "gateway");
        assertThat(operator("DELETE", "/leaves/meter-1", "").status()).isEqualTo(204);
        assertRefused(operator("GET", "/leaves/meter-1", ""), 404, "meter-1");
    }

    @Test
    @Tag("SYS-09")
    void anOperatorTakesTokensBackGrantsAnewAndReadsWhatHappened() {
        SasToken before = tokenOf(ask("meter-1", cloud.deviceToken(gateway)));
        JsonObject revoked =
                TestHub.json(operator("POST", "/leaves/meter-1/revoke", "{\"reason\":\"seen elsewhere\"}"));
        assertThat(revoked.getJsonArray("leaves")).containsExactly(Json.text("meter-1"));
        assertThat(revoked.getBoolean("hubTold")).isTrue();
        assertThat(cloud.hub.gatekeeper().admitDevice(before, leaf.deviceId()))
                .isInstanceOf(AccessDecision.Denied.class);
        assertRefused(ask("meter-1", cloud.deviceToken(gateway)), 403, "were revoked: seen elsewhere");

        assertThat(operator("POST", "/leaves/meter-1/grant", "").status()).isEqualTo(200);
        SasToken after = tokenOf(ask("meter-1", cloud.deviceToken(gateway)));
        assertThat(cloud.hub.gatekeeper().admitDevice(after, leaf.deviceId()))
                .isInstanceOf(AccessDecision.Allowed.class);
        assertThat(cloud.hub.gatekeeper().admitDevice(before, leaf.deviceId()))
                .isInstanceOf(AccessDecision.Denied.class);

        JsonObject shown = TestHub.json(operator("GET", "/leaves/meter-1", ""));
        assertThat(shown.getJsonArray("history").getValuesAs(JsonObject.class))
                .extracting(entry -> entry.getString("event"))
                .containsExactly("issued", "granted", "refused", "revoked", "issued", "assigned");
        assertThat(shown.getJsonArray("history").getJsonObject(3))
                .containsEntry("who", Json.text("registryReadWrite"))
                .containsEntry("reason", Json.text("seen elsewhere"));
    }

    @Test
    void allLeavesOfAStolenGatewayAreRevokedInOneCall() {
        cloud.device("meter-2");
        operator("PUT", "/leaves/meter-2", "{\"gateway\":\"gw-1\"}");
        JsonObject revoked = TestHub.json(operator("POST", "/gateways/gw-1/revoke", "{\"reason\":\"stolen\"}"));
        assertThat(revoked.getJsonArray("leaves")).containsExactly(Json.text("meter-1"), Json.text("meter-2"));
        assertRefused(ask("meter-2", cloud.deviceToken(gateway)), 403, "stolen");
        assertThat(TestHub.json(operator("POST", "/gateways/gw-9/revoke", "{\"reason\":\"stolen\"}"))
                        .getJsonArray("leaves"))
                .isEmpty();
    }

    @Test
    void aRevocationSaysWhyAndNamesALeafThatIsThere() {
        assertRefused(operator("POST", "/leaves/meter-1/revoke", "{}"), 400, "reason");
        assertRefused(operator("POST", "/leaves/meter-1/revoke", "{\"reason\":\" \"}"), 400, "says why");
        assertRefused(operator("POST", "/leaves/meter-1/revoke", "[]"), 400, "object");
        assertRefused(operator("POST", "/leaves/meter-9/revoke", "{\"reason\":\"x\"}"), 404, "meter-9");
        assertRefused(operator("POST", "/leaves/meter-9/grant", ""), 404, "meter-9");
        assertRefused(operator("POST", "/newLeaves/meter-9/approve", ""), 404, "meter-9");
        assertThat(operator("GET", "/leaves/meter-1/revoke", "").status()).isEqualTo(405);
        assertThat(operator("POST", "/leaves/meter-1/explode", "").status()).isEqualTo(404);
        assertThat(operator("POST", "/gateways", "").status()).isEqualTo(404);
    }

    private static SasToken tokenOf(Reply granted) {
        assertThat(granted.status()).isEqualTo(200);
        return SasToken.parse(TestHub.json(granted).getString("token"));
    }

    private Reply ask(String name, Optional<SasToken> token) {
        return cloud.reply(cloud.request("POST", TestHub.NAMES.tokenHost(), "/leaves/" + name + "/token", "", token));
    }

    private Reply shown(String body, LabCa.Holder holder) {
        return cloud.reply(cloud.request(
                "POST", TestHub.NAMES.tokenHost(), "/leaves/meter-1/token", body, Optional.empty(), holder.chain()));
    }

    private Reply operator(String method, String path, String body) {
        return cloud.reply(
                cloud.request(method, TestHub.NAMES.tokenHost(), path, body, cloud.policyToken("registryReadWrite")));
    }

    private static void assertRefused(Reply reply, int status, String why) {
        assertThat(reply.status()).isEqualTo(status);
        assertThat(TestHub.json(reply).getString("message")).contains(why);
        assertThat(TestHub.json(reply).getString("Message")).startsWith("ErrorCode:");
    }
}
