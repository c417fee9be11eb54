// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.HubOrder;
import io.postern.gateway.spi.HubOrder.Settlement;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.MessageRefusedException;
import io.postern.gateway.spi.NotAuthorizedException;
import io.postern.gateway.spi.NotOverThisTransportException;
import io.postern.gateway.spi.ThrottledException;
import io.postern.gateway.spi.UnreachableException;
import io.postern.testkit.Hosts;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.ServerIdentity;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import jakarta.json.JsonArray;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SuppressWarnings("NullAway.Init") // set before each test
class HttpHubLinkIT {
    private static final HubName HUB = HubName.of("hub.https-link.example");
    private static final String ADDRESS = LoopbackAddress.random();
    private static final DeviceId METER = DeviceId.of("meter-1");
    private static final Duration POLL = Duration.ofHours(1);

    @TempDir
    static Path directory;

    private static ServerIdentity identity;

    private ScriptedServer server;
    private HttpsExchange https;
    private HttpHubLink link;

    @BeforeAll
    static void makeNameAndKey() {
        Hosts.write(ADDRESS, HUB.text());
        identity = ServerIdentity.selfSigned(directory, HUB.text());
    }

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer(ADDRESS, identity);
        https = new HttpsExchange(TrustAnchors.load(identity.pem()), HttpsExchange.Limits.DEFAULT);
        link = new HttpHubLink(https, server.port(), POLL);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    @Tag("HUB-17")
    void aSessionBeginsWithAQuestionThatShowsTheTokenInTheAuthorizationHeader() throws Exception {
        server.willAnswer(204, "");
        try (HubSession session = open("a")) {
            assertThat(session.isOpen()).isTrue();
        }
        ScriptedServer.Asked asked = server.asked();
        assertThat(asked.method()).isEqualTo("GET");
        assertThat(asked.uri()).isEqualTo("/devices/meter-1/messages/devicebound?api-version=2021-04-12");
        assertThat(asked.authorization()).hasValueSatisfying(text -> assertThat(text)
                .startsWith("SharedAccessSignature sr=hub.https-link.example"));
    }

    @Test
    @Tag("HUB-17")
    void messagesGoInOneBatchWithTheirProperties() throws Exception {
        try (HubSession session = opened()) {
            server.willAnswer(204, "");
            session.send(List.of(message(7, "{\"t\":21.5}"), message(8, "{}")));
        }
        ScriptedServer.Asked asked = server.asked();
        assertThat(asked.method()).isEqualTo("POST");
        assertThat(asked.uri()).isEqualTo("/devices/meter-1/messages/events?api-version=2021-04-12");
        assertThat(Json.parseArray(asked.body())).isEqualTo(Json.parseArray("""
                [{"body":"eyJ0IjoyMS41fQ==","base64Encoded":true,"properties":{
                    "iothub-messageid":"meter-1-7","iothub-contenttype":"application/json",
                    "iothub-contentencoding":"utf-8","iothub-creation-time-utc":"2026-03-01T08:00:00Z",
                    "iothub-app-seq":"7"}},
                 {"body":"e30=","base64Encoded":true,"properties":{
                    "iothub-messageid":"meter-1-8","iothub-contenttype":"application/json",
                    "iothub-contentencoding":"utf-8","iothub-creation-time-utc":"2026-03-01T08:00:00Z",
                    "iothub-app-seq":"8"}}]"""));
    }

    @Test
    void whatDoesNotFitOneBatchGoesInSeveralInOrder() throws Exception {
        List<TelemetryMessage> messages = IntStream.rangeClosed(1, 1200)
                .mapToObj(n -> message(n, "{\"v\":\"" + "x".repeat(n <= 600 ? 1000 : 1) + "\"}"))
                .toList();
        try (HubSession session = opened()) {
            for (int i = 0; i < 10; i++) {
                server.willAnswer(204, "");
            }
            session.send(messages);
        }
        long next = 1;
        int batches = 0;
        while (server.hasBeenAsked()) {
            String body = server.asked().body();
            assertThat(body.length()).isLessThan(255 * 1024);
            JsonArray batch = Json.parseArray(body);
            assertThat(batch.size()).isLessThanOrEqualTo(500);
            for (int i = 0; i < batch.size(); i++) {
                assertThat(batch.getJsonObject(i).getJsonObject("properties").getString("iothub-app-seq"))
                        .isEqualTo(Long.toString(next++));
            }
            batches++;
        }
        assertThat(next).isEqualTo(1201);
        assertThat(batches).isBetween(4, 10);
    }

