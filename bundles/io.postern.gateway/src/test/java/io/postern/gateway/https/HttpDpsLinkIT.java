// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.https.HttpsExchange.Limits;
import io.postern.gateway.https.ScriptedServer.Asked;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.RegistrationReply;
import io.postern.testkit.Hosts;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.ServerIdentity;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.dps.RegistrationRequest;
import io.postern.wire.tpm.ActivationBlob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The link to the provisioning service against an HTTPS server that says everything a service might. */
class HttpDpsLinkIT {
    private static final String NAME = "provisioning.https-link.example";
    private static final String ADDRESS = LoopbackAddress.random();
    private static final IdScope SCOPE = IdScope.of("0ne000LAB");
    private static final RegistrationId ID = RegistrationId.of("gw-1");
    private static final RegistrationRequest REQUEST = new RegistrationRequest(
            ID,
            Optional.empty(),
            Optional.of(Json.object().add("modelId", "dtmi:lab:gw;1").build()));
    private static final Optional<Credential> NO_TOKEN = Optional.empty();
    private static final Limits IMPATIENT =
            new Limits(Duration.ofSeconds(5), Duration.ofMillis(300), Duration.ofSeconds(5));

    @TempDir
    static Path directory;

    private static ServerIdentity identity;

    private ScriptedServer server;
    private HttpDpsLink link;

    @BeforeAll
    static void makeNameAndKey() {
        Hosts.write(ADDRESS, NAME, "other.https-link.example");
        identity = ServerIdentity.selfSigned(directory, NAME);
    }

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer(ADDRESS, identity);
        link = link(NAME, identity.pem(), Limits.DEFAULT);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @AfterAll
    static void forget() {
        Hosts.write("127.0.0.1", NAME);
    }

    @Test
    void asksToRegisterAsTheServiceExpects() throws IOException {
        server.willAnswer(202, Map.of("Retry-After", "3"), """
                {"operationId":"5.op.1","status":"assigning"}""");

        RegistrationReply reply = link.register(SCOPE, REQUEST, NO_TOKEN);

        Asked asked = server.asked();
        assertThat(asked.method()).isEqualTo("PUT");
        assertThat(asked.uri()).isEqualTo("/0ne000LAB/registrations/gw-1/register?api-version=2019-03-31");
        assertThat(asked.host()).isEqualTo(NAME + ":" + server.port());
        assertThat(asked.authorization()).isEmpty();
        assertThat(Json.parseObject(asked.body())).isEqualTo(Json.parseObject("""
                {"registrationId":"gw-1","payload":{"modelId":"dtmi:lab:gw;1"}}"""));
        assertThat(reply).isEqualTo(new RegistrationReply.Assigning("5.op.1", Duration.ofSeconds(3)));
    }

    @Test
    @Tag("HUB-02")
    @Tag("HUB-05")
    void theTokenTravelsAndNotTheKey() throws IOException {
        Secret key = Secret.base64("gIGCg4SFhoeIiYqLjI2Oj5CRkpOUlZaXmJmam5ydnp8=");
        var token = SasToken.sign(
                ResourceUri.registration(SCOPE, ID),
                Instant.ofEpochSecond(1800000000),
                Optional.of("registration"),
                key::hmacSha256);
        server.willAnswer(200, """
                {"operationId":"5.op/1","status":"assigning"}""");

        link.status(SCOPE, ID, "5.op/1", Optional.of(new Credential.Token(token)));

        Asked asked = server.asked();
        assertThat(asked.method()).isEqualTo("GET");
        assertThat(asked.uri()).isEqualTo("/0ne000LAB/registrations/gw-1/operations/5.op%2F1?api-version=2019-03-31");
        assertThat(asked.authorization()).contains(token.text().revealUtf8());
        assertThat(asked.toString()).doesNotContain(key.revealBase64());
        SasToken arrived = SasToken.parse(asked.authorization().orElseThrow());
        assertThat(arrived.isSignedBy(key)).isTrue();
        assertThat(arrived.isExpired(Instant.ofEpochSecond(1800000000))).isTrue();
        assertThat(arrived.resource()).isEqualTo(ResourceUri.registration(SCOPE, ID));
    }

