// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.Reading;
import io.postern.gateway.https.TrustAnchors;
import io.postern.testkit.Await;
import io.postern.testkit.CapturedLog;
import io.postern.testkit.Hosts;
import io.postern.testkit.LoopbackAddress;
import io.postern.wire.Bytes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies of readings in a broker that was not written here. */
@SuppressWarnings("NullAway.Init") // set before all tests
class PlantPublisherIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String HOST = "plant.broker.test";
    private static final Bytes BODY = Bytes.utf8("{\"power\":1.0,\"on\":true}");

    @TempDir
    static Path directory;

    private static String address = "";
    private static Mosquitto broker;
    private static ServerCertificate certificate;

    @BeforeAll
    static void start() throws Exception {
        Path program = Mosquitto.program()
                .orElseThrow(
                        () -> new AssertionError("mosquitto is not installed; on Debian: apt-get install mosquitto"));
        address = LoopbackAddress.random();
        Hosts.write(address, HOST);
        certificate = ServerCertificate.make(directory, HOST);
        broker = new Mosquitto(program, directory, address, certificate, "plant", "right");
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (broker != null) {
            broker.close();
        }
    }

    private static PlantSettings settings(String server, String password, String topic) throws IOException {
        Path file = Files.writeString(directory.resolve("password-" + password), password + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return new PlantSettings(
                server,
                Optional.of(TrustAnchors.load(certificate.certificate())),
                "postern",
                "plant",
                Optional.of(file),
                new PlantTopic(topic, "hall"),
                1,
                true); // so that who subscribes later sees them
    }

    private static PlantPublisher publisher(String password, String topic) throws IOException {
        var publisher = new PlantPublisher(settings("ssl://" + HOST + ":" + broker.port(), password, topic));
        publisher.start();
        return publisher;
    }

    private static String retained(String filter, int count) throws Exception {
        Path output = directory.resolve("output");
        Process subscriber = new ProcessBuilder(List.of(
                        "mosquitto_sub",
                        "-h",
                        address,
                        "-p",
                        Integer.toString(broker.port()),
                        "--cafile",
                        certificate.certificate().toString(),
                        "--insecure",
                        "-u",
                        "plant",
                        "-P",
                        "right",
                        "-v",
                        "-t",
                        filter,
                        "-C",
                        Integer.toString(count),
                        "-W",
                        "2"))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(subscriber.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    @Test
    void aCopyOfEachReadingIsPublishedAndTheBrokersAbsenceHoldsNobodyUp() throws Exception {
        try (PlantPublisher publisher = publisher("right", "away/{leaf}/{field}")) {
            publisher.accepted(PlantTopicTest.reading("meter-1", 21.5), BODY);
            Await.value(
                    SOON,
                    "both values",
                    () -> retained("away/#", 2),
                    text -> text.contains("away/meter-1/power 21.5\n") && text.contains("away/meter-1/on true\n"));

            broker.kill();
            Reading last = PlantTopicTest.reading("meter-1", 3000);
            long begun = System.nanoTime();
            for (int i = 0; i < PlantPublisher.MOST_WAITING; i++) {
                publisher.accepted(PlantTopicTest.reading("meter-1", i), BODY);
            }
            publisher.accepted(last, BODY);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
            assertThat(publisher.dropped()).isBetween(1000L, 1010L); // two values each, and half of them find room

            broker.restart();
            Await.value(
                    SOON,
                    "the newest",
                    () -> retained("away/meter-1/power", 1),
                    text -> text.contains("away/meter-1/power 3000.0\n"));
        }
    }

    @Test
    void aWrongPasswordIsToldAndTriedAgainAtARestedPace() throws Exception {
        try (CapturedLog log = CapturedLog.start();
                PlantPublisher publisher = publisher("wrong", "wrong/{leaf}")) {
            publisher.accepted(PlantTopicTest.reading("meter-1", 1), BODY);
            assertThat(log.await("the plant's broker is not reached", "tried again"))
                    .doesNotContain("wrong\n");
            assertThat(retained("wrong/#", 1)).doesNotContain("wrong/meter-1");
        }
    }

    @Test
    void aBrokerThatNeverAnswersCostsTheOldestCopiesAndNothingElse() throws Exception {
        try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getByName(address));
                PlantPublisher publisher = new PlantPublisher(
                        settings("ssl://" + HOST + ":" + mute.getLocalPort(), "right", "x/{leaf}"))) {
            publisher.start();
            long begun = System.nanoTime();
            for (int i = 0; i < 3 * PlantPublisher.MOST_WAITING; i++) {
                publisher.accepted(PlantTopicTest.reading("meter-1", i), BODY);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
            assertThat(publisher.dropped()).isEqualTo(2L * PlantPublisher.MOST_WAITING);
        }
    }

    @Test
    void aPasswordFileThatOthersCanReadIsNotUsed() throws Exception {
        PlantSettings settings = settings("ssl://" + HOST + ":" + broker.port(), "open", "x/{leaf}");
        Files.setPosixFilePermissions(
                settings.passwordFile().orElseThrow(), PosixFilePermissions.fromString("rw-r--r--"));
        try (CapturedLog log = CapturedLog.start();
                PlantPublisher publisher = new PlantPublisher(settings)) {
            publisher.start();
            assertThat(log.await("the plant's broker is not reached", "chmod 600"))
                    .contains("why=");
        }
    }
}
