// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.endpoint.Canaries;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.testkit.CapturedLog;
import io.postern.testkit.MovableClock;
import io.postern.wire.Bytes;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bad input over MQTT: what is wrong with a CONNECT gets its return code, everything else the end of the connection; the
 * log names who and why, and no secret.
 */
@Timeout(60)
class MqttBadInputIT {
    private static final Canaries CANARIES = new Canaries();
    private static final String MALFORMED = "20020004";
    private static final String NOT_AUTHORIZED = "20020005";

    @TempDir
    static Path directory;

    private static TestHub server;
    private static DeviceIdentity meter;
    private static DeviceIdentity other;

    /** @param logged what the log line says beside what every one says */
    private record BadConnect(
            String what, String device, String userName, String password, String answer, String logged) {
        @Override
        public String toString() {
            return what;
        }
    }

    @BeforeAll
    static void open() throws Exception {
        server = new TestHub(directory, MovableClock.at("2026-03-01T08:00:00Z"), 0, Duration.ofMillis(400));
        meter = server.device("meter-1");
        other = server.device("meter-2");
        for (DeviceIdentity each : new DeviceIdentity[] {meter, other}) {
            CANARIES.key(each.keys().primary());
            CANARIES.key(each.keys().secondary());
        }
    }

    @AfterAll
    static void close() {
        server.close();
    }

    static Stream<BadConnect> badConnects() {
        String name = server.userName("meter-1");
        String good = token("meter-1", Optional.empty(), meter.keys().primary(), Duration.ofHours(1));
        Secret policy = CANARIES.key(
                server.hub.policies().find("device").orElseThrow().keys().primary());
        Duration hour = Duration.ofHours(1);
        return Stream.of(
                new BadConnect(
                        "a wrong signature",
                        "meter-1",
                        name,
                        token("meter-1", Optional.empty(), Secret.random(32, new SecureRandom()), hour),
                        NOT_AUTHORIZED,
                        "WRONG_SIGNATURE: neither key of device meter-1"),
                new BadConnect(
                        "an expired token",
                        "meter-1",
                        name,
                        token("meter-1", Optional.empty(), meter.keys().primary(), Duration.ZERO),
                        NOT_AUTHORIZED,
                        "EXPIRED: SasToken[hub.mqtt.test"),
                new BadConnect(
                        "another's token",
                        "meter-1",
                        name,
                        token("meter-2", Optional.empty(), other.keys().primary(), hour),
                        NOT_AUTHORIZED,
                        "WRONG_SIGNATURE"),
                new BadConnect(
                        "a policy's token for another",
                        "meter-1",
                        name,
                        token("meter-2", Optional.of("device"), policy, hour),
                        NOT_AUTHORIZED,
                        "WRONG_RESOURCE"),
                new BadConnect(
                        "an unknown device",
                        "meter-9",
                        server.userName("meter-9"),
                        token("meter-9", Optional.of("device"), policy, hour),
                        NOT_AUTHORIZED,
                        "UNKNOWN_DEVICE: there is no device meter-9"),
                new BadConnect(
                        "an unknown policy",
                        "meter-1",
                        name,
                        token("meter-1", Optional.of("root"), policy, hour),
                        NOT_AUTHORIZED,
                        "UNKNOWN_POLICY"),
                new BadConnect(
                        "another hub",
                        "meter-1",
                        "other.test/meter-1/?api-version=2021-04-12",
                        good,
                        NOT_AUTHORIZED,
                        "the user name is of hub other.test"),
                new BadConnect("another client id", "meter-2", name, good, NOT_AUTHORIZED, "is not the device meter-1"),
                new BadConnect(
                        "a token for a longer resource",
                        "meter-1",
                        name,
                        token("meter-1/messages/events", Optional.of("device"), policy, hour),
                        NOT_AUTHORIZED,
                        "WRONG_RESOURCE"),
                new BadConnect(
                        "a token encoded twice",
                        "meter-1",
                        name,
                        encodedTwice(meter.keys().primary()),
                        NOT_AUTHORIZED,
                        "WRONG_RESOURCE"),
                new BadConnect(
                        "a field twice", "meter-1", name, good + "&se=4102444800", MALFORMED, "stands twice: se"),
                new BadConnect(
                        "an expiry that is no time",
                        "meter-1",
                        name,
                        good.replaceAll("se=[0-9]+", "se=99999999999999999999"),
                        MALFORMED,
                        "is seconds since 1970"),
                new BadConnect(
                        "an expiry before all time",
                        "meter-1",
                        name,
                        token("meter-1", Optional.empty(), meter.keys().primary(), Duration.ofDays(-40_000)),
                        NOT_AUTHORIZED,
                        "EXPIRED"),
                new BadConnect("no token", "meter-1", name, "letmein", MALFORMED, "a token starts with"),
                new BadConnect("a cut token", "meter-1", name, good.replaceAll("&se=.*", ""), MALFORMED, "needs the"),
                new BadConnect("name and token swapped", "meter-1", good, name, MALFORMED, "an MQTT user name is"),
                new BadConnect("the token everywhere", good, good, good, MALFORMED, "an MQTT user name is"));
    }