    @Test
    void ofABatchThatIsRefusedEachIsSentAloneAndTheOneAtFaultIsNamed() throws Exception {
        try (HubSession session = opened()) {
            server.willAnswer(400, error(400_006, "IotHubFormatError"));
            server.willAnswer(204, "");
            server.willAnswer(413, error(413_001, "MessageTooLarge"));
            assertThatThrownBy(() -> session.send(List.of(message(1, "{}"), message(2, "{}"), message(3, "{}"))))
                    .isInstanceOfSatisfying(MessageRefusedException.class, e -> assertThat(e.sequence())
                            .isEqualTo(2))
                    .hasMessageContaining("MessageTooLarge");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "401, 401002, true",
        "401, 401003, true",
        "403, 403003, true",
        "404, 404001, true",
        "403, 403002, false",
        "403, 403004, false",
        "409, 409002, false",
        "429, 429001, false",
        "429, 429002, false",
        "500, 500001, false",
        "502, 0, false",
        "503, 503001, false",
        "504, 0, false",
        "301, 0, false",
    })
    void onlyARefusalOfTheDeviceIsNotAuthorized(int status, int code, boolean refused) throws Exception {
        try (HubSession session = opened()) {
            server.willAnswer(status, Map.of("Retry-After", "17"), error(code, "Some"));
            assertThatThrownBy(() -> session.send(List.of(message(1, "{}"))))
                    .isInstanceOf(refused ? NotAuthorizedException.class : IOException.class)
                    .isNotInstanceOf(MessageRefusedException.class)
                    .isNotInstanceOf(UnreachableException.class)
                    .hasMessageContaining("meter-1")
                    .hasMessageNotContaining("SharedAccessSignature")
                    .satisfies(
                            e -> assertThat(e instanceof NotAuthorizedException).isEqualTo(refused));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "429, 429001, 17, 17",
        "429, 429002, , ",
        "503, 503001, 17, 17",
        "403, 403002, 17, 17",
        "403, 403002, , 300",
        "403, 403004, , 300"
    })
    void aHubThatHasNoTimeIsWaitedForAsLongAsItAsks(
            int status, int code, @Nullable String asked, @Nullable Integer seconds) throws Exception {
        try (HubSession session = opened()) {
            server.willAnswer(status, asked == null ? Map.of() : Map.of("Retry-After", asked), error(code, "Some"));
            assertThatThrownBy(() -> session.send(List.of(message(1, "{}"))))
                    .isInstanceOfSatisfying(ThrottledException.class, busy -> assertThat(busy.retryAfter())
                            .isEqualTo(Optional.ofNullable(seconds).map(Duration::ofSeconds)));
        }
    }

    @ParameterizedTest
    @CsvSource({"IotHubQuotaExceeded, true", "DeviceMaximumQueueDepthExceeded, true", "IotHubUnauthorized, false"})
    void aHubThatSaysInWordsOnlyWhatIsFullIsWaitedFor(String name, boolean waits) throws Exception {
        try (HubSession session = opened()) {
            server.willAnswer(403, "{\"Message\":\"ErrorCode:" + name + ";until tomorrow\"}");
            assertThatThrownBy(() -> session.send(List.of(message(1, "{}"))))
                    .isInstanceOf(waits ? ThrottledException.class : NotAuthorizedException.class);
        }
    }

    @Test
    void aHubThatIsNotThereIsUnreachable() {
        server.close();
        assertThatThrownBy(() -> open("a")).isInstanceOf(UnreachableException.class);
    }