    @Test
    @Tag("DPS-06")
    void a401WithAKeyIsAChallenge() throws IOException {
        Bytes part = Bytes.of(new byte[40]);
        var blob = new ActivationBlob(part, part, part, part, part, Bytes.EMPTY);
        server.willAnswer(401, """
                {"authenticationKey":"%s","keyName":"registration"}""".formatted(blob.encode().toBase64()));

        assertThat(link.register(SCOPE, REQUEST, NO_TOKEN)).isEqualTo(new RegistrationReply.Challenge(blob));
    }

    @Test
    void a401WithoutAKeyIsADenial() throws IOException {
        server.willAnswer(401, """
                {"errorCode":401002,"message":"the token has expired","trackingId":"t-1"}""");

        assertThat(link.register(SCOPE, REQUEST, NO_TOKEN))
                .isEqualTo(new RegistrationReply.Denied(401, "401002 the token has expired (tracking id t-1)"));
    }

    @Test
    void aChallengeThatCannotBeReadIsAnError() {
        server.willAnswer(401, """
                {"authenticationKey":"AAAA","keyName":"registration"}""");

        assertThatThrownBy(() -> link.register(SCOPE, REQUEST, NO_TOKEN))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("challenge that cannot be read");
    }

    @Test
    void anAssignmentIsReadWhole() throws IOException {
        server.willAnswer(200, """
                {"operationId":"5.op.1","status":"assigned","registrationState":{"registrationId":"gw-1",
                "createdDateTimeUtc":"2026-03-01T08:00:00.0000000Z","assignedHub":"Hub.lab.test","deviceId":"Gw-1",
                "status":"assigned","substatus":"initialAssignment","lastUpdatedDateTimeUtc":"2026-03-01T08:00:00.0000000Z",
                "etag":"IjEi","tpm":{"authenticationKey":"AAECAw=="},"x509":{},"unknown":[1,2]}}""");

        var reply = link.status(SCOPE, ID, "5.op.1", NO_TOKEN);

        assertThat(reply).isInstanceOfSatisfying(RegistrationReply.Assigned.class, assigned -> {
            assertThat(assigned.registration().assignedHub()).contains(HubName.of("hub.lab.test"));
            assertThat(assigned.registration().deviceId()).contains(DeviceId.of("Gw-1"));
            assertThat(assigned.registration().authenticationKey()).contains(Bytes.hex("00010203"));
        });
    }

    @Test
    void aDisabledEnrollmentIsTold() throws IOException {
        server.willAnswer(200, """
                {"operationId":"o","status":"disabled","registrationState":{"registrationId":"gw-1","status":"disabled",
                "errorCode":403001,"errorMessage":"enrollment gw-1 is disabled"}}""");

        assertThat(link.status(SCOPE, ID, "o", NO_TOKEN))
                .isEqualTo(new RegistrationReply.Disabled("enrollment gw-1 is disabled"));
    }

    @Test
    void failuresOfTheOperationAreToldApart() throws IOException {
        server.willAnswer(200, """
                {"operationId":"o","status":"failed","registrationState":{"registrationId":"gw-1","status":"failed",
                "errorCode":400208,"errorMessage":"no hub is linked"}}""");
        server.willAnswer(200, """
                {"operationId":"o","status":"failed","registrationState":{"registrationId":"gw-1","status":"failed",
                "errorCode":400209,"errorMessage":"unauthorized"}}""");

        assertThat(link.status(SCOPE, ID, "o", NO_TOKEN))
                .isEqualTo(new RegistrationReply.Failed(400208, "no hub is linked", true, Optional.empty()));
        assertThat(link.status(SCOPE, ID, "o", NO_TOKEN))
                .isEqualTo(new RegistrationReply.Denied(400209, "unauthorized"));
    }

