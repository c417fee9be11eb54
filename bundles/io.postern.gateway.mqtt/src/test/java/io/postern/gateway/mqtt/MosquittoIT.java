// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.postern.gateway.https.TrustAnchors;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.NotAuthorizedException;
import io.postern.testkit.Await;
import io.postern.testkit.Hosts;
import io.postern.testkit.LoopbackAddress;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.hub.HubUserName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The link against a broker that was not written here. */
@SuppressWarnings("NullAway.Init") // set before all tests
class MosquittoIT {
    private static final HubName HUB = HubName.of("mosquitto.mqtt.test");
    private static final DeviceId METER = DeviceId.of("meter-1");
    private static final SasToken TOKEN = token("a2V5");

    @TempDir
    static Path directory;

    private static Mosquitto broker;
    private static PahoHubLink link;

    @BeforeAll
    static void start() throws Exception {
        Optional<Path> program = Mosquitto.program();
        assumeTrue(program.isPresent(), "mosquitto is not installed; on Debian: apt-get install mosquitto");
        String address = LoopbackAddress.random();
        Hosts.write(address, HUB.text());
        ServerCertificate certificate = ServerCertificate.make(directory, HUB.text());
        broker = new Mosquitto(
                program.orElseThrow(),
                directory,
                address,
                certificate,
                new HubUserName(HUB, METER, Optional.empty()).text(),
                TOKEN.text().revealUtf8());
        link = PahoHubLinkTest.link(TrustAnchors.load(certificate.certificate()), broker.port());
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (broker != null) {
            link.close();
            broker.close();
        }
    }

    @Test
    @Tag("HUB-16")
    void everyMessageIsAcknowledged() throws Exception {
        try (HubSession session = open(TOKEN)) {
            for (int batch = 0; batch < 20; batch++) {
                session.send(PahoHubLinkTest.messages(20));
            }
            assertThat(session.isOpen()).isTrue();
        }
    }

    @Test
    @Tag("HUB-16")
    void aTokenSignedWithAnotherKeyIsNotAuthorized() {
        assertThatThrownBy(() -> open(token("b3RoZXI="))).isInstanceOf(NotAuthorizedException.class);
    }

    @Test
    void aKilledBrokerIsNoticedAndAfterItsRestartANewSessionWorks() throws Exception {
        try (HubSession session = open(TOKEN)) {
            broker.kill();
            Await.until(Duration.ofSeconds(10), "the session to notice", () -> !session.isOpen());
            assertThatThrownBy(() -> session.send(PahoHubLinkTest.messages(1))).isInstanceOf(IOException.class);
        } finally {
            broker.restart();
        }
        try (HubSession session = open(TOKEN)) {
            session.send(PahoHubLinkTest.messages(1));
        }
    }

    @Test
    void aNewerSessionOfTheSameDeviceEndsTheOlder() throws Exception {
        try (HubSession older = open(TOKEN);
                HubSession newer = open(TOKEN)) {
            Await.until(Duration.ofSeconds(10), "the older session to end", () -> !older.isOpen());
            newer.send(PahoHubLinkTest.messages(1));
        }
    }

    private static HubSession open(SasToken token) throws IOException {
        return link.open(HUB, METER, new Credential.Token(token), Optional.empty());
    }

    private static SasToken token(String key) {
        return SasToken.sign(
                ResourceUri.device(HUB, METER),
                Instant.parse("2030-01-01T00:00:00Z"),
                Optional.empty(),
                Secret.base64(key)::hmacSha256);
    }
}
