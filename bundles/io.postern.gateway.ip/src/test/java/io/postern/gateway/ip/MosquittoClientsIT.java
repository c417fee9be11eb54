// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.ip;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.identity.CertificateFile;
import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Templates;
import io.postern.testkit.Await;
import io.postern.testkit.LoopbackAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The endpoint over TLS with clients that were not written here, and the commands of docs/operate/sensors-over-mqtt.md. */
class MosquittoClientsIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String SECRET = "fedcba9876543210";
    private static final int ACCEPTED = 0;

    @TempDir
    private Path directory;

    private final InetSocketAddress at = new InetSocketAddress(LoopbackAddress.random(), 8883);
    private final Heard heard = new Heard();
    private Endpoint endpoint;
    private Instrument.Watch watch;

    @BeforeEach
    void listen() throws Exception {
        Path key = directory.resolve("sensors.key");
        Path certificate = directory.resolve("sensors.pem");
        int made = run(List.of(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=gateway.plant.example",
                "-addext",
                "subjectAltName=DNS:gateway.plant.example,IP:" + at.getAddress().getHostAddress(),
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString()));
        assertThat(made).as("openssl, see " + directory).isZero();
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        Path credentials = Files.writeString(directory.resolve("sensors"), "hall " + SECRET + "\n");
        Files.setPosixFilePermissions(credentials, PosixFilePermissions.fromString("rw-------"));
        endpoint = new Endpoint(new EndpointSettings(
                at,
                Optional.of(new CertificateFile(certificate, new CertificateFile.InFile(key))),
                credentials,
                Duration.ofSeconds(10),
                Duration.ofMillis(100)));
        endpoint.start();
        watch = ((Instrument.Watched)
                        new MqttDriver(endpoint).instrument(Templates.shipped().read("mqtt-climate"), "hall"))
                .watch(Duration.ofMinutes(1), heard);
        Await.until(SOON, "the endpoint to listen", endpoint::isListening);
    }

    @AfterEach
    void close() {
        endpoint.close();
    }

    private List<String> client(String program, String secret, String topic, String... more) {
        List<String> command = new ArrayList<>(List.of(
                program,
                "--cafile",
                directory.resolve("sensors.pem").toString(),
                "-h",
                at.getAddress().getHostAddress(),
                "-p",
                Integer.toString(at.getPort()),
                "-i",
                "hall-board-1",
                "-u",
                "hall",
                "-P",
                secret,
                "-q",
                "1",
                "-t",
                topic));
        command.addAll(List.of(more));
        return command;
    }

    private Process launch(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile())
                .start();
    }

    private int run(List<String> command) throws IOException, InterruptedException {
        Process process = launch(command);
        if (!process.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(command + " does not end: " + Files.readString(directory.resolve("output")));
        }
        return process.exitValue();
    }

    @Test
    void mosquittoPubSpeaksForTheLeafWhoseSecretItHas() throws Exception {
        String message = "{\"temperature\":21.5,\"env\":{\"rh\":45},\"setpoint\":21}";

        assertThat(run(client("mosquitto_pub", SECRET, "leaf/hall", "-m", message)))
                .isEqualTo(ACCEPTED);
        assertThat(heard.values)
                .containsExactly(Map.of(
                        "temperature", new Quantity(21.5), "humidity", new Quantity(45), "setpoint", new Quantity(21)));
        assertThat(heard.troubles).isEmpty();
        assertThat(watch.identify().facts()).containsEntry("serial", "hall-board-1");

        assertThat(run(client("mosquitto_pub", "not-the-right-secret", "leaf/hall", "-m", message)))
                .isNotZero();
        assertThat(run(client("mosquitto_pub", SECRET, "leaf/cellar", "-m", message)))
                .isNotZero();
        assertThat(run(client("mosquitto_pub", SECRET, "leaf/hall", "-m", "x".repeat(17_000))))
                .isNotZero();
        assertThat(heard.values).hasSize(1);
    }

    @Test
    void mosquittoSubIsToldWhatToSet() throws Exception {
        Process sensor = launch(client("mosquitto_sub", SECRET, "leaf/hall/set", "-C", "1"));
        try {
            var order = new FutureTask<>(() -> Await.value(
                    SOON, "the order to be taken", () -> watch.write("setpoint", new Quantity(19)), shown -> true));
            Thread.startVirtualThread(order);
            assertThat(sensor.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(directory.resolve("output"))).isEqualTo("{\"setpoint\":19.0}\n");

            assertThat(run(client("mosquitto_pub", SECRET, "leaf/hall", "-m", "{\"setpoint\":19}")))
                    .isEqualTo(ACCEPTED);
            assertThat(order.get()).isEqualTo(new Quantity(19));
        } finally {
            sensor.destroyForcibly();
        }
    }

    @Test
    void aClientThatTrustsAnotherRootOrSpeaksNoTlsIsNotHeard() throws Exception {
        assertThat(run(List.of(
                        "mosquitto_pub",
                        "-h",
                        at.getAddress().getHostAddress(),
                        "-p",
                        "8883",
                        "-i",
                        "x",
                        "-u",
                        "hall",
                        "-P",
                        SECRET,
                        "-q",
                        "1",
                        "-t",
                        "leaf/hall",
                        "-m",
                        "{\"temperature\":1}")))
                .isNotZero();
        List<String> other = new ArrayList<>(client("mosquitto_pub", SECRET, "leaf/hall", "-m", "{\"temperature\":1}"));
        other.set(2, "/etc/ssl/certs/ca-certificates.crt");
        assertThat(run(other)).isNotZero();
        assertThat(heard.values).isEmpty();
    }
}
