// SPDX-License-Identifier: Apache-2.0
package io.postern.feature.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.launcher.Configuration;
import io.postern.launcher.FeatureFile;
import io.postern.launcher.RunningFeature;
import io.postern.testkit.Await;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.Swtpm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;

/** The driver of the guide, put into a gateway that does not know it, asks its instrument. */
class ExampleDriverIT {
    private static final Path EXAMPLE = Path.of(System.getProperty("postern.root"), "docs/extend/example-driver");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    @Test
    void aGatewayReadsALeafByADriverThatItDoesNotKnow() throws Exception {
        try (Swtpm tpm = Swtpm.fresh(directory);
                var probe = new Probe();
                RunningFeature gateway = start(tpm, probe)) {
            Bundle driver = gateway.framework()
                    .getBundleContext()
                    .installBundle(EXAMPLE.resolve("target/org.example.sdi12-1.0.0.jar")
                            .toUri()
                            .toString());
            assertThat(probe.asked).as("before there is a driver").isEmpty();

            driver.start();

            Await.until(PATIENCE, "both commands of the template", () -> probe.asked.containsAll(Set.of("RC0", "RC1")));
            assertThat(probe.asked).as("it is asked who it is").contains("I");
        }
    }

    private RunningFeature start(Swtpm tpm, Probe probe) throws Exception {
        Path configuration = Files.writeString(directory.resolve("gateway.json"), """
                {
                  "io.postern.gateway": {
                    "idScope": "0ne00000001", "provisioningHost": "provisioning.postern.test", "provisioningPort": 1,
                    "tokenHost": "tokens.postern.test", "tokenPort": 1, "templateDirectory": "%s"
                  },
                  "io.postern.gateway.tpm": { "device": "%s" },
                  "io.postern.gateway.store": { "directory": "%s" },
                  "io.postern.gateway.serial~field": { "name": "field", "port": "tcp://%s:%d" },
                  "io.postern.gateway.leaf~probe": {
                    "leaf": "probe", "template": "example-soil-probe", "line": "field", "address": "0", "period": "1s"
                  }
                }
                """.formatted(
                        EXAMPLE,
                        tpm.device(),
                        directory.resolve("store"),
                        probe.address().getHostAddress(),
                        probe.port()));
        return RunningFeature.start(
                FeatureFile.read(Path.of("target/feature")),
                directory.resolve("framework"),
                Configuration.read(configuration, Optional.empty()));
    }

    /** A soil probe behind a terminal server: answers as the data sheet says, one connection after another. */
    private static final class Probe implements AutoCloseable {
        private final Set<String> asked = new ConcurrentSkipListSet<>();
        private final ServerSocket server;
        private final Thread thread;

        Probe() throws IOException {
            server = new ServerSocket(0, 1, InetAddress.getByName(LoopbackAddress.random()));
            thread = Thread.ofVirtual().name("probe").start(this::serve);
        }

        InetAddress address() {
            return server.getInetAddress();
        }

        int port() {
            return server.getLocalPort();
        }

        private void serve() {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    answer(socket);
                } catch (IOException e) {
                    // the gateway hung up, or the test is over
                }
            }
        }

        private void answer(Socket socket) throws IOException {
            var question = new StringBuilder();
            for (int octet = socket.getInputStream().read();
                    octet >= 0;
                    octet = socket.getInputStream().read()) {
                if (octet != '!') {
                    question.append((char) octet);
                    continue;
                }
                String command = question.substring(1);
                question.setLength(0);
                asked.add(command);
                String said =
                        switch (command) {
                            case "RC0" -> "0+31.42+12.50" + crc("0+31.42+12.50");
                            case "RC1" -> "0+12.10" + crc("0+12.10");
                            default -> "014EXAMPLE P1    1.20042";
                        };
                socket.getOutputStream().write((said + "\r\n").getBytes(StandardCharsets.US_ASCII));
            }
        }

        /** spec: SDI-12 1.4, 4.4.12. */
        private static String crc(String text) {
            int crc = 0;
            for (byte octet : text.getBytes(StandardCharsets.US_ASCII)) {
                crc ^= octet;
                for (int bit = 0; bit < 8; bit++) {
                    crc = (crc & 1) == 1 ? crc >> 1 ^ 0xA001 : crc >> 1;
                }
            }
            return "" + (char) (0x40 | crc >> 12) + (char) (0x40 | crc >> 6 & 0x3F) + (char) (0x40 | crc & 0x3F);
        }

        @Override
        public void close() throws IOException, InterruptedException {
            server.close();
            thread.join(Duration.ofSeconds(5));
        }
    }
}
