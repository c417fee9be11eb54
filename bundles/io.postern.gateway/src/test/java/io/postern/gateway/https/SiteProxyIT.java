// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.testkit.Await;
import io.postern.testkit.LoopbackAddress;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tunnels through proxies that were not written here: tinyproxy and microsocks. */
@SuppressWarnings("NullAway.Init") // set before each test
class SiteProxyIT {
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final int PATIENCE = 10_000;
    private static final String NAME = "localhost"; // which every name service knows

    @TempDir
    Path directory;

    private final List<Process> processes = new ArrayList<>();
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"));
        Thread.startVirtualThread(this::echoAll);
    }

    @AfterEach
    void end() throws Exception {
        server.close();
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
    }

    @ParameterizedTest
    @EnumSource
    void octetsGoThroughBothWays(SiteProxy.Kind kind) throws Exception {
        try (var socket = new TunnelSocket(proxy(kind, false, Optional.empty()))) {
            socket.connect(InetSocketAddress.createUnresolved(NAME, server.getLocalPort()), PATIENCE);
            assertThat(echo(socket, "ping")).isEqualTo("ping");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aProxyWithAUserLetsItIn(SiteProxy.Kind kind) throws Exception {
        try (var socket = new TunnelSocket(proxy(kind, true, Optional.of("postern:sesame1")))) {
            socket.connect(InetSocketAddress.createUnresolved(NAME, server.getLocalPort()), PATIENCE);
            assertThat(echo(socket, "through")).isEqualTo("through");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWrongPasswordIsSaidSo(SiteProxy.Kind kind) throws Exception {
        try (var socket = new TunnelSocket(proxy(kind, true, Optional.of("postern:wrong")))) {
            assertThatThrownBy(() ->
                            socket.connect(InetSocketAddress.createUnresolved(NAME, server.getLocalPort()), PATIENCE))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining("the proxy " + scheme(kind))
                    .hasMessageContaining("proxyCredentialsFile")
                    .hasMessageNotContaining("wrong");
        }
    }

    @Test
    void aSocksProxyThatWantsAUserSaysSo() throws Exception {
        try (var socket = new TunnelSocket(proxy(SiteProxy.Kind.SOCKS5, true, Optional.empty()))) {
            assertThatThrownBy(() ->
                            socket.connect(InetSocketAddress.createUnresolved(NAME, server.getLocalPort()), PATIENCE))
                    .hasMessageContaining("put user:password into");
        }
    }

    @Test
    void aServerThatIsNotThereIsSaidSo() throws Exception {
        int closed = server.getLocalPort();
        server.close();
        try (var socket = new TunnelSocket(proxy(SiteProxy.Kind.SOCKS5, false, Optional.empty()))) {
            assertThatThrownBy(() -> socket.connect(InetSocketAddress.createUnresolved(NAME, closed), PATIENCE))
                    .hasMessageContaining("opens no way to localhost:" + closed + ": nobody listens there");
        }
    }

    private SiteProxy proxy(SiteProxy.Kind kind, boolean insists, Optional<String> credentials) throws Exception {
        String address = LoopbackAddress.random();
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getByName(address))) {
            port = free.getLocalPort();
        }
        List<String> command =
                kind == SiteProxy.Kind.HTTP ? tinyproxy(address, port, insists) : microsocks(address, port, insists);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("proxy.log").toFile())
                .start();
        processes.add(process);
        Await.until(LONG, command.getFirst() + " to listen", () -> {
            if (!process.isAlive()) {
                throw new IOException("it ended: " + Files.readString(directory.resolve("proxy.log")));
            }
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(address, port));
                return true;
            }
        });
        return SiteProxy.parse(scheme(kind) + address + ":" + port, file(credentials));
    }

    private List<String> tinyproxy(String address, int port, boolean insists) throws IOException {
        Path file = Files.writeString(
                directory.resolve("tinyproxy.conf"),
                "Port " + port + "\nListen " + address + "\nTimeout 60\nAllow 127.0.0.0/8\n"
                        + (insists ? "BasicAuth postern sesame1\n" : ""));
        return List.of(program("tinyproxy"), "-d", "-c", file.toString());
    }

    private static List<String> microsocks(String address, int port, boolean insists) {
        var command = new ArrayList<>(List.of(program("microsocks"), "-i", address, "-p", Integer.toString(port)));
        if (insists) {
            command.addAll(List.of("-u", "postern", "-P", "sesame1"));
        }
        return command;
    }

    private static String program(String name) {
        Path path = Path.of("/usr/bin", name);
        assertThat(path)
                .as("needed by this test: apt-get install microsocks tinyproxy-bin")
                .isExecutable();
        return path.toString();
    }

    private Optional<Path> file(Optional<String> credentials) throws IOException {
        if (credentials.isEmpty()) {
            return Optional.empty();
        }
        Path file = Files.writeString(directory.resolve("credentials"), credentials.get() + "\n");
        return Optional.of(Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------")));
    }

    private static String scheme(SiteProxy.Kind kind) {
        return switch (kind) {
            case HTTP -> "http://";
            case SOCKS5 -> "socks5://";
        };
    }

    private static String echo(Socket socket, String text) throws IOException {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        socket.getOutputStream().write(octets);
        return new String(socket.getInputStream().readNBytes(octets.length), StandardCharsets.UTF_8);
    }

    private void echoAll() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Thread.startVirtualThread(() -> {
                    try (client) {
                        client.getInputStream().transferTo(client.getOutputStream());
                    } catch (IOException e) {
                        // gone
                    }
                });
            } catch (IOException e) {
                // closed
            }
        }
    }
}
