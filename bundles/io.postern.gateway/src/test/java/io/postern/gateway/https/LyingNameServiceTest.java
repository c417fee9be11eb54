// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.spi.Dialer;
import io.postern.gateway.spi.UnreachableException;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.ServerIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A name service that sends the gateway to the wrong place, to none, or to several of which one is right. */
@SuppressWarnings("NullAway.Init") // set before each test
class LyingNameServiceTest {
    private static final String HOST = "hub.lies.test";
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(10);

    @TempDir
    static Path directory;

    private static ServerIdentity hub;
    private static ServerIdentity stranger;
    private static TrustAnchors anchors;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<InetAddress> told = new ArrayList<>();
    private ScriptedServer server;
    private InetAddress right;
    private int asked;

    @BeforeAll
    static void makeKeys() throws IOException {
        hub = ServerIdentity.selfSigned(directory, HOST);
        stranger = ServerIdentity.selfSigned(directory, "elsewhere.test");
        anchors = TrustAnchors.load(hub.pem());
    }

    @BeforeEach
    void listen() throws IOException {
        right = InetAddress.getByName(LoopbackAddress.random());
        server = new ScriptedServer(right.getHostAddress(), hub);
        open.add(server);
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    @Test
    void anAddressThatSwallowsEverythingIsFollowedByTheNextAndNotTriedFirstAgain() throws Exception {
        told.addAll(List.of(blackHole(), right));
        var dialer =
                new TlsDialer(anchors, Optional.empty(), new TlsDialer.Limits(Duration.ofSeconds(1), LONG), names());

        dialer.dial(to(), Optional.empty()).close();
        long begin = System.nanoTime();
        dialer.dial(to(), Optional.empty()).close();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void requestsFindTheirWayToo() throws Exception {
        told.addAll(List.of(blackHole(), impostor(), right));
        server.willAnswer(200, "{}");
        server.willAnswer(200, "{}");
        HttpsExchange https = https(SHORT);

        assertThat(https.send("GET", uri(), Optional.empty(), Optional.empty()).status())
                .isEqualTo(200);
        told.clear(); // the connection is there, nobody need be asked for the name
        assertThat(https.send("GET", uri(), Optional.empty(), Optional.empty()).status())
                .isEqualTo(200);
    }

    @Test
    @Tag("HUB-21")
    void aServerThatIsNotTheHubIsRefusedAndNamedAndTheRightOneFoundBehindIt() throws Exception {
        told.add(impostor());
        TlsDialer dialer = dialer();
        assertThatThrownBy(() -> dialer.dial(to(), Optional.empty()))
                .isInstanceOf(UnreachableException.class)
                .hasMessageContaining("it does not prove to be that server");
        assertThatThrownBy(() -> https(LONG).send("GET", uri(), Optional.empty(), Optional.empty()))
                .isInstanceOf(UnreachableException.class)
                .hasMessageContaining("it does not prove to be that server");

        told.add(right);
        dialer.dial(to(), Optional.empty()).close();
    }

    @Test
    void aNameThatNobodyKnowsOrThatStandsForNothingIsSaidSo() {
        assertThatThrownBy(() -> dialer().dial(to(), Optional.empty()))
                .isInstanceOf(UnreachableException.class)
                .hasMessageContaining("its name is not known here; look at the name server");
        assertThatThrownBy(() -> https(LONG).send("GET", uri(), Optional.empty(), Optional.empty()))
                .isInstanceOf(UnreachableException.class)
                .hasMessageContaining("its name is not known here; look at the name server");
        var unknown = new TlsDialer(anchors, Optional.empty(), TlsDialer.Limits.DEFAULT, new Addresses(host -> {
            throw new UnknownHostException(host);
        }));
        assertThatThrownBy(() -> unknown.dial(to(), Optional.empty()))
                .isInstanceOf(UnreachableException.class)
                .hasMessageContaining("its name is not known here");
    }

    @Test
    void ofAThousandAddressesOnlyFourAreTriedAndTheLastOfThemIsDescribed() throws Exception {
        int nobody = closedPort();
        for (int n = 0; n < 1000; n++) {
            told.add(right);
        }
        assertThatThrownBy(
                        () -> dialer().dial(new Dialer.Destination(HOST, nobody, Optional.empty()), Optional.empty()))
                .isInstanceOf(UnreachableException.class)
                .hasMessageContaining("nobody listens there")
                .hasMessageContaining("(the last of 4 addresses; none led there)");
        assertThat(asked).as("questions to the name service").isLessThan(20);
    }

    @Test
    void whoReadsNothingDoesNotHoldUpALongRequestForEver() throws Exception {
        told.add(right);
        try (ServerSocket deaf = deaf()) {
            var impatient = new HttpsExchange(
                    TrustAnchors.load(hub.pem()),
                    Optional.empty(),
                    new HttpsExchange.Limits(LONG, SHORT, SHORT),
                    new Addresses(_ -> told.toArray(InetAddress[]::new)));
            long begin = System.nanoTime();
            assertThatThrownBy(() -> impatient.send(
                            "POST",
                            URI.create("https://" + HOST + ":" + deaf.getLocalPort() + "/"),
                            Optional.empty(),
                            Map.of(),
                            "application/octet-stream",
                            new byte[32 << 20]))
                    .isInstanceOf(UnreachableException.class)
                    .hasMessageContaining("it did not take the request in time");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(LONG);
        }
    }

    /** A hub that shakes hands and then reads no more. */
    private ServerSocket deaf() throws IOException {
        ServerSocket deaf = hub.serverContext().getServerSocketFactory().createServerSocket(0, 5, right);
        Thread.startVirtualThread(() -> {
            try {
                var socket = (SSLSocket) deaf.accept();
                open.add(socket);
                socket.startHandshake();
            } catch (IOException e) {
                // over
            }
        });
        return deaf;
    }

    private TlsDialer dialer() {
        return new TlsDialer(anchors, Optional.empty(), new TlsDialer.Limits(SHORT, LONG), names());
    }

    private HttpsExchange https(Duration connect) {
        return new HttpsExchange(anchors, Optional.empty(), new HttpsExchange.Limits(connect, LONG, LONG), names());
    }

    private Addresses names() {
        return new Addresses(_ -> {
            asked++;
            return told.toArray(InetAddress[]::new);
        });
    }

    private Dialer.Destination to() {
        return new Dialer.Destination(HOST, server.port(), Optional.empty());
    }

    private URI uri() {
        return URI.create("https://" + HOST + ":" + server.port() + "/");
    }

    /** An address whose port is the hub's, where somebody with another name listens. */
    private InetAddress impostor() throws IOException {
        InetAddress address = InetAddress.getByName(LoopbackAddress.random());
        open.add(new ScriptedServer(address.getHostAddress(), server.port(), stranger));
        return address;
    }

    /** An address whose port takes no SYN any more: nobody accepts, and the queue is full. */
    private InetAddress blackHole() throws IOException {
        InetAddress address = InetAddress.getByName(LoopbackAddress.random());
        open.add(new ServerSocket(server.port(), 1, address));
        while (true) {
            var filling = new Socket();
            open.add(filling);
            try {
                filling.connect(new InetSocketAddress(address, server.port()), 100);
            } catch (SocketTimeoutException full) {
                return address;
            }
        }
    }

    private int closedPort() throws IOException {
        try (var socket = new ServerSocket(0, 1, right)) {
            return socket.getLocalPort();
        }
    }
}