    @ParameterizedTest
    @MethodSource("badConnects")
    void aBadConnectGetsItsReturnCodeAndTheLogTellsWhy(BadConnect bad) throws Exception {
        try (CapturedLog log = CapturedLog.start();
                RawClient client = new RawClient(server)) {
            client.connect(bad.device(), bad.userName(), bad.password(), 60);

            assertThat(client.readAll()).hasToString(bad.answer());
            assertThat(log.await("MQTT connection refused"))
                    .contains("deviceId=")
                    .containsPattern("remote=127\\.[0-9.]+:[0-9]+")
                    .contains(bad.answer().equals(MALFORMED) ? "code=BAD_USER_NAME" : "code=NOT_AUTHORIZED")
                    .contains("reason=")
                    .contains(bad.logged());
            CANARIES.assertNoneIn(log.text());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            c000                                 | the first packet is no CONNECT
            474554202f20485454502f312e310d0a0d0a | silent for
            10ffffff7f                           | a packet of 268435455 octets, at most 16384 are allowed
            10ffffffff7f                         | a length field has more than four octets
            00000000                             | of type 0
            100c00044d515454040300000000         | contradicting connect flags 0x3
            10                                   | silent for
            """)
    void whatNeverBecomesAConnectEndsTheConnectionAndTheLogTellsWhose(String hex, String reason) throws Exception {
        try (CapturedLog log = CapturedLog.start();
                RawClient client = new RawClient(server)) {
            client.send(hex);

            assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);
            assertThat(log.await("MQTT connection ended before it was let in", reason))
                    .containsPattern("remote=127\\.[0-9.]+:[0-9]+");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            30ffffff7f           | protocol error: a packet of 268435455 octets, at most 327682 are allowed
            3004000161ff         | no such topic for a device to publish to
            320400016100         | protocol error: a packet ends
            360500016100017f     | protocol error: a quality of service of 3
            f000                 | protocol error: a packet of type 15
            100c00044d515454040200000000 | breach: a second CONNECT
            """)
    void whatAnAdmittedDeviceMayNotSayEndsItsConnectionAndTheLogTellsWhy(String hex, String reason) throws Exception {
        try (CapturedLog log = CapturedLog.start();
                RawClient client = RawClient.admitted(server, meter)) {
            client.send(hex);

            assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);
            assertThat(log.await("MQTT connection ended", reason))
                    .contains("deviceId=meter-1")
                    .containsPattern("remote=127\\.[0-9.]+:[0-9]+");
            CANARIES.assertNoneIn(log.text());
        }
    }

    @Test
    void aTokenInATopicDoesNotReachTheLog() throws Exception {
        String token = token("meter-1", Optional.empty(), meter.keys().primary(), Duration.ofHours(1));
        try (CapturedLog log = CapturedLog.start();
                RawClient client = RawClient.admitted(server, meter)) {
            client.publish(token, 1, 1, new byte[0]);

            assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);
            assertThat(log.await("breach: no such topic", "sig=***")).startsWith("WARNING");
            CANARIES.assertNoneIn(log.text());
        }
    }

    /** Signed as it stands: what a client sends that encodes what was encoded already. */
    private static String encodedTwice(Secret key) {
        String sr = (TestHub.NAMES.hubHost() + "%2Fdevices%2Fmeter-1").replace("%", "%25");
        Instant expiry = server.inAnHour();
        Bytes signature = key.hmacSha256(SasToken.stringToSign(sr, expiry));
        return CANARIES.token(new SasToken(sr, signature, expiry, Optional.empty()));
    }

    private static String token(String device, Optional<String> policy, Secret key, Duration life) {
        ResourceUri resource = ResourceUri.of(TestHub.NAMES.hubHost() + "/devices/" + device);
        return CANARIES.token(
                SasToken.sign(resource, server.inAnHour().minusSeconds(3600).plus(life), policy, key::hmacSha256));
    }
}