    @Test
    void refusalsAreSortedByWhetherWaitingHelps() throws IOException {
        record Case(int status, RegistrationReply expected) {}
        String body = """
                {"errorCode":1,"message":"no"}""";
        for (Case each : List.of(
                new Case(400, new RegistrationReply.Failed(400, "1 no", false, Optional.empty())),
                new Case(403, new RegistrationReply.Denied(403, "1 no")),
                new Case(404, new RegistrationReply.Denied(404, "1 no")),
                new Case(409, new RegistrationReply.Failed(409, "1 no", true, Optional.empty())),
                new Case(412, new RegistrationReply.Failed(412, "1 no", false, Optional.empty())),
                new Case(429, new RegistrationReply.Failed(429, "1 no", true, Optional.empty())),
                new Case(500, new RegistrationReply.Failed(500, "1 no", true, Optional.empty())),
                new Case(503, new RegistrationReply.Failed(503, "1 no", true, Optional.empty())))) {
            server.willAnswer(each.status(), body);
            assertThat(link.register(SCOPE, REQUEST, NO_TOKEN)).isEqualTo(each.expected());
        }
    }

    @Test
    void theTimeToWaitIsHonouredWithinReason() throws IOException {
        assertThat(assigningAfter("0")).as("decided already").isZero();
        assertThat(assigningAfter("1")).isEqualTo(Duration.ofSeconds(2));
        assertThat(assigningAfter("7")).isEqualTo(Duration.ofSeconds(7));
        assertThat(assigningAfter("86400")).isEqualTo(Duration.ofSeconds(60));
        assertThat(assigningAfter("soon")).isEqualTo(Duration.ofSeconds(3));

        server.willAnswer(429, Map.of("Retry-After", "120"), "");
        server.willAnswer(503, Map.of("Retry-After", "999999999"), "");
        assertThat(link.register(SCOPE, REQUEST, NO_TOKEN))
                .isEqualTo(new RegistrationReply.Failed(429, "no body", true, Optional.of(Duration.ofMinutes(2))));
        assertThat(link.register(SCOPE, REQUEST, NO_TOKEN))
                .isEqualTo(new RegistrationReply.Failed(503, "no body", true, Optional.of(Duration.ofHours(1))));
    }

    @Test
    void whatIsNoRegistrationIsAnErrorThatSaysSo() {
        for (String garbage : List.of(
                "",
                "<html>welcome</html>",
                "[]",
                "{}",
                "{\"status\":7}",
                "{\"status\":\"dancing\",\"operationId\":\"o\"}",
                "{\"status\":\"assigning\"}",
                "{\"status\":\"assigned\",\"operationId\":\"o\"}",
                "{\"status\":\"assigned\",\"registrationState\":{\"registrationId\":\"gw-1\",\"status\":\"assigned\","
                        + "\"createdDateTimeUtc\":\"yesterday\"}}",
                "{\"status\":\"assigned\",\"registrationState\":{\"registrationId\":\"gw-1\",\"status\":\"assigned\","
                        + "\"tpm\":{\"authenticationKey\":\"%%%\"}}}",
                "{".repeat(5000))) {
            server.willAnswer(200, garbage);
            assertThatThrownBy(() -> link.register(SCOPE, REQUEST, NO_TOKEN))
                    .as(garbage)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no registration");
        }
    }

    @Test
    void anAnswerWithoutEndIsCutOff() {
        server.willAnswer(200, " ".repeat(97 * 1024));

        assertThatThrownBy(() -> link.register(SCOPE, REQUEST, NO_TOKEN))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("longer than 98304 bytes");
    }

