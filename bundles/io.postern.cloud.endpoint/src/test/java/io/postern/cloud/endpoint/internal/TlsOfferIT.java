// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the listeners agree to, asked by openssl: two versions, no weak suite, nothing without TLS, and no other port. */
@Timeout(60)
class TlsOfferIT {
    /** The ports of a whole cloud side. */
    private enum Listener {
        HTTPS,
        MQTT,
        AMQP;

        int port() {
            return switch (this) {
                case HTTPS -> site.endpoint().httpsPort();
                case MQTT -> site.endpoint().mqttPort();
                case AMQP -> site.endpoint().amqpPort();
            };
        }
    }

    @TempDir
    static Path directory;

    private static CloudSite site;
    private static Set<Integer> listeningBefore;

    @BeforeAll
    static void open() throws Exception {
        listeningBefore = listening();
        site = new CloudSite(directory);
        site.start(0, 0);
    }

    @AfterAll
    static void close() {
        site.close();
    }

    @ParameterizedTest
    @EnumSource
    @Tag("HUB-23")
    @Tag("DEC-3")
    void theTwoCurrentVersionsAreSpokenAndTheOldOnesAreNot(Listener listener) throws Exception {
        assertThat(shake(listener, "-tls1_2")).contains("New, TLSv1.2, Cipher is ECDHE-ECDSA-CHACHA20-POLY1305");
        assertThat(shake(listener, "-tls1_3")).contains("New, TLSv1.3, Cipher is TLS_CHACHA20_POLY1305_SHA256");
        for (String old : List.of("-tls1", "-tls1_1")) {
            assertThat(shake(listener, old, "-cipher", "ALL:@SECLEVEL=0"))
                    .as(old)
                    .contains("alert protocol version")
                    .contains("Cipher is (NONE)");
        }
    }

    @ParameterizedTest
    @EnumSource
    @Tag("SEC-07")
    void noSuiteWithoutForwardSecrecyAndAuthenticatedEncryptionIsAgreedTo(Listener listener) throws Exception {
        String weak = "ALL:COMPLEMENTOFALL:!AESGCM:!CHACHA20:@SECLEVEL=0";
        assertThat(shake(listener, "-tls1_2", "-cipher", weak)).contains("handshake failure");
        assertThat(shake(listener, "-tls1_2", "-cipher", "kRSA:DH:@SECLEVEL=0")).contains("handshake failure");
        assertThat(shake(listener, "-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_SHA256"))
                .contains("handshake failure");
    }

    @ParameterizedTest
    @EnumSource
    void theServersOrderOfSuitesCountsAndNotTheClients(Listener listener) throws Exception {
        String order = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
        assertThat(shake(listener, "-tls1_3", "-ciphersuites", order))
                .contains("Cipher is TLS_CHACHA20_POLY1305_SHA256");
        assertThat(shake(listener, "-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384"))
                .contains("Cipher is TLS_AES_256_GCM_SHA384");
        String older = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305";
        assertThat(shake(listener, "-tls1_2", "-cipher", older)).contains("Cipher is ECDHE-ECDSA-CHACHA20-POLY1305");
    }

    @ParameterizedTest
    @EnumSource
    void aClientCannotMakeTheServerShakeHandsAgain(Listener listener) throws Exception {
        String said = openssl("R\n", listener, "-tls1_2");

        assertThat(said).contains("RENEGOTIATING").doesNotContain("verify return:1\nread R BLOCK");
        assertThat(said).containsAnyOf("handshake failure", "no renegotiation", "unexpected eof", "errno");
    }

    @ParameterizedTest
    @CsvSource({
        "HTTPS, GET / HTTP/1.1",
        "MQTT, GET / HTTP/1.1",
        "AMQP, GET / HTTP/1.1",
        "HTTPS, MQTT",
        "MQTT, MQTT",
        "AMQP, MQTT",
        "HTTPS, AMQP",
        "MQTT, AMQP",
        "AMQP, AMQP"
    })
    @Tag("SEC-08")
    void whoeverSpeaksPlainlyIsNotAnswered(Listener listener, String protocol) throws Exception {
        byte[] opening =
                switch (protocol) {
                    case "MQTT" -> new byte[] {0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 0};
                    case "AMQP" -> new byte[] {'A', 'M', 'Q', 'P', 0, 1, 0, 0};
                    default -> (protocol + "\r\nHost: hub.site.test\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
                };
        try (var socket = new Socket(InetAddress.getByName(CloudSite.ADDRESS), listener.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(opening);

            byte[] answer = answer(socket);
            assertThat(answer.length == 0 || answer[0] == 21)
                    .as("a TLS alert or nothing, not " + new String(answer, StandardCharsets.US_ASCII))
                    .isTrue();
        }
    }

    @Test
    @Tag("SEC-08")
    void nothingElseListens() throws IOException {
        Set<Integer> now = listening();
        now.removeAll(listeningBefore);

        assertThat(now)
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Listener.values()).map(Listener::port).toList());
    }

    private static byte[] answer(Socket socket) {
        try {
            return socket.getInputStream().readAllBytes();
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("still open", e);
        } catch (IOException reset) {
            return new byte[0];
        }
    }

    private static String shake(Listener listener, String... options) throws Exception {
        return openssl("", listener, options);
    }

    private static String openssl(String typed, Listener listener, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl", "s_client", "-connect"));
        command.addAll(List.of(CloudSite.ADDRESS + ":" + listener.port(), "-servername", CloudSite.NAMES.hubHost()));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().write(typed.getBytes(StandardCharsets.US_ASCII));
        if (typed.isEmpty()) {
            process.getOutputStream().close(); // says farewell as soon as it has shaken hands
        } else {
            process.getOutputStream().flush();
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    /** The TCP ports on which this process listens, of whatever address. */
    private static Set<Integer> listening() throws IOException {
        Set<String> mine = new TreeSet<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                if (Files.exists(descriptor, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
                    mine.add(target(descriptor));
                }
            }
        }
        Set<Integer> ports = new TreeSet<>();
        for (String table : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
            if (!Files.exists(Path.of(table))) {
                continue; // a machine without IPv6
            }
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] field = line.strip().split(" +");
                if (field[3].equals("0A") && mine.contains("socket:[" + field[9] + "]")) { // 0A: listens
                    ports.add(Integer.parseInt(field[1].replaceAll(".*:", ""), 16));
                }
            }
        }
        return ports;
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closed) {
            return "";
        }
    }
}
