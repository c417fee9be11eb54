// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.endpoint.Duplex;
import io.postern.cloud.endpoint.RawWebSocket;
import io.postern.cloud.endpoint.RawWebSocket.Frame;
import io.postern.testkit.CapturedLog;
import io.postern.wire.Bytes;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The way from a request on the HTTPS port to a connection of another protocol, and what keeps strangers off it. */
@Timeout(60)
class WebSocketDoorTest {
    private static final Duration IDLE = Duration.ofSeconds(1);

    @TempDir
    static Path directory;

    private static final BlockingQueue<Runnable> PAUSED = new LinkedBlockingQueue<>();
    private static final BlockingQueue<String> SAID = new LinkedBlockingQueue<>();
    private static final BlockingQueue<String> SAID_AFTER_PAUSE = new LinkedBlockingQueue<>();
    private static final String WAS_HELD = "that was held";
    private static TestListener listener;

    @BeforeAll
    static void start() throws Exception {
        listener = TestListener.open(
                directory,
                Map.of(
                        "echo", WebSocketDoorTest::echo,
                        "pause", WebSocketDoorTest::pause,
                        "name",
                                duplex -> duplex.write(
                                        Bytes.utf8(duplex.clientCertificates().size() + " certificates")
                                                .toArray()),
                        "close", Duplex::close,
                        "leave", WebSocketDoorTest::leave),
                IDLE);
    }

    @AfterAll
    static void stop() {
        listener.close();
    }

    private static void echo(Duplex duplex) {
        duplex.onOctets(duplex::write);
        duplex.onFailure(failure -> SAID.add(String.valueOf(failure.getMessage())));
        duplex.onEnd(() -> SAID.add("end"));
    }

    private static void leave(Duplex duplex) {
        duplex.onOctets(octets -> SAID.add("heard " + octets.length));
        duplex.pause();
        duplex.close();
        duplex.pause(); // a protocol that has not noticed yet
    }