    @Test
    void theRequestsOfAnAttemptShareOneConnection() throws IOException {
        server.willAnswer(401, "{\"message\":\"first\"}");
        server.willAnswer(202, "{\"operationId\":\"o\",\"status\":\"assigning\"}");
        server.willAnswer(200, "{\"operationId\":\"o\",\"status\":\"disabled\"}");

        link.register(SCOPE, REQUEST, NO_TOKEN);
        link.register(SCOPE, REQUEST, NO_TOKEN);
        link.status(SCOPE, ID, "o", NO_TOKEN);

        int port = server.asked().fromPort();
        assertThat(server.asked().fromPort()).isEqualTo(port);
        assertThat(server.asked().fromPort()).isEqualTo(port);
    }

    @Test
    void aRedirectionIsNotFollowed() throws IOException {
        server.willAnswer(307, Map.of("Location", "https://" + NAME + ":" + server.port() + "/elsewhere"), "");

        assertThat(link.register(SCOPE, REQUEST, NO_TOKEN))
                .isInstanceOfSatisfying(RegistrationReply.Failed.class, failed -> assertThat(failed.code())
                        .isEqualTo(307));
        server.asked();
        assertThat(server.hasBeenAsked()).isFalse();
    }

    @Test
    @Tag("HUB-21")
    void aServerUnderAnotherRootIsNotTalkedTo() throws IOException {
        ServerIdentity other = ServerIdentity.selfSigned(directory, NAME);

        assertThatThrownBy(() -> link(NAME, other.pem(), Limits.DEFAULT).register(SCOPE, REQUEST, NO_TOKEN))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not prove to be that server")
                .hasMessageContaining("root certificates");
        assertThat(server.hasBeenAsked()).isFalse();
    }

    @Test
    @Tag("HUB-21")
    void aServerWithTheRightRootAndAnotherNameIsNotTalkedTo() throws IOException {
        HttpDpsLink wrongName = link("other.https-link.example", identity.pem(), Limits.DEFAULT);

        assertThatThrownBy(() -> wrongName.register(SCOPE, REQUEST, NO_TOKEN))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not prove to be that server")
                .hasMessageContaining("other.https-link.example");
        assertThat(server.hasBeenAsked()).isFalse();
    }

    @Test
    void aSilentServerIsGivenUp() throws IOException {
        HttpDpsLink impatient = link(NAME, identity.pem(), IMPATIENT);

        assertThatThrownBy(() -> impatient.register(SCOPE, REQUEST, NO_TOKEN))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("did not answer in time");
    }

    @Test
    void nobodyThereAndNoSuchNameAreToldApart() throws IOException {
        server.close();
        HttpDpsLink unknown = link("nowhere.https-link.example", identity.pem(), Limits.DEFAULT);

        assertThatThrownBy(() -> link.register(SCOPE, REQUEST, NO_TOKEN)).hasMessageContaining("nobody listens there");
        assertThatThrownBy(() -> unknown.register(SCOPE, REQUEST, NO_TOKEN)).hasMessageContaining("name is not known");
    }

    @Test
    void rootsThatCannotBeLoadedAreNamed() throws IOException {
        Path missing = directory.resolve("missing.pem");
        Path text = Files.writeString(directory.resolve("text.pem"), "hello");
        Path broken = Files.writeString(
                directory.resolve("broken.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

        for (Path file : List.of(missing, text, broken)) {
            assertThatThrownBy(() -> TrustAnchors.load(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("caFile: ")
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("PEM");
        }
    }

    private Duration assigningAfter(String header) throws IOException {
        server.willAnswer(202, Map.of("Retry-After", header), """
                {"operationId":"o","status":"assigning"}""");
        return link.register(SCOPE, REQUEST, NO_TOKEN) instanceof RegistrationReply.Assigning assigning
                ? assigning.retryAfter()
                : Duration.ofDays(-1);
    }

    private HttpDpsLink link(String name, Path roots, Limits limits) throws IOException {
        return new HttpDpsLink(name + ":" + server.port(), new HttpsExchange(TrustAnchors.load(roots), limits));
    }
}
