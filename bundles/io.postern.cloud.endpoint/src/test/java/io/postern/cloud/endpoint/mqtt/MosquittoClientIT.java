// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.DeviceIdentity;
import io.postern.testkit.MovableClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command line client of mosquitto, which was never meant for a hub (Debian: apt-get install mosquitto-clients). */
@Timeout(60)
class MosquittoClientIT {
    @TempDir
    Path directory;

    private TestHub server;
    private DeviceIdentity meter;

    @BeforeEach
    void open() throws Exception {
        server = new TestHub(directory, MovableClock.at("2026-03-01T08:00:00Z"), 0, Duration.ofSeconds(5));
        meter = server.device("meter-1");
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    @Tag("HUB-16")
    @Tag("HUB-07")
    void publishesTelemetry() throws Exception {
        Outcome outcome = publish(server.token(meter), "mqttv311", "devices/meter-1/messages/events/seq=1", "21.5");

        assertThat(outcome.code()).as(outcome.output()).isZero();
        assertThat(server.hub.events().read(1, 1).getFirst().body().toUtf8()).isEqualTo("21.5");
    }

    @Test
    void isToldThatItIsNotAuthorized() throws Exception {
        Outcome outcome =
                publish(server.token(server.device("meter-2")), "mqttv311", "devices/meter-1/messages/events/", "x");

        assertThat(outcome.code()).isNotZero();
        assertThat(outcome.output()).containsIgnoringCase("not authorised");
        assertThat(server.hub.events().last()).isZero();
    }

    @Test
    void isToldThatItsProtocolIsNotSpokenHere() throws Exception {
        Outcome outcome = publish(server.token(meter), "mqttv31", "devices/meter-1/messages/events/", "x");

        assertThat(outcome.code()).isNotZero();
        assertThat(outcome.output()).containsIgnoringCase("unacceptable protocol");
    }

    private record Outcome(int code, String output) {}

    private Outcome publish(String token, String version, String topic, String payload)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("mosquitto_pub", "-V", version, "-q", "1"));
        // by address, for it asks the system for names and not this JVM; the certificate names the address as well
        command.addAll(List.of("-h", TestHub.ADDRESS, "-p", Integer.toString(server.port)));
        command.addAll(List.of("--cafile", directory.resolve("ca.pem").toString()));
        command.addAll(List.of("-i", "meter-1", "-u", server.userName("meter-1"), "-P", token));
        command.addAll(List.of("-t", topic, "-m", payload));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), output);
    }
}
