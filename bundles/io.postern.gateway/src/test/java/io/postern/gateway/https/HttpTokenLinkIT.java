// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.identity.BoxWitness;
import io.postern.gateway.identity.MemoryFacts;
import io.postern.gateway.spi.ClientCertificate;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.ThrottledException;
import io.postern.gateway.spi.TokenLink.Asker;
import io.postern.gateway.spi.TokenLink.Grant;
import io.postern.testkit.Hosts;
import io.postern.testkit.LabCa;
import io.postern.testkit.LogCapture;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.ServerIdentity;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.LeafTokenAnswer;
import io.postern.wire.ResourceUri;
import io.postern.wire.ReturnWindow;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.Slot;
import io.postern.wire.box.BoxStatement;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("NullAway.Init") // set before each test
class HttpTokenLinkIT {
    private static final String NAME = "tokens.token-link.example";
    private static final String ADDRESS = LoopbackAddress.random();
    private static final DeviceId METER = DeviceId.of("meter#1");
    private static final HubName HUB = HubName.of("hub.lab.test");
    private static final Secret KEY = Secret.utf8("some key");
    private static final SasToken OWN = SasToken.sign(
            ResourceUri.device(HUB, DeviceId.of("gw-1")),
            Instant.parse("2030-01-01T00:00:00Z"),
            Optional.empty(),
            KEY::hmacSha256);
    private static final Asker GATEWAY = new Asker(HUB, DeviceId.of("gw-1"), new Credential.Token(OWN));
    private static final SasToken LEAF = SasToken.sign(
            ResourceUri.device(HUB, METER),
            Instant.parse("2026-03-01T09:00:00Z"),
            Optional.of("tokenservice"),
            KEY::hmacSha256);

    @TempDir
    static Path directory;

    private static ServerIdentity identity;

    private ScriptedServer server;
    private HttpTokenLink link;
    private BoxWitness witness;

    @BeforeAll
    static void makeNameAndKey() {
        Hosts.write(ADDRESS, NAME);
        identity = ServerIdentity.selfSigned(directory, NAME);
    }

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer(ADDRESS, identity);
        var https = new HttpsExchange(TrustAnchors.load(identity.pem()), HttpsExchange.Limits.DEFAULT);
        witness = new BoxWitness(Optional.empty(), new MemoryFacts(), new SplittableRandom(1), System::nanoTime);
        link = new HttpTokenLink(NAME + ":" + server.port(), https, witness);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    @Tag("SYS-09")
    @Tag("HUB-03")
    void aGatewayWithACertificateSaysItsNameAndSendsNoToken() throws IOException {
        server.willAnswer(200, granted("meter#1", "2026-03-01T08:00:00Z", "2026-03-01T09:00:00Z"));
        var own = LabCa.root("Plant", Instant.now()).device("gw-1");
        var shown = new Credential.Certificate(new ClientCertificate(own.chain(), own.key()));

        assertThat(link.leafToken(METER, new Asker(HUB, DeviceId.of("gw-1"), shown)))
                .isInstanceOf(Grant.Granted.class);

        ScriptedServer.Asked asked = server.asked();
        assertThat(asked.authorization()).isEmpty();
        assertThat(Json.object(Json.parseObject(asked.body())).remove("box").build())
                .isEqualTo(Json.parseObject("{\"gateway\":\"gw-1\",\"hub\":\"hub.lab.test\"}"));
    }

    @Test
    @Tag("SYS-09")
    void theGatewaysTokenIsShownAndTheLeafsTokenUnderstoodWithItsLife() throws IOException {
        server.willAnswer(200, granted("meter#1", "2026-03-01T08:00:00Z", "2026-03-01T09:00:00Z"));

        assertThat(link.leafToken(METER, GATEWAY)).isEqualTo(new Grant.Granted(LEAF, Duration.ofHours(1)));

        ScriptedServer.Asked asked = server.asked();
        assertThat(asked.method()).isEqualTo("POST");
        assertThat(asked.uri()).isEqualTo("/leaves/meter%231/token");
        assertThat(asked.authorization()).contains(OWN.text().revealUtf8());
    }

