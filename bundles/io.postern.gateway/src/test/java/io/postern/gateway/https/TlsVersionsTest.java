// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.ServerIdentity;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which versions of TLS the gateway offers, as a server sees them on the wire, and which it takes. */
@Tag("SEC-07")
@Tag("HUB-23")
class TlsVersionsTest {
    private static final String NAME = "versions.example";
    private static final String ADDRESS = LoopbackAddress.random();
    private static final int SUPPORTED_VERSIONS = 43; // RFC 8446, 4.2.1

    @TempDir
    Path directory;

    @Test
    void aServerThatLeavesTheChoiceToItGetsTheQuickestSuite() throws Exception {
        ServerIdentity identity = ServerIdentity.selfSigned(directory, NAME);
        try (var server = (SSLServerSocket) identity.serverContext()
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getByName(ADDRESS))) {
            SSLParameters ours = server.getSSLParameters();
            ours.setUseCipherSuitesOrder(false);
            server.setSSLParameters(ours);
            var agreed = new CompletableFuture<String>();
            Thread.startVirtualThread(() -> {
                try (var socket = (SSLSocket) server.accept()) {
                    socket.startHandshake();
                    agreed.complete(socket.getSession().getCipherSuite());
                } catch (IOException e) {
                    agreed.completeExceptionally(e);
                }
            });
            try (SSLSocket socket = connect(identity, server)) {
                socket.startHandshake();
                assertThat(agreed.get()).isEqualTo("TLS_CHACHA20_POLY1305_SHA256");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TLSv1.2, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLSv1.3, TLS_CHACHA20_POLY1305_SHA256",
        "TLSv1.3, TLS_AES_256_GCM_SHA384"
    })
    void aServerOfEitherVersionIsSpokenToWhateverItHas(String version, String suite) throws Exception {
        ServerIdentity identity = ServerIdentity.selfSigned(directory, NAME);
        try (var server = (SSLServerSocket) identity.serverContext()
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getByName(ADDRESS))) {
            server.setEnabledProtocols(new String[] {version});
            server.setEnabledCipherSuites(new String[] {suite});
            var ended = new CompletableFuture<Integer>();
            Thread.startVirtualThread(() -> {
                try (Socket socket = server.accept()) {
                    ended.complete(socket.getInputStream().read());
                } catch (IOException e) {
                    ended.completeExceptionally(e);
                }
            });
            try (SSLSocket socket = connect(identity, server)) {
                socket.startHandshake();
                assertThat(socket.getSession().getProtocol()).isEqualTo(version);
                assertThat(socket.getSession().getCipherSuite()).isEqualTo(suite);
                socket.getOutputStream().write(7);
                assertThat(ended.get()).isEqualTo(7);
            }
        }
    }

    @Test
    void nothingOlderIsOfferedAndAServerThatInsistsOnItIsLeft() throws Exception {
        ServerIdentity identity = ServerIdentity.selfSigned(directory, NAME);
        try (var server = new ServerSocket(0, 1, InetAddress.getByName(ADDRESS))) {
            Future<List<Integer>> offered = offered(server);
            try (SSLSocket socket = connect(identity, server)) {
                assertThatThrownBy(socket::startHandshake)
                        .isInstanceOf(SSLException.class)
                        .hasMessageContaining("TLS");
            }
            assertThat(offered.get()).containsExactly(0x0304, 0x0303);
        }
    }

    private static SSLSocket connect(ServerIdentity identity, ServerSocket server) throws IOException {
        return (SSLSocket) TrustAnchors.load(identity.pem())
                .socketFactory()
                .createSocket(server.getInetAddress(), server.getLocalPort());
    }

    /** The versions in the first greeting, which is answered with the greeting of a server that knows TLS 1.1 only. */
    private static Future<List<Integer>> offered(ServerSocket server) {
        var versions = new CompletableFuture<List<Integer>>();
        Thread.startVirtualThread(() -> {
            try (Socket socket = server.accept()) {
                var in = new DataInputStream(socket.getInputStream());
                in.skipNBytes(3);
                byte[] greeting = in.readNBytes(in.readUnsignedShort());
                socket.getOutputStream().write(serverOfTls11());
                socket.getOutputStream().flush();
                versions.complete(versions(ByteBuffer.wrap(greeting))
                        .orElseThrow(() -> new IOException("the greeting names no versions")));
                in.readAllBytes();
            } catch (IOException e) {
                versions.completeExceptionally(e);
            }
        });
        return versions;
    }

    /** RFC 8446, 4.1.2: the extension, of the greeting of a client. */
    private static Optional<List<Integer>> versions(ByteBuffer greeting) {
        greeting.position(4 + 2 + 32); // header, old version, random
        skip(greeting, greeting.get() & 0xFF); // session
        skip(greeting, greeting.getShort() & 0xFFFF); // cipher suites
        skip(greeting, greeting.get() & 0xFF); // compression
        greeting.getShort();
        while (greeting.hasRemaining()) {
            int type = greeting.getShort() & 0xFFFF;
            int length = greeting.getShort() & 0xFFFF;
            if (type == SUPPORTED_VERSIONS) {
                List<Integer> found = new ArrayList<>();
                for (int left = greeting.get() & 0xFF; left > 0; left -= 2) {
                    found.add(greeting.getShort() & 0xFFFF);
                }
                return Optional.of(found);
            }
            skip(greeting, length);
        }
        return Optional.empty();
    }

    private static void skip(ByteBuffer buffer, int octets) {
        buffer.position(buffer.position() + octets);
    }

    /** RFC 4346, 7.4.1.3: record and handshake headers, version 3.2, random, no session, AES 128 CBC, no compression. */
    private static byte[] serverOfTls11() {
        return ByteBuffer.allocate(5 + 4 + 38)
                .put(new byte[] {22, 3, 2, 0, 42})
                .put(new byte[] {2, 0, 0, 38})
                .put(new byte[] {3, 2})
                .put(new byte[32])
                .put(new byte[] {0, 0, 0x2F, 0})
                .array();
    }
}