    @Test
    void aCommandIsFetchedAndSettledByItsLock() throws Exception {
        server.willAnswer(
                200,
                Map.of("ETag", "\"lock 1\"", "iothub-messageid", "m-1", "iothub-deliverycount", "0"),
                "{\"setpoint\":1}");
        try (HubSession session = open("a")) {
            server.asked();
            HubOrder.Command command =
                    (HubOrder.Command) session.nextOrder(Duration.ZERO).orElseThrow();
            assertThat(command.body()).isEqualTo(Bytes.utf8("{\"setpoint\":1}"));
            assertThat(command.messageId()).isEqualTo("m-1");
            assertThat(command.again()).isFalse();
            for (Settlement each : Settlement.values()) {
                server.willAnswer(204, "");
                session.settle(command, each);
            }
            server.willAnswer(412, error(412_002, "DeviceMessageLockLost"));
            session.settle(command, Settlement.COMPLETE); // the command comes again, that is all

            String path = "/devices/meter-1/messages/devicebound/lock%201";
            String version = "?api-version=2021-04-12";
            assertThat(IntStream.range(0, 4)
                            .mapToObj(_ -> server.asked())
                            .map(asked -> asked.method() + " " + asked.uri()))
                    .containsExactly(
                            "DELETE " + path + version,
                            "DELETE " + path + version + "&reject=true",
                            "POST " + path + "/abandon" + version,
                            "DELETE " + path + version);
        }
    }

    @Test
    void afterACommandTheNextIsAskedForAtOnceAndWithoutOneNotForLong() throws Exception {
        server.willAnswer(200, Map.of("ETag", "\"1\""), "{}");
        try (HubSession session = open("a")) {
            server.willAnswer(200, Map.of("ETag", "\"2\"", "iothub-deliverycount", "1"), "{}");
            server.willAnswer(204, "");
            assertThat(session.nextOrder(Duration.ZERO)).isPresent();
            assertThat(session.nextOrder(Duration.ZERO))
                    .hasValueSatisfying(order ->
                            assertThat(((HubOrder.Command) order).again()).isTrue());
            assertThat(session.nextOrder(Duration.ZERO)).isEmpty();
            assertThat(session.nextOrder(Duration.ofMillis(1))).isEmpty();
            assertThat(IntStream.range(0, 3).mapToObj(_ -> server.asked().method()))
                    .containsOnly("GET");
            assertThat(server.hasBeenAsked()).isFalse();
        }
    }

    @Test
    void aFreshTokenIsShownByTheNextRequest() throws Exception {
        try (HubSession session = opened()) {
            assertThat(session.renew(token("fresh"))).isTrue();
            server.willAnswer(204, "");
            session.send(List.of(message(1, "{}")));
            assertThat(server.asked().authorization()).contains(shown("fresh"));
        }
    }

    @Test
    void thereAreNeitherTwinsNorMethods() throws Exception {
        try (HubSession session = opened()) {
            assertThatThrownBy(session::twin).isInstanceOf(NotOverThisTransportException.class);
            assertThatThrownBy(() -> session.report(Json.object().build()))
                    .isInstanceOf(NotOverThisTransportException.class)
                    .hasMessage("https has no way to report properties; another transport has");
        }
    }

    private HubSession opened() throws IOException {
        server.willAnswer(204, "");
        HubSession session = open("a");
        server.asked();
        return session;
    }

    private HubSession open(String key) throws IOException {
        return link.open(HUB, METER, token(key), Optional.empty());
    }

    private static Credential token(String key) {
        return new Credential.Token(sas(key));
    }

    private static String shown(String key) {
        return sas(key).text().revealUtf8();
    }

    private static SasToken sas(String key) {
        return SasToken.sign(
                ResourceUri.device(HUB, METER),
                Instant.parse("2030-01-01T00:00:00Z"),
                Optional.empty(),
                Secret.utf8(key)::hmacSha256);
    }

    private static TelemetryMessage message(long sequence, String body) {
        return new TelemetryMessage(
                METER,
                sequence,
                Priority.MEASUREMENT,
                Stamp.confirmed(Instant.parse("2026-03-01T08:00:00Z")),
                Bytes.utf8(body));
    }

    private static String error(int code, String name) {
        return "{\"Message\":\"ErrorCode:" + name + ";\",\"errorCode\":" + code + "}";
    }
}
