// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.endpoint.Canaries;
import io.postern.testkit.CapturedLog;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that trust another authority, or speak in plain text: the log says so, and the listeners go on. */
class UntrustedAuthorityIT {
    @TempDir
    Path directory;

    @TempDir
    Path elsewhere;

    private CloudSite site;

    @BeforeEach
    void open() throws Exception {
        site = new CloudSite(directory);
        site.start(0, 0);
    }

    @AfterEach
    void close() {
        site.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    @Tag("SEC-08")
    void aClientWithAnotherRootCertificateIsNamedAsThatAtBothListeners(String version) throws Exception {
        SSLContext foreign = trustingNobodyWeKnow();
        try (CapturedLog log = CapturedLog.start()) {
            assertThatThrownBy(() -> handshake(foreign, site.endpoint().httpsPort(), version))
                    .isInstanceOf(SSLHandshakeException.class);
            assertThat(log.await("WARNING", "listener=HTTPS", "certificate_unknown"))
                    .contains("count=1");

            assertThatThrownBy(() -> handshake(foreign, site.endpoint().mqttPort(), version))
                    .isInstanceOf(SSLHandshakeException.class);
            assertThat(log.await("WARNING", "listener=MQTT", "certificate_unknown"))
                    .contains("count=1");
        }
        try (CloudSite.Client client = site.client()) {
            assertThat(client.send("GET", CloudSite.NAMES.hubHost(), "/devices", "")
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    @Tag("SEC-08")
    void aTokenSentInPlainTextGetsNoAnswerAndDoesNotReachTheLog() throws Exception {
        var canaries = new Canaries();
        Secret key = canaries.key(Secret.random(32, new SecureRandom()));
        String token = canaries.token(SasToken.sign(
                ResourceUri.hub(CloudSite.NAMES.hub()), Instant.now(), Optional.of("p"), key::hmacSha256));
        String request = "GET /devices HTTP/1.1\r\nHost: h\r\nAuthorization: " + token + "\r\n\r\n";
        try (CapturedLog log = CapturedLog.start()) {
            for (int port : new int[] {
                site.endpoint().httpsPort(),
                site.endpoint().mqttPort(),
                site.endpoint().amqpPort()
            }) {
                assertThat(plain(port, request)).doesNotContain("HTTP");
            }

            log.await("listener=HTTPS", "the client does not speak TLS");
            log.await("listener=MQTT", "the client does not speak TLS");
            canaries.assertNoneIn(log.text());
        }
    }

    private static void handshake(SSLContext trust, int port, String version) throws IOException {
        try (SSLSocket socket = (SSLSocket) trust.getSocketFactory().createSocket(CloudSite.NAMES.hubHost(), port)) {
            socket.setSoTimeout(20_000);
            socket.setEnabledProtocols(new String[] {version});
            socket.startHandshake();
        }
    }

    private static String plain(int port, String text) throws IOException {
        try (Socket socket = new Socket(CloudSite.ADDRESS, port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException reset) {
            return ""; // no answer either
        }
    }

    /** Trusts the authority of another cloud side, which is called just the same. */
    private SSLContext trustingNobodyWeKnow() throws Exception {
        try (CloudSite other = new CloudSite(elsewhere)) {
            other.start(0, 0);
            try (CloudSite.Client client = other.client()) {
                return client.tls();
            }
        }
    }
}
