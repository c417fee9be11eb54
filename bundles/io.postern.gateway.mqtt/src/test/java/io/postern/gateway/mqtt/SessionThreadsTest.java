// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.postern.gateway.https.TrustAnchors;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.HubSession;
import io.postern.testkit.Await;
import io.postern.testkit.Hosts;
import io.postern.testkit.LoopbackAddress;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What sessions leave behind when they end: nothing. */
class SessionThreadsTest {
    private static final HubName HUB = HubName.of("threads.mqtt.test");
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    static Path directory;

    private final AtomicInteger dumps = new AtomicInteger();

    @Test
    void noThreadOutlivesItsSessionHoweverTheSessionEnds() throws Exception {
        String address = LoopbackAddress.random();
        Hosts.write(address, HUB.text());
        ServerCertificate certificate = ServerCertificate.make(directory, HUB.text());
        try (ScriptedHub hub = new ScriptedHub(certificate.serverContext(), address);
                PahoHubLink link = PahoHubLinkTest.link(TrustAnchors.load(certificate.certificate()), hub.port())) {
            List<HubSession> sessions = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                sessions.add(open(link, "ended-" + i));
            }
            int platformThreads = Thread.getAllStackTraces().size();
            for (int i = 0; i < 10; i++) {
                sessions.add(open(link, "cut-" + i));
            }
            assertThat(Thread.getAllStackTraces().size())
                    .as("platform threads for ten more sessions")
                    .isLessThan(platformThreads + 10); // a plain client costs four each; the carriers' pool may grow
            assertThat(pahoThreads()).as("the dump shows what it should").isNotEmpty();
            sessions.subList(0, 10).forEach(HubSession::close);
            hub.cutAll();
            sessions.subList(10, 20).forEach(HubSession::close);
            refused(hub, link);

            Await.value(LONG, "Paho's threads to end", this::pahoThreads, List::isEmpty);
        }
    }

    private static void refused(ScriptedHub hub, PahoHubLink link) {
        hub.connack = 5;
        for (int i = 0; i < 10; i++) {
            int n = i;
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> open(link, "refused-" + n))
                    .isInstanceOf(IOException.class);
        }
    }

    private static HubSession open(PahoHubLink link, String device) throws IOException {
        DeviceId id = DeviceId.of(device);
        SasToken token = SasToken.sign(
                ResourceUri.device(HUB, id),
                Instant.parse("2030-01-01T00:00:00Z"),
                Optional.empty(),
                Secret.base64("a2V5")::hmacSha256);
        return link.open(HUB, id, new Credential.Token(token), Optional.empty());
    }

    /** Virtual threads are in no list but a dump. */
    private List<String> pahoThreads() throws IOException {
        Path dump = directory.resolve("threads-" + dumps.incrementAndGet() + ".txt");
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .dumpThreads(dump.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
        return Files.readAllLines(dump).stream()
                .filter(line -> line.contains("MQTT ") || line.contains("org.eclipse.paho"))
                .toList();
    }
}
