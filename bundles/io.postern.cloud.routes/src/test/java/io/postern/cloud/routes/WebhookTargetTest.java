// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.postern.testkit.Configs;
import io.postern.testkit.ServerIdentity;
import io.postern.wire.Json;
import io.postern.wire.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a web server of the JDK. */
@Tag("SYS-07")
@SuppressWarnings("NullAway.Init") // set before the tests
class WebhookTargetTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";

    @TempDir
    static Path shared;

    private static ServerIdentity identity;

    @TempDir
    Path directory;

    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private HttpsServer server;
    private ExecutorService threads;
    private Path secret;

    private record Received(String path, Map<String, List<String>> headers, byte[] body) {
        Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name)).map(List::getFirst);
        }
    }

    private interface Behaviour {
        void answer(HttpExchange exchange) throws IOException, InterruptedException;
    }

    @BeforeAll
    static void certify() {
        identity = ServerIdentity.selfSigned(shared, "localhost");
    }

    @BeforeEach
    void open() throws IOException {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(identity.serverContext()));
        threads = Executors.newVirtualThreadPerTaskExecutor();
        server.setExecutor(threads);
        server.start();
        secret = secretFile(SECRET, "rw-------");
    }

    @AfterEach
    void close() {
        over.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    @Tag("SEC-05")
    void theReceiverCanTellWhoCallsAndWhatItHasSeen() throws Exception {
        answers("/in", exchange -> exchange.sendResponseHeaders(204, -1));
        try (RouteTarget target = target("/in")) {
            target.deliver(List.of(message(7), message(8)));
            target.deliver(List.of(message(9)));
        }

        Received first = received.getFirst();
        assertThat(Json.parse(new String(first.body(), StandardCharsets.UTF_8)).toString())
                .isEqualTo("[{\"n\":7},{\"n\":8}]");
        assertThat(first.header("X-postern-sequence")).contains("7");
        assertThat(first.header("Content-type")).contains("application/json; charset=utf-8");
        try (Secret theirs = Secret.utf8(SECRET)) {
            assertThat(received).hasSize(2).allSatisfy(one -> assertThat(one.header("X-postern-signature"))
                    .contains("sha256="
                            + HexFormat.of()
                                    .formatHex(theirs.hmacSha256(one.body()).toArray())));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 202})
    void aLongOrCutAnswerToMessagesThatWereTakenIsNoReasonToSendThemAgain(int status) throws Exception {
        answers("/long", exchange -> {
            exchange.sendResponseHeaders(status, 1_000_000);
            exchange.getResponseBody().write(new byte[100_000]);
            exchange.close();
        });
        try (RouteTarget target = target("/long")) {
            target.deliver(List.of(message(1)));
        }
        assertThat(received).hasSize(1);
    }

    @Test
    void aServerThatIsBusySaysWhenToComeBack() throws Exception {
        answers("/busy", exchange -> {
            exchange.getResponseHeaders().add("Retry-After", "17");
            exchange.sendResponseHeaders(429, -1);
        });
        answers("/dated", exchange -> {
            exchange.getResponseHeaders().add("Retry-After", "Fri, 31 Dec 1999 23:59:59 GMT");
            exchange.sendResponseHeaders(503, -1);
        });
        answers("/forever", exchange -> {
            exchange.getResponseHeaders().add("Retry-After", "999999999");
            exchange.sendResponseHeaders(429, -1);
        });

        assertThat(failure("/busy").retryAfter()).contains(Duration.ofSeconds(17));
        assertThat(failure("/dated").retryAfter()).isEmpty();
        assertThat(failure("/forever").retryAfter()).contains(Duration.ofHours(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504})
    void whatMayPassIsTriedAgain(int status) {
        answers("/passing", exchange -> exchange.sendResponseHeaders(status, -1));

        DeliveryException failure = failure("/passing");

        assertThat(failure.isRefused()).isFalse();
        assertThat(failure).hasMessageContaining("localhost answered " + status);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 307, 308, 400, 401, 403, 404, 410, 413, 422})
    void whatStaysSoIsRefusedAndNoRedirectIsFollowed(int status) {
        answers("/elsewhere", exchange -> exchange.sendResponseHeaders(204, -1));
        answers("/refusing", exchange -> {
            exchange.getResponseHeaders().add("Location", address("/elsewhere"));
            byte[] why = ("because\r\n" + "x".repeat(5000)).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, why.length);
            exchange.getResponseBody().write(why);
        });

        DeliveryException failure = failure("/refusing");

        assertThat(failure.isRefused()).isTrue();
        assertThat(failure).hasMessageContaining("because").hasMessageNotContaining("\n");
        assertThat(failure.getMessage()).hasSizeLessThan(1000);
        assertThat(received).extracting(Received::path).containsExactly("/refusing");
    }

    @Test
    void aServerOfAnUnknownCaGetsNothing() throws Exception {
        answers("/in", exchange -> exchange.sendResponseHeaders(204, -1));
        Path other = ServerIdentity.selfSigned(directory, "localhost").pem();
        for (String roots : List.of("", other.toString())) {
            try (RouteTarget target = new WebhookTarget.Factory().open(config("/in", secret, roots))) {
                assertThatThrownBy(() -> target.deliver(List.of(message(1))))
                        .isInstanceOf(DeliveryException.class)
                        .hasMessageContaining("certificate")
                        .hasMessageContaining("caFile");
            }
        }
        assertThat(received).isEmpty();
    }

    @Test
    void aServerThatTakesAllAndSaysNothingIsGivenUp() throws Exception {
        answers("/silent", _ -> over.await());
        answers("/dripping", exchange -> {
            exchange.sendResponseHeaders(500, 1000);
            exchange.getResponseBody().flush();
            over.await();
        });
        for (String path : List.of("/silent", "/dripping")) {
            try (RouteTarget target =
                    new WebhookTarget.Factory(Duration.ofMillis(700)).open(config(path, secret, roots()))) {
                assertThatThrownBy(() -> target.deliver(List.of(message(1))))
                        .isInstanceOf(DeliveryException.class)
                        .hasMessageContaining("has not answered within PT0.7S");
            }
        }
    }

    @Test
    void anAnswerThatIsCutBeforeItsStatusMeansAgain() throws Exception {
        try (ServerSocket cutting = identity.serverContext()
                        .getServerSocketFactory()
                        .createServerSocket(0, 5, InetAddress.getLoopbackAddress());
                RouteTarget target = new WebhookTarget.Factory()
                        .open(at("https://localhost:" + cutting.getLocalPort() + "/in", secret, roots()))) {
            threads.submit(() -> {
                while (true) {
                    try (SSLSocket client = (SSLSocket) cutting.accept()) {
                        assertThat(client.getInputStream().read()).isNotNegative();
                        client.getOutputStream().write("HTTP/1.1 2".getBytes(StandardCharsets.US_ASCII));
                    }
                }
            });

            DeliveryException failure =
                    catchThrowableOfType(DeliveryException.class, () -> target.deliver(List.of(message(1))));

            assertThat(failure.isRefused()).isFalse();
            assertThat(failure).hasMessageContaining("cannot reach localhost");
        }
    }

    @Test
    void nobodyThereIsAFailureThatMayPass() throws Exception {
        try (RouteTarget target = target("/in")) {
            server.stop(0);
            DeliveryException failure =
                    catchThrowableOfType(DeliveryException.class, () -> target.deliver(List.of(message(1))));
            assertThat(failure.isRefused()).isFalse();
        }
    }

    @Test
    @Tag("SEC-05")
    void aSecretThatOthersCanReadIsNotUsed() throws Exception {
        for (String mode : List.of("rw-r-----", "rw----r--", "rw--w----")) {
            assertNotOpened(secretFile(SECRET, mode).toString(), "others than its owner may use");
        }
        assertNotOpened(directory.resolve("none").toString(), "there is no file");
        assertNotOpened("", "openssl rand");
        assertNotOpened(secretFile("short", "rw-------").toString(), "16 characters at least");
        assertNotOpened(secretFile("x".repeat(70_000), "rw-------").toString(), "larger than");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost/in", "https:///in", "ftp://localhost/", "no url", ""})
    void onlyAnHttpsAddressIsTaken(String url) {
        assertThatThrownBy(() -> new WebhookTarget.Factory().open(at(url, secret, "")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("url: ");
    }

    private void assertNotOpened(String file, String why) {
        assertThatThrownBy(() -> new WebhookTarget.Factory()
                        .open(Configs.of(RouteConfig.class, Map.of("url", "https://localhost/", "secretFile", file))))
                .hasMessageContaining(why)
                .hasMessageNotContaining(SECRET);
    }

    private DeliveryException failure(String path) {
        try (RouteTarget target = target(path)) {
            return catchThrowableOfType(DeliveryException.class, () -> target.deliver(List.of(message(1))));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private RouteTarget target(String path) throws IOException {
        return new WebhookTarget.Factory().open(config(path, secret, roots()));
    }

    private static String roots() {
        return identity.pem().toString();
    }

    private RouteConfig config(String path, Path secretFile, String roots) {
        return at(address(path), secretFile, roots);
    }

    private static RouteConfig at(String url, Path secretFile, String roots) {
        return Configs.of(RouteConfig.class, Map.of("url", url, "secretFile", secretFile.toString(), "caFile", roots));
    }

    private String address(String path) {
        return "https://localhost:" + server.getAddress().getPort() + path;
    }

    private void answers(String path, Behaviour behaviour) {
        server.createContext(path, exchange -> {
            received.add(new Received(
                    path,
                    Map.copyOf(exchange.getRequestHeaders()),
                    exchange.getRequestBody().readAllBytes()));
            try (exchange) {
                behaviour.answer(exchange);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private Path secretFile(String text, String mode) throws IOException {
        Path file = Files.createTempFile(directory, "secret", "");
        Files.writeString(file, text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        return file;
    }

    private static RoutedMessage message(long sequence) {
        return new RoutedMessage(
                "meter-1", sequence, Json.object().add("n", sequence).build());
    }
}
