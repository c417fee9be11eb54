// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.CapturedLog;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpsListenerTest {
    @TempDir
    static Path directory;

    private static TestListener listener;

    @BeforeAll
    static void start() throws Exception {
        listener = TestListener.open(directory, HttpsListenerTest::echo, HttpsListenerTest::trouble);
    }

    @AfterAll
    static void stop() {
        listener.close();
    }

    /** Answers with what it was asked. */
    private static Optional<Reply> echo(Request request) {
        if (!request.has(0, "echo")) {
            return Optional.empty();
        }
        return Optional.of(Reply.json(
                200,
                Json.object()
                        .add("method", request.method())
                        .add("host", request.host())
                        .add("path", request.path())
                        .add("from", request.query().getOrDefault("from", ""))
                        .add("body", request.body().toUtf8())
                        .add("certificates", request.clientCertificates().size())
                        .build()));
    }

    private static Optional<Reply> trouble(Request request) {
        if (request.has(0, "parse")) {
            return Optional.of(Reply.json(200, Json.parseObject(request.body().toUtf8())));
        }
        if (request.has(0, "fail")) {
            throw new IllegalStateException("the secret plan failed");
        }
        return Optional.empty();
    }

    @Test
    void aRequestReachesTheRouteWholeAndItsAnswerComesBack() throws Exception {
        HttpResponse<String> answer = listener.send(
                listener.request("/Echo/meter%201+2/?from=7&x").PUT(BodyPublishers.ofString("{\"a\":1}")));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json; charset=utf-8");
        assertThat(json(answer)).isEqualTo(Json.parse("""
                {"method":"PUT","host":"hub.endpoint.test","path":"/Echo/meter 1+2","from":"7",
                 "body":"{\\"a\\":1}","certificates":0}"""));
    }

    @Test
    void aPostWithAnOverrideHeaderIsThePatchItMeans() throws Exception {
        var request = listener.request("/echo").POST(BodyPublishers.noBody());

        assertThat(json(listener.send(request.header("X-HTTP-Method-Override", "PATCH"))))
                .containsEntry("method", Json.text("PATCH"));
        assertThat(listener.send(request.setHeader("X-HTTP-Method-Override", "CONNECT"))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void chunkedBodiesAreReadAndOneConnectionServesManyRequests() throws Exception {
        for (int i = 0; i < 3; i++) {
            String body = "part " + i;
            var chunked = BodyPublishers.ofInputStream(
                    () -> new java.io.ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
            assertThat(json(listener.send(listener.request("/echo").POST(chunked))))
                    .containsEntry("body", Json.text(body));
        }
    }

    @Test
    void aRequestLineInAbsoluteFormIsUnderstood() throws Exception {
        assertThat(handWritten("GET https://hub.endpoint.test/echo/x?from=3 HTTP/1.1\r\nHost: hub.endpoint.test\r\n"))
                .contains("\"path\":\"/echo/x\"")
                .contains("\"from\":\"3\"");
    }

    @Test
    void aClientCertificateIsSeenWhoeverSignedIt() throws Exception {
        try (var client = java.net.http.HttpClient.newBuilder()
                .sslContext(listener.tls(SelfSigned.keyManagers("CN=meter-1")))
                .build()) {
            var answer = client.send(listener.request("/echo").build(), HttpResponse.BodyHandlers.ofString());
            assertThat(json(answer)).containsEntry("certificates", Json.number(1L));
        }
    }

    @Test
    void anOversizedBodyGets413WhetherAnnouncedOrFoundOut() throws Exception {
        byte[] tooMuch = new byte[Dispatcher.MOST_BODY + 1];
        var announced = listener.send(listener.request("/echo").POST(BodyPublishers.ofByteArray(tooMuch)));
        var chunked = listener.send(listener.request("/echo")
                .POST(BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(tooMuch))));

        assertThat(Stream.of(announced, chunked)).allSatisfy(answer -> {
            assertThat(answer.statusCode()).isEqualTo(413);
            assertThat(json(answer)).containsEntry("errorCode", Json.number(413_001L));
        });
    }

    @Test
    void malformedJsonGets400ThatSaysWhere() throws Exception {
        var answer = listener.send(listener.request("/parse").POST(BodyPublishers.ofString("{\"a\":")));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).getString("message")).contains("line 1");
        assertThat(json(answer).getString("Message")).startsWith("ErrorCode:ArgumentInvalid;");
    }

    @Test
    void aFailureOfOursGets500WithATrackingIdAndNothingOfTheReason() throws Exception {
        var answer = listener.send(listener.request("/fail"));

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(json(answer).getString("trackingId"))
                .isNotEmpty()
                .isEqualTo(answer.headers().firstValue("x-ms-request-id").orElseThrow());
        assertThat(answer.body()).doesNotContain("secret plan");
    }

    @Test
    void anUnknownPathGets404ThatNamesIt() throws Exception {
        var answer = listener.send(listener.request("/nowhere"));

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(json(answer).getString("message")).contains("hub.endpoint.test/nowhere");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /%zz HTTP/1.1\r\nHost: h.test\r\n", "GET /echo HTTP/1.1\r\n", "NONSENSE\r\n"})
    void aMalformedRequestGets400(String head) throws Exception {
        assertThat(handWritten(head)).matches("(?s)HTTP/1\\.[01] 400 .*");
    }

    @ParameterizedTest
    @CsvSource({
        "NONSENSE, 400, BadRequest",
        "GET /echo?x=LONG HTTP/1.1, 414, UriTooLong",
        "GET /echo HTTP/1.1|Host: h.test|X: LONG, 431, RequestHeaderFieldsTooLarge"
    })
    void whatIsNoRequestGetsAnErrorBodyAndALogLineToo(String head, int status, String name) throws Exception {
        try (CapturedLog log = CapturedLog.start()) {
            String answer = handWritten(head.replace("LONG", "x".repeat(20_000)).replace("|", "\r\n") + "\r\n");

            assertThat(answer).matches("(?s)HTTP/1[.][01] " + status + " .*").contains("ErrorCode:" + name);
            JsonObject error = Json.parseObject(answer.substring(answer.indexOf("\r\n\r\n") + 4));
            assertThat(log.await("trackingId=" + error.getString("trackingId")))
                    .contains("remote=127.", "method=", "resource=", "status=" + status, "refused: ")
                    .doesNotContain("xxx");
        }
    }

    @Test
    @Tag("SEC-08")
    void plainHttpGetsNoAnswer() throws Exception {
        try (Socket socket = listener.socket()) {
            socket.getOutputStream()
                    .write("GET /echo HTTP/1.1\r\nHost: h.test\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String received = new String(readAll(socket), StandardCharsets.ISO_8859_1);
            assertThat(received).doesNotContain("HTTP");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0x0300, 0x0301, 0x0302}) // SSL 3.0, TLS 1.0, TLS 1.1
    @Tag("HUB-23")
    @Tag("SEC-07")
    void oldProtocolVersionsAreRefusedWithTheAlertForIt(int version) throws Exception {
        // spec: RFC 5246, 7.2: alert(21), fatal(2), protocol_version(70)
        assertThat(hello(version)).startsWith(21).endsWith(2, 70);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    @Tag("HUB-23")
    @Tag("SEC-07")
    void theTwoCurrentVersionsAreSpoken(String version) throws Exception {
        var parameters = new javax.net.ssl.SSLParameters();
        parameters.setProtocols(new String[] {version});
        try (var client = java.net.http.HttpClient.newBuilder()
                .sslContext(listener.tls(null))
                .sslParameters(parameters)
                .build()) {
            var answer = client.send(listener.request("/echo").build(), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo(version);
        }
    }

    private static JsonObject json(HttpResponse<String> answer) {
        return Json.parseObject(answer.body());
    }

    private static String handWritten(String head) throws Exception {
        try (Socket socket = listener.tlsSocket()) {
            socket.getOutputStream().write((head + "Connection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(readAll(socket), StandardCharsets.UTF_8);
        }
    }

    private static byte[] readAll(Socket socket) {
        try (InputStream in = socket.getInputStream()) {
            return in.readAllBytes();
        } catch (IOException reset) {
            return new byte[0]; // a reset is no answer either
        }
    }

    /** What the server says to a ClientHello of {@code version} with suites it would otherwise accept. */
    private static byte[] hello(int version) throws IOException {
        byte[] random = new byte[32];
        Arrays.fill(random, (byte) 7);
        byte[] suites = {(byte) 0xC0, 0x09, (byte) 0xC0, 0x0A, (byte) 0xC0, 0x2B}; // ECDHE_ECDSA with AES
        var body = new java.io.ByteArrayOutputStream();
        body.write(version >> 8);
        body.write(version);
        body.writeBytes(random);
        body.write(0); // no session
        body.write(0);
        body.write(suites.length);
        body.writeBytes(suites);
        body.write(1);
        body.write(0); // null compression
        int length = body.size();
        var record = new java.io.ByteArrayOutputStream();
        record.writeBytes(new byte[] {22, 3, (byte) Math.min(1, version & 0xFF)}); // handshake
        record.writeBytes(new byte[] {(byte) ((length + 4) >> 8), (byte) (length + 4)});
        record.writeBytes(new byte[] {1, 0, (byte) (length >> 8), (byte) length}); // ClientHello
        record.writeBytes(body.toByteArray());
        try (Socket socket = listener.socket()) {
            socket.getOutputStream().write(record.toByteArray());
            return readAll(socket);
        }
    }
}
