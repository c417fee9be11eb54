// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.AttestationMechanism;
import io.postern.cloud.dps.IndividualEnrollment;
import io.postern.cloud.dps.Operation;
import io.postern.cloud.dps.ProvisioningTenant;
import io.postern.cloud.dps.TenantName;
import io.postern.cloud.dps.TenantReply;
import io.postern.cloud.endpoint.Canaries;
import io.postern.cloud.endpoint.mqtt.RawClient.Message;
import io.postern.cloud.endpoint.mqtt.RawClient.Way;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.testkit.CapturedLog;
import io.postern.testkit.MovableClock;
import io.postern.testkit.TpmVectors;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.dps.DpsTopic;
import io.postern.wire.dps.DpsUserName;
import io.postern.wire.dps.RegistrationStatus;
import io.postern.wire.dps.RegistrationStatus.Status;
import io.postern.wire.tpm.EndorsementKey;
import jakarta.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Registration over MQTT, packet by packet, in good manners and in bad ones; over a socket and over a WebSocket. */
@Timeout(60)
class DpsOverMqttIT {
    private static final Canaries CANARIES = new Canaries();
    private static final SymmetricKeys KEYS = SymmetricKeys.random(32, new SecureRandom());
    private static final String MALFORMED = "20020004";
    private static final String NOT_AUTHORIZED = "20020005";
    private static final String REGISTER = DpsTopic.registerTopic("7");

    @TempDir
    static Path directory;

    private static TestHub server;

    @BeforeAll
    static void open() throws Exception {
        server = new TestHub(directory, MovableClock.at("2026-03-01T08:00:00Z"), 0, Duration.ofSeconds(5));
        enroll("meter-1", new AttestationMechanism.SymmetricKey(KEYS));
        enroll("meter-2", new AttestationMechanism.SymmetricKey(KEYS));
        enroll(
                "gateway-1",
                new AttestationMechanism.Tpm(
                        EndorsementKey.decode(Bytes.hex(TpmVectors.text("ek_tpm2b_public_hex"))), Optional.empty()));
        CANARIES.key(KEYS.primary());
        CANARIES.key(KEYS.secondary());
    }

    @AfterAll
    static void close() {
        server.close();
    }

    private static void enroll(String id, AttestationMechanism.OfDevice mechanism) {
        server.dps.enrollments().create(IndividualEnrollment.of(RegistrationId.of(id), mechanism));
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    @Tag("SYS-03")
    void aDeviceRegistersAndAsksForTheOutcomeAtEitherQos(Way way) throws Exception {
        try (RawClient client = admitted(way, "meter-1")) {
            assertThat(client.subscribe(DpsTopic.REPLIES)).as("asked for 2").isEqualTo(1);

            client.publish(REGISTER, 0, 0, body("meter-1"));
            Message taken = client.message();
            assertThat(taken.topic()).isEqualTo("$dps/registrations/res/202/?$rid=7&retry-after=0");
            String operation = RegistrationStatus.parse(taken.payload()).operationId();

            client.publish(DpsTopic.statusTopic("8", operation), 1, 5, new byte[] {' '});
            assertThat(client.read(4)).hasToString("40020005");
            Message told = client.message();
            assertThat(told.topic()).isEqualTo("$dps/registrations/res/200/?$rid=8");
            RegistrationStatus status = RegistrationStatus.parse(told.payload());
            assertThat(status.status()).isEqualTo(Status.ASSIGNED);
            assertThat(status.state().orElseThrow().assignedHub()).contains(TestHub.NAMES.hub());

            client.send("c000");
            assertThat(client.read(2)).as("a ping is answered").hasToString("d000");
            client.send("a21c 000a 0018".replace(" ", "")
                    + Bytes.utf8(DpsTopic.REPLIES).toString());
            assertThat(client.read(4)).as("it unsubscribes").hasToString("b002000a");
            client.send("e000");
            assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);
        }
    }