    @Test
    @Tag("SEC-02")
    void theBoxIsToldWithEachQuestionAndACopyHearsThatItIsOne() throws IOException {
        server.willAnswer(403, "{\"errorCode\":403009,\"message\":\"this is not the box that is known\"}");

        assertThat(link.leafToken(METER, GATEWAY)).isInstanceOf(Grant.Refused.class);

        BoxStatement told =
                BoxStatement.of(Json.parseObject(server.asked().body()).getJsonObject(BoxStatement.MEMBER));
        assertThat(told).isEqualTo(witness.statement(HUB, DeviceId.of("gw-1")));
        assertThat(witness.copied()).hasValueSatisfying(why -> assertThat(why).contains("not the box that is known"));

        server.willAnswer(200, granted("meter#1", "2026-03-01T08:00:00Z", "2026-03-01T09:00:00Z"));
        link.leafToken(METER, GATEWAY);
        assertThat(witness.copied()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 409, 429})
    void aRefusalIsAnAnswerWithItsReasonAndTheTimeToWait(int status) throws IOException {
        server.willAnswer(
                status,
                Map.of("Retry-After", "120"),
                "{\"errorCode\":" + status + "002,\"message\":\"leaf meter#1 is disabled\"}");

        assertThat(link.leafToken(METER, GATEWAY))
                .isEqualTo(new Grant.Refused(
                        status, status + "002 leaf meter#1 is disabled", Optional.of(Duration.ofMinutes(2))));
    }

    @Test
    @Tag("ISS-07")
    void whereTheHubIsAndThePlaceOfTheLeafAreTakenFromAnAnswerThatHasThem() throws IOException {
        String bare = granted("meter#1", "2026-03-01T08:00:00Z", "2026-03-01T09:00:00Z");
        server.willAnswer(
                200,
                bare.substring(0, bare.length() - 1)
                        + ",\"endpoints\":[{\"transport\":\"mqtt\",\"host\":\"hub.lab.test\",\"port\":18883}],"
                        + "\"slot\":{\"index\":17,\"of\":60,\"width\":\"1s\"},\"more\":[]}");
        assertThat(link.leafToken(METER, GATEWAY))
                .isEqualTo(new Grant.Granted(
                        LEAF,
                        Duration.ofHours(1),
                        List.of(new LeafTokenAnswer.Endpoint("mqtt", "hub.lab.test", 18883)),
                        Optional.of(new Slot(17, 60, Duration.ofSeconds(1)))));
    }

    @Test
    void aGatewayThatLostItsSessionsAsksWhenToComeBack() throws IOException {
        server.willAnswer(200, "{\"from\":\"2s\",\"span\":\"7s\",\"more\":1}");
        assertThat(link.comeBack(501, GATEWAY))
                .contains(new ReturnWindow(Duration.ofSeconds(2), Duration.ofSeconds(7)));
        ScriptedServer.Asked asked = server.asked();
        assertThat(asked.authorization()).contains(OWN.text().revealUtf8());
        assertThat(Json.parseObject(asked.body()))
                .isEqualTo(Json.parseObject("{\"out\":501,\"hub\":\"hub.lab.test\"}"));

        server.willAnswer(404, "{}");
        assertThat(link.comeBack(501, GATEWAY))
                .as("a service that knows nothing of it")
                .isEmpty();
        for (String body : List.of("", "[]", "{\"from\":\"2s\"}", "{\"from\":\"9h\",\"span\":\"1s\"}")) {
            server.willAnswer(200, body);
            assertThatThrownBy(() -> link.comeBack(501, GATEWAY)).isInstanceOf(IOException.class);
        }
        server.willAnswer(503, "{\"errorCode\":503001,\"message\":\"starting\"}");
        assertThatThrownBy(() -> link.comeBack(501, GATEWAY)).hasMessageContaining("503001 starting");
    }

    @Test
    void aServiceThatHasNoTimeSaysWhenToAskAgain() {
        server.willAnswer(503, Map.of("Retry-After", "40"), "{\"errorCode\":503001,\"message\":\"starting\"}");
        assertThatThrownBy(() -> link.leafToken(METER, GATEWAY))
                .isInstanceOfSatisfying(ThrottledException.class, busy -> assertThat(busy.retryAfter())
                        .contains(Duration.ofSeconds(40)));
    }

