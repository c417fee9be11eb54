// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.ip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Measurement;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The endpoint octet by octet, over plain TCP. */
class EndpointTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String SECRET = "0123456789abcdef";
    private static final String MESSAGE = "{\"temperature\":21.5,\"env\":{\"rh\":45},\"setpoint\":21}";
    private static final byte[] GOODBYE = {(byte) 0xE0, 0};

    @TempDir
    private Path directory;

    private final InetSocketAddress at = new InetSocketAddress(LoopbackAddress.random(), 1883);
    private final Heard heard = new Heard();
    private Path credentials;
    private Endpoint endpoint;
    private Instrument.Watch watch;

    @BeforeEach
    void listen() throws Exception {
        credentials = directory.resolve("sensors");
        credentials("hall " + SECRET, "cellar another-secret-of-16");
        start(Duration.ofSeconds(10));
    }

    private void credentials(String... lines) throws IOException {
        Path next = directory.resolve("next");
        Files.writeString(next, "# who may speak\n\n" + String.join("\n", lines) + "\n");
        Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-------"));
        Files.move(next, credentials, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    private void start(Duration patience) throws Exception {
        endpoint =
                new Endpoint(new EndpointSettings(at, Optional.empty(), credentials, patience, Duration.ofMillis(100)));
        endpoint.start();
        watch = watch("hall", heard);
        Await.until(SOON, "the endpoint to listen", endpoint::isListening);
    }

    private Instrument.Watch watch(String address, Heard listener) throws Exception {
        var instrument = (Instrument.Watched)
                new MqttDriver(endpoint).instrument(Templates.shipped().read("mqtt-climate"), address);
        return instrument.watch(Duration.ofMinutes(1), listener);
    }

    private RawSensor hall() throws IOException {
        return RawSensor.accepted(at, "hall", SECRET, "board-1");
    }

    private String answer(byte[] octets) throws IOException {
        try (var stranger = new RawSensor(at)) {
            stranger.send(octets);
            return stranger.answer();
        }
    }

    @AfterEach
    void close() {
        endpoint.close();
    }

    @Test
    void aMessageIsAcknowledgedWhenItIsStoredAndNotBefore() throws Exception {
        CountDownLatch disk = heard.slowDisk();
        try (RawSensor sensor = hall()) {
            sensor.send(RawSensor.publish("leaf/hall", MESSAGE, 7));
            sensor.send(RawSensor.publish("leaf/hall", "{\"temperature\":22}", 8));
            heard.awaitValues(1);
            assertThat(heard.values).hasSize(1); // the second waits behind it
            disk.countDown();
            assertThat(sensor.answer()).isEqualTo("40020007");
            assertThat(sensor.answer()).isEqualTo("40020008");
        }
        assertThat(heard.values)
                .containsExactly(
                        Map.of(
                                "temperature",
                                new Quantity(21.5),
                                "humidity",
                                new Quantity(45),
                                "setpoint",
                                new Quantity(21)),
                        Map.of("temperature", new Quantity(22)));
    }

    @Test
    void aMessageThatIsNotStoredIsNotAcknowledgedAndComesAgain() throws Exception {
        heard.refusal = "no space left";
        try (RawSensor sensor = hall()) {
            sensor.send(RawSensor.publish("leaf/hall", MESSAGE, 7));
            assertThat(sensor.answer()).isEmpty(); // cut off
        }
        heard.awaitTrouble("its message is not acknowledged: no space left");
        assertThat(heard.values).isEmpty();
        heard.refusal = "";
        try (RawSensor again = hall()) {
            again.send(RawSensor.publish("leaf/hall", MESSAGE, 7));
            assertThat(again.answer()).isEqualTo("40020007");
        }
        assertThat(heard.values).hasSize(1);
    }

    @Test
    void aSensorThatIsCutOffBeforeItsAcknowledgementSendsAgainAndNothingIsLost() throws Exception {
        CountDownLatch disk = heard.slowDisk();
        RawSensor cut = hall();
        cut.send(RawSensor.publish("leaf/hall", MESSAGE, 7));
        heard.awaitValues(1);
        cut.close();
        disk.countDown();
        try (RawSensor again = hall()) {
            again.send(RawSensor.publish("leaf/hall", MESSAGE, 7));
            assertThat(again.answer()).isEqualTo("40020007");
        }
        assertThat(heard.values).hasSize(2); // twice, for it cannot know
    }

    @Test
    void whoIsNotWhoItSaysIsRefusedAfterAWhile() throws Exception {
        assertThat(answer(RawSensor.connect("hall", "wrong-secret-16-long", "x", 60)))
                .isEqualTo("20020005");
        assertThat(answer(RawSensor.connect("cellar", SECRET, "x", 60))).isEqualTo("20020005");
        assertThat(answer(RawSensor.connect("nobody", SECRET, "x", 60))).isEqualTo("20020005");
        assertThat(answer(RawSensor.connect("", "", "x", 60))).isEqualTo("20020005");
        assertThat(answer(RawSensor.connect("hall", SECRET, "", 60))).isEqualTo("20020002");
        assertThat(answer(RawSensor.connect("cellar", "another-secret-of-16", "x", 60)))
                .isEqualTo("20020003");
        assertThat(answer(RawSensor.packet(0x10, body -> {
                    body.writeUTF("MQTT");
                    body.write(5);
                })))
                .isEqualTo("20020001");
        assertThat(heard.doubts).hasValue(0);
    }

    @Test
    void whoGuessesFromManyConnectionsIsNotEvenHeard() throws Exception {
        endpoint.close();
        endpoint = new Endpoint(
                new EndpointSettings(at, Optional.empty(), credentials, Duration.ofSeconds(10), Duration.ofSeconds(2)));
        endpoint.start();
        Await.until(SOON, "the endpoint to listen", endpoint::isListening);
        List<RawSensor> guesses = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            var guess = new RawSensor(at);
            guess.send(RawSensor.connect("hall", "guess-number-" + i + "-and-more", "x", 60));
            guesses.add(guess);
        }
        int heardOut = 0;
        for (RawSensor guess : guesses) {
            heardOut += guess.answer().equals("20020005") ? 1 : 0;
            guess.close();
        }
        assertThat(heardOut).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"leaf/cellar", "leaf/hall/set", "leaf/hall/", "other"})
    void whoPublishesToAnothersTopicIsSentAway(String topic) throws Exception {
        try (RawSensor sensor = hall()) {
            sensor.send(RawSensor.publish(topic, MESSAGE, 7));
            assertThat(sensor.answer()).isEmpty();
        }
        heard.awaitTrouble("published to " + topic + ", and may only to leaf/hall");
        assertThat(heard.values).isEmpty();
    }

    @Test
    void onlyItsOwnOrdersCanBeSubscribedTo() throws Exception {
        try (RawSensor sensor = hall()) {
            for (String filter : List.of("#", "leaf/+/set", "leaf/cellar/set", "$SYS/#")) {
                sensor.send(RawSensor.subscribe(filter, 1));
                assertThat(sensor.answer()).as(filter).isEqualTo("9003000180");
            }
            sensor.send(RawSensor.subscribe("leaf/hall/set", 2));
            assertThat(sensor.answer()).isEqualTo("9003000101");
            sensor.send(new byte[] {(byte) 0xC0, 0});
            assertThat(sensor.answer()).isEqualTo("d000");
        }
    }

    @Test
    void whatIsTooLargeEndsTheConnectionBeforeItIsRead() throws Exception {
        try (RawSensor sensor = hall()) {
            sensor.send(new byte[] {0x32, (byte) 0x81, (byte) 0x80, 0x01}); // 16385 octets follow, it says
            assertThat(sensor.answer()).isEmpty();
        }
        heard.awaitTrouble("a packet of 16385 octets, at most 16384 are allowed");
        assertThat(answer(new byte[] {0x10, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x7F}))
                .isEmpty();
    }

    @Test
    void aMessageThatCannotBeUsedIsAcknowledgedAndTold() throws Exception {
        try (RawSensor sensor = hall()) {
            sensor.send(RawSensor.publish("leaf/hall", "{\"temperature\":\"warm\"}", 7));
            assertThat(sensor.answer()).isEqualTo("40020007");
            heard.awaitTrouble(
                    "hall: the message has no field that can be used: temperature (temperature) is not a number");
            sensor.send(RawSensor.publish("leaf/hall", MESSAGE, 8));
            assertThat(sensor.answer()).isEqualTo("40020008");
        }
        assertThat(heard.values).hasSize(1);
    }

    @Test
    void everyChunkingOfAConversationIsTheSame() throws Exception {
        byte[] connect = RawSensor.connect("hall", SECRET, "board-1", 60);
        byte[] publish = RawSensor.publish("leaf/hall", MESSAGE, 7);
        byte[] all = Arrays.copyOf(connect, connect.length + publish.length);
        System.arraycopy(publish, 0, all, connect.length, publish.length);
        for (int cut = 1; cut < all.length; cut += 5) {
            try (var sensor = new RawSensor(at)) {
                sensor.send(Arrays.copyOfRange(all, 0, cut));
                sensor.send(Arrays.copyOfRange(all, cut, all.length));
                assertThat(sensor.answer()).as("cut at " + cut).isEqualTo("20020000");
                assertThat(sensor.answer()).as("cut at " + cut).isEqualTo("40020007");
                sensor.send(GOODBYE);
                assertThat(sensor.answer()).isEmpty();
            }
        }
        assertThat(heard.troubles).isEmpty();
        assertThat(heard.doubts).hasValue(1);
    }

    @Test
    void garbageNeverGetsFurtherThanItsOwnConnection() throws Exception {
        RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
        for (int i = 0; i < 50; i++) {
            byte[] garbage = new byte[random.nextInt(1, 200)];
            random.nextBytes(garbage);
            try (var stranger = new RawSensor(at)) {
                stranger.send(garbage);
            }
            byte[] bent = RawSensor.publish("leaf/hall", MESSAGE, 7);
            bent[random.nextInt(bent.length)] ^= (byte) (1 << random.nextInt(8));
            try (RawSensor sensor = hall()) {
                sensor.send(bent);
            } catch (IOException e) {
                assertThat(e).hasMessageNotContaining("refused"); // it was closed while we wrote
            }
        }
        int before = heard.values.size();
        try (RawSensor sensor = hall()) {
            sensor.send(RawSensor.publish("leaf/hall", MESSAGE, 9));
            assertThat(sensor.answer()).isEqualTo("40020009");
        }
        assertThat(heard.values).hasSizeGreaterThan(before);
    }

    @Test
    void halfAConnectIsNotWaitedForForEver() throws Exception {
        endpoint.close();
        start(Duration.ofMillis(300));
        byte[] connect = RawSensor.connect("hall", SECRET, "board-1", 60);
        assertThat(answer(Arrays.copyOf(connect, connect.length - 1))).isEmpty();
        assertThat(answer(new byte[0])).isEmpty();
    }

    @Test
    void aSensorThatFallsSilentIsGivenUpAfterOneAndAHalfTimesItsKeepAlive() throws Exception {
        try (var sensor = new RawSensor(at)) {
            sensor.send(RawSensor.connect("hall", SECRET, "board-1", 1));
            assertThat(sensor.answer()).isEqualTo("20020000");
            assertThat(sensor.answer()).isEmpty();
        }
        heard.awaitTrouble("nothing came for one and a half times its keep-alive of 1 s");
    }

    @Test
    void aSensorThatSaysGoodbyeIsNoTroubleAndOneThatIsLostIs() throws Exception {
        try (RawSensor sensor = hall()) {
            sensor.send(GOODBYE);
            assertThat(sensor.answer()).isEmpty();
        }
        assertThat(heard.troubles).isEmpty();
        hall().close();
        heard.awaitTrouble("hall: the connection was lost");
    }

    @Test
    void aNewerConnectionEndsTheOlderAndAnotherClientIdIsDoubted() throws Exception {
        assertThatThrownBy(watch::identify)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has not connected yet");
        try (RawSensor older = hall();
                RawSensor newer = hall()) {
            assertThat(older.answer()).isEmpty();
            assertThat(heard.doubts).hasValue(1);
            assertThat(watch.identify().facts()).isEqualTo(Map.of("serial", "board-1"));
            try (RawSensor other = RawSensor.accepted(at, "hall", SECRET, "board-2")) {
                assertThat(newer.answer()).isEmpty();
                assertThat(heard.doubts).hasValue(2);
                assertThat(watch.identify().facts()).isEqualTo(Map.of("serial", "board-2"));
                other.send(RawSensor.publish("leaf/hall", MESSAGE, 7));
                assertThat(other.answer()).isEqualTo("40020007");
            }
        }
        assertThat(watch.identify().facts()).isEqualTo(Map.of("serial", "board-2"));
    }

    @Test
    void aSecretThatIsTakenAwayEndsItsConnectionAndAnotherOneCounts() throws Exception {
        try (RawSensor sensor = hall()) {
            credentials("hall another-secret-for-it");
            assertThat(sensor.answer()).isEmpty();
        }
        heard.awaitTrouble("its secret was changed or taken away");
        assertThat(answer(RawSensor.connect("hall", SECRET, "board-1", 60))).isEqualTo("20020005");
        RawSensor.accepted(at, "hall", "another-secret-for-it", "board-1").close();
        credentials("hall short"); // cannot be used: what was read before still counts
        RawSensor.accepted(at, "hall", "another-secret-for-it", "board-1").close();
    }

    @Test
    void aLeafThatIsTakenAwayTakesItsSensorAlong() throws Exception {
        try (RawSensor sensor = hall()) {
            watch.close();
            assertThat(sensor.answer()).isEmpty();
        }
        assertThat(heard.troubles).isEmpty();
        assertThat(answer(RawSensor.connect("hall", SECRET, "board-1", 60))).isEqualTo("20020003");
    }

    @Test
    void thereAreNoMoreThanAThousandConnections() throws Exception {
        List<RawSensor> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < Endpoint.MOST_CONNECTIONS; i++) {
                crowd.add(new RawSensor(at));
            }
            assertThat(answer(RawSensor.connect("hall", SECRET, "board-1", 60))).isEmpty();
            crowd.removeLast().close();
            Await.until(SOON, "room for one", () -> answer(RawSensor.connect("hall", SECRET, "board-1", 60))
                    .equals("20020000"));
        } finally {
            for (RawSensor each : crowd) {
                each.close();
            }
        }
    }

    @Test
    void anOrderIsSentAcknowledgedAndReadBack() throws Exception {
        assertThatThrownBy(() -> watch.write("setpoint", new Quantity(19.5)))
                .hasMessage("hall: it is not connected; nothing was sent");
        try (RawSensor sensor = hall()) {
            assertThatThrownBy(() -> watch.write("setpoint", new Quantity(19.5)))
                    .hasMessage("hall: it has not subscribed to leaf/hall/set; nothing was sent");
            sensor.send(RawSensor.subscribe("leaf/hall/set", 1));
            assertThat(sensor.answer()).isEqualTo("9003000101");

            FutureTask<Measurement> order = start(() -> watch.write("setpoint", new Quantity(19.5)));
            String sent = sensor.answer();
            assertThat(sent)
                    .startsWith("32")
                    .endsWith(java.util.HexFormat.of()
                            .formatHex("{\"setpoint\":19.5}".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
            int id = Integer.parseInt(sent.substring(2 * 17, 2 * 19), 16); // behind header, length and topic
            sensor.send(RawSensor.publish("leaf/hall", "{\"setpoint\":21}", 8)); // was under way
            sensor.send(new byte[] {0x40, 2, (byte) (id >> 8), (byte) id});
            sensor.send(RawSensor.publish("leaf/hall", "{\"setpoint\":19.500001}", 9)); // 32 bits
            assertThat(order.get()).isEqualTo(new Quantity(19.500001));
        }
    }

    private static FutureTask<Measurement> start(Callable<Measurement> deed) {
        var task = new FutureTask<>(deed);
        Thread.startVirtualThread(task);
        return task;
    }

    @Test
    void whatCannotBeWrittenIsNotSent() {
        assertThatThrownBy(() -> watch.write("temperature", new Quantity(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> watch.write("setpoint", new Measurement.Flag(true)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"setpoint\" takes a number");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hall short",
                "hall",
                "hall a b",
                "ha/ll 0123456789abcdef",
                "hall 0123456789abcdef\nhall 0123456789abcdeg"
            })
    void aLineOfCredentialsThatCannotBeUsedIsToldByItsNumberAlone(String lines) throws Exception {
        credentials(lines);
        assertThatThrownBy(() -> new Credentials(credentials))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("line " + (lines.contains("\n") ? 4 : 3))
                .hasMessageNotContaining("0123456789");
    }

    @Test
    void credentialsThatOthersCanReadAreNotUsed() throws Exception {
        Files.setPosixFilePermissions(credentials, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> new Credentials(credentials)).hasMessageContaining("chmod 600");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "a+", "#", ".a", "a b"})
    void anAddressThatCannotStandInATopicIsRefused(String address) {
        assertThatThrownBy(() -> watch(address, heard))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("address: ");
    }
}
