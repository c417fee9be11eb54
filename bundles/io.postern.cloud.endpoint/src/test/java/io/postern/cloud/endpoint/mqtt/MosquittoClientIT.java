// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.HubEvent;
import io.postern.cloud.hub.commands.Acknowledgement;
import io.postern.cloud.hub.commands.Command;
import io.postern.testkit.Await;
import io.postern.testkit.MovableClock;
import io.postern.wire.Bytes;
import io.postern.wire.hub.PropertyBag;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

    @Test
    @Tag("HUB-16")
    @Tag("HUB-07")
    void subscribesToItsCommands() throws Exception {
        var command = new Command(
                Optional.of("m-1"), PropertyBag.EMPTY, Bytes.utf8("open"), Optional.empty(), Acknowledgement.NONE);
        server.hub.commands().send(meter.deviceId(), command);
        List<String> line = client("mosquitto_sub", server.token(meter), "mqttv311");
        line.addAll(List.of("-t", "devices/meter-1/messages/devicebound/#", "-C", "1", "-W", "20", "-v"));

        Outcome outcome = run(line);

        assertThat(outcome.code()).as(outcome.output()).isZero();
        assertThat(outcome.output())
                .startsWith("devices/meter-1/messages/devicebound/%24.mid=m-1&")
                .endsWith(" open\n");
        Await.until(
                Duration.ofSeconds(20),
                "it to be complete",
                () -> server.hub.commands().pending(meter.deviceId()) == 0);
    }

    @Test
    void leavesItsWillWhenItIsKilled() throws Exception {
        List<String> line = client("mosquitto_sub", server.token(meter), "mqttv311");
        line.addAll(List.of("-t", "devices/meter-1/messages/devicebound/#"));
        line.addAll(List.of("--will-topic", "devices/meter-1/messages/events/", "--will-payload", "gone"));
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        Await.until(Duration.ofSeconds(20), "it to connect", () -> server.hub.connectedCount() == 1);

        process.destroyForcibly();

        HubEvent will = server.events(1).getFirst();
        assertThat(will.body().toUtf8()).isEqualTo("gone");
        assertThat(will.properties().get("iothub-MessageType")).contains("Will");
    }

    private record Outcome(int code, String output) {}

    private Outcome publish(String token, String version, String topic, String payload)
            throws IOException, InterruptedException {
        List<String> command = client("mosquitto_pub", token, version);
        command.addAll(List.of("-t", topic, "-m", payload));
        return run(command);
    }

    private List<String> client(String program, String token, String version) {
        List<String> command = new ArrayList<>(List.of(program, "-V", version, "-q", "1"));
        // by address, for it asks the system for names and not this JVM; the certificate names the address as well
        command.addAll(List.of("-h", TestHub.ADDRESS, "-p", Integer.toString(server.port)));
        command.addAll(List.of("--cafile", directory.resolve("ca.pem").toString()));
        command.addAll(List.of("-i", "meter-1", "-u", server.userName("meter-1"), "-P", token));
        return command;
    }

    private static Outcome run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), output);
    }
}
