// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.lab.sim.PtyBus;
import io.postern.testkit.Await;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A terminal server: Debian's socat between a socket and a line with a unit by libmodbus at its end. */
final class RtuOverTcp implements AutoCloseable {
    private final PtyBus bus;
    private final PythonPeer peer;
    private final Process socat;
    private final int port;

    private RtuOverTcp(PtyBus bus, PythonPeer peer, Process socat, int port) {
        this.bus = bus;
        this.peer = peer;
        this.socat = socat;
        this.port = port;
    }

    static RtuOverTcp start(String host, Path dir) throws IOException {
        PtyBus bus = PtyBus.open(PtyBus.Wiring.HALF_DUPLEX, dir.resolve("server"), dir.resolve("units"));
        PythonPeer peer = PythonPeer.start(dir, "libmodbus", "rtu", bus.port(1).toString(), 7);
        int port = free(host);
        Process socat = new ProcessBuilder(
                        "socat", "TCP-LISTEN:" + port + ",bind=" + host + ",fork", bus.port(0) + ",raw,echo=0,b19200")
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("socat").toFile())
                .start();
        Await.until(Duration.ofSeconds(10), "socat listens", () -> listens(port));
        return new RtuOverTcp(bus, peer, socat, port);
    }

    /** The address is this test's own, so nobody else takes the port in between. */
    private static int free(String host) throws IOException {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(host, 0));
            return socket.getLocalPort();
        }
    }

    /** Looked up rather than connected to: whoever connects would take the line. */
    private static boolean listens(int port) throws IOException {
        String hex = ":%04X ".formatted(port);
        return java.nio.file.Files.readAllLines(Path.of("/proc/net/tcp")).stream()
                .anyMatch(line -> line.contains(hex) && line.contains(" 0A "));
    }

    int port() {
        return port;
    }

    @Override
    public void close() throws InterruptedException {
        socat.destroy();
        if (!socat.waitFor(5, TimeUnit.SECONDS)) {
            socat.destroyForcibly();
        }
        peer.close();
        bus.close();
    }
}