    private static void pause(Duplex duplex) {
        duplex.pause();
        duplex.onOctets(octets -> SAID_AFTER_PAUSE.add(Integer.toString(octets.length)));
        Context loop = Vertx.currentContext();
        PAUSED.add(() -> loop.runOnContext(_ -> {
            duplex.resume();
            loop.runOnContext(_ -> SAID_AFTER_PAUSE.add(WAS_HELD)); // after all that was in memory
        }));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /$iothub/websocket | echo
            /%24iothub/websocket/ | echo
            /$IoTHub/WebSocket?iothub-no-client-cert=true | echo
            https://hub.test/$iothub/websocket?iothub-no-client-cert=true | echo
            /mqtt | echo
            /MQTT/ | unknown,echo
            """)
    void aConnectionBecomesAWebSocketOfTheFirstSubProtocolSpokenHere(String target, String protocols) throws Exception {
        try (Socket socket = listener.tlsSocket()) {
            RawWebSocket client = RawWebSocket.open(socket, target, protocols);
            client.send(new byte[] {1, 2, 3});

            assertThat(client.receive()).isEqualTo(new Frame(RawWebSocket.BINARY, Bytes.hex("010203")));
        }
    }

    /** @param request the head of the request, whole */
    record Refused(String request, int status, String reason) {
        static Refused without(String header, int status, String reason) {
            return new Refused(
                    RawWebSocket.request("/mqtt", "echo").replaceAll(header + ": [^\\r]*\\r\\n", ""), status, reason);
        }

        static Refused with(String header, String value, int status, String reason) {
            return new Refused(
                    RawWebSocket.request("/mqtt", "echo").replaceAll(header + ": [^\\r]*", header + ": " + value),
                    status,
                    reason);
        }
    }

    static Stream<Refused> refused() {
        return Stream.of(
                Refused.without("Upgrade", 426, "a WebSocket is served here"),
                Refused.with("Upgrade", "h2c", 426, "a WebSocket is served here"),
                Refused.without("Connection", 426, "a WebSocket is served here"),
                Refused.with("Connection", "keep-alive", 426, "a WebSocket is served here"),
                Refused.without("Sec-WebSocket-Version", 426, "must be 13"),
                Refused.with("Sec-WebSocket-Version", "8", 426, "must be 13"),
                Refused.without("Sec-WebSocket-Key", 400, "16 octets in base64"),
                Refused.with("Sec-WebSocket-Key", "AAAA", 400, "16 octets in base64"),
                Refused.without("Sec-WebSocket-Protocol", 400, "no sub-protocol of"),
                Refused.with("Sec-WebSocket-Protocol", "mqttv3.1, Echo", 400, "no sub-protocol of \\\"mqttv3.1, Echo"),
                Refused.with("Sec-WebSocket-Protocol", "sig=abc", 400, "sig=***"),
                Refused.with("Host", "h\r\nContent-Length: 3", 400, "no body"),
                Refused.with("Host", "h\r\nTransfer-Encoding: chunked", 400, "no body"),
                new Refused(
                        RawWebSocket.request("/events", "echo"),
                        404,
                        "only at /$iothub/websocket, /$servicebus/websocket and /mqtt"),
                new Refused(
                        RawWebSocket.request("/mqtt/x", "echo"),
                        404,
                        "only at /$iothub/websocket, /$servicebus/websocket and /mqtt"),
                new Refused(
                        RawWebSocket.request("/%zz", "echo"),
                        404,
                        "only at /$iothub/websocket, /$servicebus/websocket and /mqtt"),
                new Refused(
                        RawWebSocket.request("/mqtt", "echo").replace("GET", "POST"),
                        405,
                        "a WebSocket is asked for with GET"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void aRequestThatCannotBecomeOneIsRefusedWithTheReason(Refused refused) throws Exception {
        try (CapturedLog log = CapturedLog.start();
                Socket socket = listener.tlsSocket()) {
            socket.getOutputStream().write(refused.request().getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer)
                    .startsWith("HTTP/1.1 " + refused.status() + " ")
                    .contains(refused.reason())
                    .contains("\"errorCode\":" + refused.status());
            assertThat(log.await("refused: ")).contains("trackingId=").contains("status=" + refused.status());
        }
    }

    @Test
    void whatComesInPartsIsPutTogetherInOrderWithPingsBetween() throws Exception {
        try (Socket socket = listener.tlsSocket()) {
            RawWebSocket client = RawWebSocket.open(socket, "/mqtt", "echo");
            client.send(RawWebSocket.BINARY, false, new byte[] {1});
            client.send(RawWebSocket.PING, true, new byte[] {9});
            client.send(RawWebSocket.CONTINUATION, true, new byte[] {2});

            assertThat(client.receive()).isEqualTo(new Frame(RawWebSocket.BINARY, Bytes.hex("01")));
            assertThat(client.receive()).isEqualTo(new Frame(RawWebSocket.PONG, Bytes.hex("09")));
            assertThat(client.receive()).isEqualTo(new Frame(RawWebSocket.BINARY, Bytes.hex("02")));
        }
    }

    @Test
    void textEndsTheConnection() throws Exception {
        SAID.clear();
        try (Socket socket = listener.tlsSocket()) {
            RawWebSocket client = RawWebSocket.open(socket, "/mqtt", "echo");
            client.send(RawWebSocket.TEXT, true, new byte[] {'x'});

            assertThat(client.receive().payload().toString()).startsWith("03eb"); // 1003
            assertThat(SAID.poll(10, TimeUnit.SECONDS)).startsWith("a text message");
        }
        assertThat(SAID.poll(10, TimeUnit.SECONDS)).isEqualTo("end");
    }

    @Test
    void aFrameAboveTheLimitOrWithoutItsMaskEndsTheConnection() throws Exception {
        SAID.clear();
        try (Socket socket = listener.tlsSocket()) {
            RawWebSocket client = RawWebSocket.open(socket, "/mqtt", "echo");
            client.announce(RawWebSocket.BINARY, true, 384 * 1024 + 1);

            assertThat(SAID.poll(10, TimeUnit.SECONDS)).contains("393216");
            assertThat(SAID.poll(10, TimeUnit.SECONDS)).isEqualTo("end");
            assertEnded(socket);
        }
        try (Socket socket = listener.tlsSocket()) {
            RawWebSocket.open(socket, "/mqtt", "echo");
            socket.getOutputStream().write(new byte[] {(byte) 0x82, 1, 'x'});

            assertThat(SAID.poll(10, TimeUnit.SECONDS)).contains("masked");
            assertThat(SAID.poll(10, TimeUnit.SECONDS)).isEqualTo("end");
        }
    }

    @Test
    void theLargestFrameIsTaken() throws Exception {
        try (Socket socket = listener.tlsSocket()) {
            RawWebSocket client = RawWebSocket.open(socket, "/mqtt", "echo");
            client.send(new byte[384 * 1024]);

            assertThat(client.receive().payload().length()).isEqualTo(384 * 1024);
        }
    }

    @Test
    void whoIsNotReadFromCannotSendOnAndFillsNoMemory() throws Exception {
        try (Socket socket = listener.tlsSocket()) {
            RawWebSocket client = RawWebSocket.open(socket, "/mqtt", "pause");
            socket.setSoLinger(true, 0); // else a failed test waits for the sender's lock on it
            Runnable resume = PAUSED.take();
            int frames = 1_000; // 64 MB: far more than all buffers on the way
            Thread sender = Thread.ofVirtual().start(() -> sendMany(client, frames));

            assertThat(sender.join(Duration.ofMillis(1_500)))
                    .as("all was taken")
                    .isFalse();
            assertThat(SAID_AFTER_PAUSE).isEmpty();

            resume.run();
            List<String> said = new ArrayList<>();
            while (said.size() <= frames) {
                said.add(Objects.requireNonNull(SAID_AFTER_PAUSE.poll(20, TimeUnit.SECONDS)));
            }
            sender.join();
            assertThat(said.indexOf(WAS_HELD)).as("frames held").isLessThanOrEqualTo(1);
            said.remove(WAS_HELD);
            assertThat(said).containsOnly("65536");
        }
    }

    private static void sendMany(RawWebSocket client, int frames) {
        try {
            for (int i = 0; i < frames; i++) {
                client.send(new byte[65_536]);
            }
        } catch (IOException e) {
            SAID_AFTER_PAUSE.add(String.valueOf(e.getMessage()));
        }
    }

    @Test
    void theClientsCertificateIsSeenByTheProtocol() throws Exception {
        try (Socket without = listener.tlsSocket();
                Socket with = listener.tlsSocket(SelfSigned.keyManagers("CN=meter-1"))) {
            assertThat(RawWebSocket.open(without, "/mqtt", "name")
                            .receive()
                            .payload()
                            .toUtf8())
                    .isEqualTo("0 certificates");
            assertThat(RawWebSocket.open(with, "/mqtt", "name")
                            .receive()
                            .payload()
                            .toUtf8())
                    .isEqualTo("1 certificates");
        }
    }

    @Test
    void aWebSocketMayBeSilentForLongerThanAnHttpConnection() throws Exception {
        try (Socket socket = listener.tlsSocket();
                Socket http = listener.tlsSocket()) {
            RawWebSocket client = RawWebSocket.open(socket, "/mqtt", "echo");

            assertEnded(http); // its time is over

            client.send(new byte[] {7});
            assertThat(client.receive()).isEqualTo(new Frame(RawWebSocket.BINARY, Bytes.hex("07")));
        }
    }

    @Test
    void whoDoesNotAnswerAFarewellIsCutOff() throws Exception {
        try (Socket socket = listener.tlsSocket()) {
            RawWebSocket client = RawWebSocket.open(socket, "/mqtt", "close");

            assertThat(client.receive().opcode()).isEqualTo(RawWebSocket.CLOSE);
            assertEnded(socket);
        }
    }

    @Test
    void whoIsSentAwayWhileItIsNotReadFromIsHeardForItsFarewellAlone() throws Exception {
        try (Socket socket = listener.tlsSocket()) {
            RawWebSocket client = RawWebSocket.open(socket, "/mqtt", "leave");
            Frame farewell = client.receive();
            assertThat(farewell.opcode()).isEqualTo(RawWebSocket.CLOSE);
            client.send(new byte[3]);
            client.send(RawWebSocket.CLOSE, true, farewell.payload().toArray());

            assertThat(socket.getInputStream().readAllBytes()).isEmpty();
            assertThat(SAID).doesNotContain("heard 3");
        }
    }

    private static void assertEnded(Socket socket) {
        try {
            assertThat(socket.getInputStream().readAllBytes()).isEmpty();
        } catch (IOException reset) {
            assertThat(reset).isNotInstanceOf(java.net.SocketTimeoutException.class);
        }
    }
}
