// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A line to a terminal server: the same tasks, no characters to wait for. */
class SocketPortTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void aLineOverASocketAsksAndIsAnsweredAndComesBackWhenTheServerWas() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                SerialLine line = line(server)) {
            var answers = new AtomicInteger();
            line.schedule("x", Duration.ofMillis(20), channel -> {
                channel.write("ping".getBytes(StandardCharsets.US_ASCII));
                var buffer = new byte[16];
                if (channel.read(buffer, 0, Duration.ofSeconds(2)) == 0) {
                    throw new IOException("no answer");
                }
                answers.incrementAndGet();
            });
            for (int round = 1; round <= 3; round++) {
                int before = answers.get();
                try (Socket client = server.accept()) {
                    Thread.ofVirtual().start(() -> echo(client));
                    Await.until(SOON, "five answers", () -> answers.get() >= before + 5);
                }
            }
            Await.until(SOON, "the line to connect again", () -> line.report().reopened() == 3);
        }
    }

    @Test
    void aReadWakesAsSoonAsSomethingIsThereAndGivesUpInTime() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                Port port = SocketPort.open(address(server));
                Socket client = server.accept()) {
            var channel = new PortChannel(port, settings(server), Ticker.SYSTEM);
            var buffer = new byte[16];

            long begun = System.nanoTime();
            assertThat(channel.read(buffer, 0, Duration.ofMillis(37))).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(36));
            client.getOutputStream().write(7);
            assertThat(channel.read(buffer, 3, SOON)).isEqualTo(1);
            assertThat(buffer[3]).isEqualTo((byte) 7);
            client.close();
            assertThatThrownBy(() -> channel.read(buffer, 0, SOON))
                    .isInstanceOf(PortGoneException.class)
                    .hasMessageContaining(address(server) + " closed the connection");
        }
    }

    @Test
    void aServerThatIsNotThereIsNamedWithWhatToLookAt() throws Exception {
        PortAddress.Socket gone;
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            gone = address(server);
        }
        assertThatThrownBy(() -> SocketPort.open(gone))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot connect to " + gone)
                .hasMessageContaining("is the terminal server on");
    }

    private static void echo(Socket client) {
        try (client) {
            client.getInputStream().transferTo(client.getOutputStream());
        } catch (IOException e) {
            // the test closed it
        }
    }

    private static SerialLine line(ServerSocket server) {
        return SerialLine.open("net", settings(server));
    }

    private static SerialSettings settings(ServerSocket server) {
        return new SerialSettings(address(server), 9600, 8, Parity.NONE, 1);
    }

    private static PortAddress.Socket address(ServerSocket server) {
        return new PortAddress.Socket(server.getInetAddress().getHostAddress(), server.getLocalPort());
    }
}