    @Test
    void aLibraryRegistersWithAHandMadeToken() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        try (MqttClient client = server.paho("meter-2", userName("meter-2"), token("meter-2", KEYS.primary()))) {
            client.subscribe(DpsTopic.REPLIES, 1, (topic, message) -> heard.add(topic));
            client.publish(REGISTER, body("meter-2"), 1, false);

            assertThat(heard.poll(20, TimeUnit.SECONDS)).startsWith("$dps/registrations/res/202/?$rid=7");
            client.disconnect();
        }
    }

    @Test
    @Tag("DPS-16")
    @Tag("DPS-14")
    void theDevicesOfTwoScopesRegisterAtTheSameAddressAndNotForOneAnother() throws Exception {
        ProvisioningTenant other =
                switch (server.provisioning.tenants().create(new TenantName("other"))) {
                    case TenantReply.Created(ProvisioningTenant tenant) -> tenant;
                    case TenantReply.Creation refused -> throw new AssertionError(refused);
                };
        RegistrationId id = RegistrationId.of("meter-o");
        SymmetricKeys keys = SymmetricKeys.random(32, new SecureRandom());
        other.enrollments().create(IndividualEnrollment.of(id, new AttestationMechanism.SymmetricKey(keys)));
        String user = new DpsUserName(other.idScope(), id).text();
        String token = CANARIES.token(SasToken.sign(
                ResourceUri.registration(other.idScope(), id),
                server.inAnHour(),
                Optional.empty(),
                keys.primary()::hmacSha256));

        try (RawClient there = new RawClient(server);
                RawClient here = new RawClient(server)) {
            assertThat(there.connect("meter-o", user, token, 60).read(4)).hasToString("20020000");
            there.subscribe(DpsTopic.REPLIES);
            there.publish(REGISTER, 0, 0, body("meter-o"));
            assertThat(there.message().topic()).startsWith("$dps/registrations/res/202/");

            assertThat(here.connect("meter-o", userName("meter-o"), token, 60).readAll())
                    .hasToString(NOT_AUTHORIZED);
        }
    }

    @Test
    void connectingAloneRegistersNothing() throws Exception {
        long before = registrations();
        admitted(Way.SOCKET, "meter-1").close();

        assertThat(registrations()).isEqualTo(before);
    }

    /** @param answer the CONNACK */
    private record BadConnect(String what, String id, String userName, String password, String answer, String logged) {
        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<BadConnect> badConnects() {
        String name = userName("meter-1");
        String good = token("meter-1", KEYS.primary());
        Secret wrong = Secret.random(32, new SecureRandom());
        return Stream.of(
                new BadConnect(
                        "a wrong signature", "meter-1", name, token("meter-1", wrong), NOT_AUTHORIZED, "NOT_PROVEN"),
                new BadConnect(
                        "an expired token",
                        "meter-1",
                        name,
                        token("meter-1", KEYS.primary(), Duration.ZERO),
                        NOT_AUTHORIZED,
                        "the token expired at"),
                new BadConnect(
                        "another's token",
                        "meter-1",
                        name,
                        token("meter-2", KEYS.primary()),
                        NOT_AUTHORIZED,
                        "speaks for another resource"),
                new BadConnect(
                        "an unknown registration",
                        "meter-9",
                        userName("meter-9"),
                        token("meter-9", KEYS.primary()),
                        NOT_AUTHORIZED,
                        "no enrollment for registration id meter-9"),
                new BadConnect(
                        "an unknown scope",
                        "meter-1",
                        name.replaceFirst("^[^/]*", "0ne0000OTHER"),
                        good,
                        NOT_AUTHORIZED,
                        "no provisioning service has the id scope 0ne0000OTHER"),
                new BadConnect(
                        "a TPM",
                        "gateway-1",
                        userName("gateway-1"),
                        token("gateway-1", KEYS.primary()),
                        NOT_AUTHORIZED,
                        "a TPM can attest over HTTPS and AMQP, not over MQTT"),
                new BadConnect(
                        "another client id", "meter-2", name, good, NOT_AUTHORIZED, "is not the registration id"),
                new BadConnect("no token", "meter-1", name, "letmein", MALFORMED, "a token starts with"),
                new BadConnect(
                        "a registration id that is none",
                        "meter 1",
                        userName("meter-1").replace("meter-1", "meter 1"),
                        good,
                        MALFORMED,
                        "a registration id is"),
                new BadConnect(
                        "no registration id",
                        "meter-1",
                        server.dps.idScope() + "/registrations",
                        good,
                        MALFORMED,
                        "an MQTT user name to register with is"));
    }

    @ParameterizedTest
    @MethodSource("badConnects")
    void aBadConnectGetsItsReturnCodeAndTheLogTellsWhy(BadConnect bad) throws Exception {
        for (Way way : Way.values()) {
            try (CapturedLog log = CapturedLog.start();
                    RawClient client = new RawClient(server, way, server.tls())) {
                client.connect(bad.id(), bad.userName(), bad.password(), 60);

                assertThat(client.readAll()).hasToString(bad.answer());
                assertThat(log.await("MQTT connection refused"))
                        .startsWith("WARNING")
                        .containsPattern("remote=127\\.[0-9.]+:[0-9]+")
                        .contains(bad.logged());
                CANARIES.assertNoneIn(log.text());
            }
        }
    }

    @Test
    void withoutPasswordAndCertificateNobodyGetsIn() throws Exception {
        try (RawClient client = new RawClient(server)) {
            assertThat(client.connect("meter-1", userName("meter-1")).readAll()).hasToString(MALFORMED);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"registrationId":"meter-1"                                | 400 | 400004 | not JSON at line 1
            [1]                                                        | 400 | 400004 | a JSON object is needed
            ``                                                         | 400 | 400004 | not JSON
            {}                                                         | 400 | 400004 | registrationId
            {"registrationId":"meter-2"}                               | 400 | 400004 | of registration meter-1, the body names meter-2
            {"registrationId":"meter 1"}                               | 400 | 400004 | a registration id is
            {"registrationId":"meter-1","payload":"no json"}           | 400 | 400004 | not JSON
            {"registrationId":"meter-1","tpm":{"endorsementKey":"!"}}  | 400 | 400004 | not base64
            """)
    void aBadBodyIsAnsweredInBothShapesWithATrackingIdThatTheLogHas(String body, int status, int code, String reason)
            throws Exception {
        try (CapturedLog log = CapturedLog.start();
                RawClient client = subscribed("meter-1")) {
            client.publish(REGISTER, 0, 0, body.getBytes(StandardCharsets.UTF_8));

            JsonObject error = refusal(client.message(), status, code, reason);
            assertThat(log.await("refused over MQTT", error.getString("trackingId")))
                    .contains("registrationId=meter-1")
                    .contains("status=" + status);
        }
    }

    @Test
    void aPayloadMayBeAnObjectOrATextThatHoldsOne() throws Exception {
        try (RawClient client = subscribed("meter-1")) {
            for (String payload :
                    new String[] {"{\"modelId\":\"dtmi:a:b;1\"}", "\"{\\\"modelId\\\":\\\"dtmi:a:b;1\\\"}\""}) {
                String body = "{\"registrationId\":\"meter-1\",\"payload\":" + payload + "}";
                client.publish(REGISTER, 0, 0, body.getBytes(StandardCharsets.UTF_8));

                assertThat(client.message().topic()).startsWith("$dps/registrations/res/202/");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void anOversizedBodyIsAnsweredAndTheConnectionGoesOn(Way way) throws Exception {
        try (RawClient client = admitted(way, "meter-1")) {
            client.subscribe(DpsTopic.REPLIES);
            client.publish(REGISTER, 1, 3, new byte[96 * 1024 + 1]);

            assertThat(client.read(4)).hasToString("40020003");
            refusal(client.message(), 413, 413_001, "at most 98304 bytes");
            client.publish(DpsTopic.statusTopic("7", "5.unknown"), 0, 0, new byte[0]);
            refusal(client.message(), 404, 404_003, "operation 5.unknown of registration meter-1 is not known");
        }
    }

    @Test
    void anotherDevicesOperationIsNotTold() throws Exception {
        String operation;
        try (RawClient client = subscribed("meter-2")) {
            client.publish(REGISTER, 0, 0, body("meter-2"));
            operation = RegistrationStatus.parse(client.message().payload()).operationId();
        }
        try (RawClient client = subscribed("meter-1")) {
            client.publish(DpsTopic.statusTopic("7", operation), 0, 0, new byte[0]);

            refusal(client.message(), 404, 404_003, "is not known here");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            $dps/registrations/PUT/iotdps-register/?$rid=1 | 0 | without a subscription to $dps/registrations/res/#
            $dps/registrations/PUT/iotdps-register/        | 0 | no topic of the provisioning service
            $dps/registrations/PUT/iotdps-register/?$rid=1 | 2 | at QoS 2
            $dps/registrations/DELETE/x/?$rid=1            | 1 | no topic of the provisioning service
            devices/meter-1/messages/events/               | 1 | no topic of the provisioning service
            """)
    void whatCannotBeAnsweredEndsTheConnectionAndTheLogTellsWhy(String topic, int qos, String reason) throws Exception {
        for (Way way : Way.values()) {
            try (CapturedLog log = CapturedLog.start();
                    RawClient client = admitted(way, "meter-1")) {
                client.publish(topic, qos, 1, body("meter-1"));

                assertThat(client.readAll()).isEqualTo(Bytes.EMPTY);
                assertThat(log.await("MQTT connection ended", reason))
                        .startsWith("WARNING")
                        .contains("registrationId=meter-1");
                CANARIES.assertNoneIn(log.text());
            }
        }
    }

    @Test
    void onlyTheAnswersCanBeSubscribedTo() throws Exception {
        try (RawClient client = admitted(Way.SOCKET, "meter-1")) {
            assertThat(client.subscribe("$dps/#")).isEqualTo(0x80);
            assertThat(client.subscribe("devices/meter-1/messages/devicebound/#"))
                    .isEqualTo(0x80);
            assertThat(client.subscribe("#")).isEqualTo(0x80);
        }
    }

    private static JsonObject refusal(Message message, int status, int code, String reason) {
        assertThat(message.topic()).isEqualTo("$dps/registrations/res/" + status + "/?$rid=7");
        JsonObject error = Json.parseObject(message.payload());
        assertThat(error.getInt("errorCode")).isEqualTo(code);
        assertThat(error.getString("message")).contains(reason);
        assertThat(error.getString("Message")).startsWith("ErrorCode:");
        return error;
    }

    private static RawClient subscribed(String id) throws Exception {
        RawClient client = admitted(Way.SOCKET, id);
        client.subscribe(DpsTopic.REPLIES);
        return client;
    }

    private static RawClient admitted(Way way, String id) throws Exception {
        RawClient client = new RawClient(server, way, server.tls());
        client.connect(id, userName(id), token(id, KEYS.primary()), 60);
        assertThat(client.read(4)).as("no session was kept").hasToString("20020000");
        return client;
    }

    private static long registrations() {
        var counts = server.dps.meter().counts();
        return counts.getOrDefault(Operation.REGISTRATION, 0L) + counts.getOrDefault(Operation.RE_REGISTRATION, 0L);
    }

    private static byte[] body(String id) {
        return ("{\"registrationId\":\"" + id + "\"}").getBytes(StandardCharsets.UTF_8);
    }

    private static String userName(String id) {
        return new DpsUserName(server.dps.idScope(), RegistrationId.of(id)).text();
    }

    private static String token(String id, Secret key) {
        return token(id, key, Duration.ofHours(1));
    }

    private static String token(String id, Secret key, Duration life) {
        ResourceUri resource = ResourceUri.registration(server.dps.idScope(), RegistrationId.of(id));
        return CANARIES.token(SasToken.sign(
                resource,
                server.inAnHour().minusSeconds(3600).plus(life),
                Optional.of("registration"),
                key::hmacSha256));
    }
}