    /** 303 is a redirect, which is not followed; 206 and 204 are no answers to this question. */
    @ParameterizedTest
    @ValueSource(ints = {201, 202, 204, 206, 301, 303, 402, 405, 410, 418, 422, 451, 500, 501, 502, 504, 599})
    void everyOtherCodeIsAFailureThatDecidesNothing(int status) {
        server.willAnswer(status, granted("meter#1", "2026-03-01T08:00:00Z", "2026-03-01T09:00:00Z"));
        assertThatThrownBy(() -> link.leafToken(METER, GATEWAY))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(String.valueOf(status));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-03-01T08:00:00Z, 2126-03-01T08:00:00Z",
        "1970-01-01T00:00:00Z, 2026-03-01T08:00:00Z",
        "2026-03-01T08:00:00Z, +999999999-12-31T23:59:59Z"
    })
    void aLifeOfAHundredYearsIsTakenForOneYear(String now, String expires) throws IOException {
        server.willAnswer(200, granted("meter#1", now, expires));
        assertThat(link.leafToken(METER, GATEWAY)).isEqualTo(new Grant.Granted(LEAF, Duration.ofDays(365)));
    }

    @Test
    void aTokenForAnotherHubOrAWiderOneIsNotTaken() {
        String other = granted("meter#1", "2026-03-01T08:00:00Z", "2026-03-01T09:00:00Z");
        server.willAnswer(200, other.replace("\"hub.lab.test\"", "\"hub.elsewhere.test\""));
        assertThatThrownBy(() -> link.leafToken(METER, GATEWAY)).hasMessageContaining("not for this device alone");
        SasToken wide = SasToken.sign(
                ResourceUri.hub(HUB), Instant.parse("2026-03-01T09:00:00Z"), Optional.of("owner"), KEY::hmacSha256);
        server.willAnswer(
                200, other.replace(LEAF.text().revealUtf8(), wide.text().revealUtf8()));
        assertThatThrownBy(() -> link.leafToken(METER, GATEWAY)).hasMessageContaining("not for this device alone");
    }

    @Test
    void aServiceInTroubleIsAFailureNotARefusal() {
        server.willAnswer(503, "{\"errorCode\":503001,\"message\":\"starting\"}");
        assertThatThrownBy(() -> link.leafToken(METER, GATEWAY))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(NAME)
                .hasMessageContaining("503001 starting");
    }

    /** The server repeats the token it was shown in every refusal, as a careless proxy might. */
    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 409, 429, 500, 502, 302})
    void noRefusalShowsTheTokenInItsReasonOrInAnyLog(int status) {
        String proof = OWN.text().revealUtf8();
        String signature = proof.replaceAll(".*sig=([^&]+).*", "$1");
        server.willAnswer(
                status, Json.object().add("message", "no: " + proof).build().toString());
        String told;
        try (var log = LogCapture.start()) {
            try {
                told = link.leafToken(METER, GATEWAY).toString();
            } catch (IOException e) {
                told = e.toString();
            }
            // the runtime's own logger of HTTP headers stays silent in the product: Launcher
            assertThat(log.lines())
                    .filteredOn(line -> !line.contains(" sun.net.www."))
                    .noneMatch(line -> line.contains(signature));
        }
        assertThat(told).contains("no: SharedAccessSignature").doesNotContain(signature);
        assertThat(server.asked().authorization()).contains(proof);
    }

    @Test
    void aTokenForAnotherDeviceIsNotTaken() {
        server.willAnswer(200, granted("meter-2", "2026-03-01T08:00:00Z", "2026-03-01T09:00:00Z"));
        assertThatThrownBy(() -> link.leafToken(METER, GATEWAY))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another device");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not JSON",
                "{}",
                "{\"deviceId\":\"meter#1\",\"token\":\"no token\",\"now\":\"x\",\"expires\":\"y\"}"
            })
    void anAnswerThatCannotBeReadIsAFailureThatRepeatsNoToken(String body) {
        server.willAnswer(200, body);
        assertThatThrownBy(() -> link.leafToken(METER, GATEWAY))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("meter#1")
                .hasMessageNotContaining("sig=");
    }

    @Test
    void aTokenWithoutLifeIsAFailure() {
        server.willAnswer(200, granted("meter#1", "2026-03-01T08:00:00Z", "2026-03-01T08:00:00Z"));
        assertThatThrownBy(() -> link.leafToken(METER, GATEWAY)).hasMessageContaining("ends before it can be used");
    }

    private static String granted(String device, String now, String expires) {
        return "{\"deviceId\":\"" + device + "\",\"hub\":\"hub.lab.test\",\"token\":\""
                + LEAF.text().revealUtf8() + "\",\"expires\":\"" + expires + "\",\"now\":\"" + now + "\"}";
    }
}
