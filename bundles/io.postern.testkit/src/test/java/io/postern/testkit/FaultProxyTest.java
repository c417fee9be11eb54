// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway.Init") // set before each test
class FaultProxyTest {
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final int SILENCE_MS = 150;

    private final String address = LoopbackAddress.random();
    private final Set<Socket> behind = ConcurrentHashMap.newKeySet();
    private ServerSocket echo;
    private FaultProxy proxy;

    @BeforeEach
    void start() throws IOException {
        String server = LoopbackAddress.random();
        echo = new ServerSocket(0, 50, InetAddress.getByName(server));
        Thread.startVirtualThread(this::echo);
        proxy = new FaultProxy(address, server, echo.getLocalPort());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        echo.close();
    }

    @Test
    void octetsPassUntilEitherSideEndsAndConnectionsAreCounted() throws IOException {
        try (Socket first = dial();
                Socket second = dial()) {
            assertThat(say(first, "one")).isEqualTo("one");
            assertThat(say(second, "two")).isEqualTo("two");
        }
        assertThat(proxy.attempts()).isEqualTo(2);
        Await.until(LONG, "both to be gone", () -> proxy.open() == 0 && behind.isEmpty());
    }

    @Test
    void aDelayHoldsForEachWayAndDoesNotHoldUpWhatFollows() throws IOException {
        try (Socket client = dial()) {
            say(client, "warm");
            proxy.make(new NetworkFault.Delay(Duration.ofMillis(100)));
            long begin = System.nanoTime();
            for (int n = 0; n < 200; n++) { // one after the other they would take 40 seconds
                client.getOutputStream().write("words".getBytes(StandardCharsets.US_ASCII));
            }
            assertThat(client.getInputStream().readNBytes(1000)).hasSize(1000);
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isBetween(Duration.ofMillis(200), Duration.ofSeconds(20));
        }
    }

    @Test
    void aNarrowLinkTakesItsTime() throws IOException {
        try (Socket client = dial()) {
            proxy.make(new NetworkFault.Bandwidth(100_000));
            long begin = System.nanoTime();
            assertThat(say(client, "x".repeat(20_000))).hasSize(20_000);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(190));
        }
    }

    @Test
    void aStallHoldsTheSenderUpAndLosesNothing() throws Exception {
        try (Socket client = dial();
                Socket late = stalled()) {
            assertSilent(client, "kept");
            assertSilent(late, "late");
            proxy.heal();
            assertThat(read(client, 4)).isEqualTo("kept");
            assertThat(read(late, 4)).isEqualTo("late");
        }
    }

    @Test
    void behindAVanishedPeerNothingComesNobodyHearsOfTheOthersEndAndHealingDoesNotHelp() throws Exception {
        Socket client = dial();
        say(client, "there");
        proxy.make(new NetworkFault.HalfOpen());
        assertSilent(client, "lost");
        proxy.heal();
        assertSilent(client, "lost, too");
        assertThat(behind).hasSize(1);
        client.close();
        try (Socket next = dial()) {
            assertThat(say(next, "again")).isEqualTo("again");
            assertThat(behind).as("the server still believes in the first").hasSize(2);
        }
    }

    @Test
    void aResetTearsDownWhatIsOpenAndWhatComes() throws IOException {
        try (Socket client = dial()) {
            say(client, "there");
            proxy.make(new NetworkFault.Reset());
            assertThatThrownBy(() -> read(client, 1))
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
            try (Socket next = dial()) {
                assertThatThrownBy(() -> say(next, "anyone"))
                        .isInstanceOf(SocketException.class)
                        .hasMessageMatching("(?i).*(reset|broken pipe).*");
            }
        }
    }

    @Test
    void aConnectionIsCutInOrderByItsAgeOrByItsSilence() throws IOException {
        try (Socket client = dial()) {
            say(client, "there");
            proxy.make(new NetworkFault.CutAfter(Duration.ofMillis(200)));
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        proxy.make(new NetworkFault.CutWhenSilent(Duration.ofMillis(200)));
        try (Socket client = dial()) {
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < Duration.ofMillis(400).toNanos()) {
                assertThat(say(client, "on")).isEqualTo("on");
            }
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void oneOctetOfSoManyIsNotWhatItWas() throws IOException {
        try (Socket client = dial()) {
            proxy.make(new NetworkFault.Corrupt(1000));
            client.getOutputStream().write(new byte[3500]);
            byte[] answer = client.getInputStream().readNBytes(3500);
            for (int n = 0; n < answer.length; n++) {
                assertThat(answer[n]).as("octet %d, there and back", n).isEqualTo((byte)
                        (n % 1000 == 999 ? 0x10 + 0x20 : 0));
            }
        }
    }

    @Test
    void behindAProxyForConnectItIsTheSitesTrouble() throws IOException {
        try (var site = new ConnectProxy(LoopbackAddress.random(), address, Optional.empty());
                var client = new Socket(
                        site.url().split("/")[2].split(":")[0],
                        Integer.parseInt(site.url().split(":")[2]))) {
            String opened = say(client, "CONNECT any.name:" + echo.getLocalPort() + " HTTP/1.1\r\n\r\n", 39);
            assertThat(opened).startsWith("HTTP/1.1 200");
            assertThat(say(client, "through")).isEqualTo("through");
            proxy.make(new NetworkFault.CutAfter(Duration.ZERO));
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    private Socket dial() throws IOException {
        return new Socket(address, echo.getLocalPort());
    }

    private Socket stalled() throws IOException {
        proxy.make(new NetworkFault.Stall());
        return dial();
    }

    private static String say(Socket client, String words) throws IOException {
        return say(client, words, words.length());
    }

    private static String say(Socket client, String words, int answer) throws IOException {
        client.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
        return read(client, answer);
    }

    private static String read(Socket client, int octets) throws IOException {
        return new String(client.getInputStream().readNBytes(octets), StandardCharsets.US_ASCII);
    }

    private static void assertSilent(Socket client, String words) throws IOException {
        client.setSoTimeout(SILENCE_MS);
        assertThatThrownBy(() -> say(client, words)).isInstanceOf(SocketTimeoutException.class);
        client.setSoTimeout((int) LONG.toMillis());
    }

    private void echo() {
        while (!echo.isClosed()) {
            try {
                Socket client = echo.accept();
                behind.add(client);
                Thread.startVirtualThread(() -> {
                    try (client) {
                        client.getInputStream().transferTo(client.getOutputStream());
                    } catch (IOException e) {
                        // gone
                    } finally {
                        behind.remove(client);
                    }
                });
            } catch (IOException e) {
                // closed
            }
        }
    }
}
