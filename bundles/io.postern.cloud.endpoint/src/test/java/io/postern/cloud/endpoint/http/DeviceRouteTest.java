// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.AuthMethod;
import io.postern.cloud.hub.DeviceAuthentication.SelfSigned;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.HubEvent;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.Telemetry;
import io.postern.cloud.hub.commands.Acknowledgement;
import io.postern.cloud.hub.commands.Command;
import io.postern.testkit.LabCa;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.hub.PropertyBag;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a device does over HTTPS, and who may do it. */
class DeviceRouteTest {
    /** Every path of a device, and what it answers a device that may use it and has nothing to use it for. */
    private static final List<Door> DOORS = List.of(
            new Door("POST", "/devices/meter-1/messages/events?api-version=2021-04-12", 204),
            new Door("GET", "/devices/meter-1/messages/devicebound", 204),
            new Door("DELETE", "/devices/meter-1/messages/devicebound/a-token", 412),
            new Door("POST", "/devices/meter-1/messages/devicebound/a-token/abandon", 412),
            new Door("POST", "/devices/meter-1/files", 400),
            new Door("POST", "/devices/meter-1/files/notifications", 400));

    private static final String BATCH = "application/vnd.microsoft.iothub.json";
    private static final String INBOX = "/devices/meter-1/messages/devicebound";
    private static final String OUTBOX = "/devices/meter-1/messages/events";

    private record Door(String method, String path, int answer) {}

    @TempDir
    Path directory;

    private TestHub cloud;
    private DeviceIdentity meter;

    @BeforeEach
    void open() throws IOException {
        cloud = new TestHub(directory);
        meter = cloud.device("meter-1");
    }

    @AfterEach
    void close() {
        cloud.close();
    }

    @Test
    @Tag("HUB-17")
    @Tag("HUB-28")
    @Tag("HUB-29")
    @Tag("HUB-30")
    void theDevicesOwnTokenAndThatOfAPolicyWithDeviceConnectOpenAllItsDoors() {
        var ofAll = ResourceUri.of(TestHub.NAMES.hubHost() + "/devices");
        for (Door door : DOORS) {
            for (Optional<SasToken> token : List.of(
                    cloud.deviceToken(meter),
                    cloud.policyToken("device"),
                    cloud.policyToken("iothubowner"),
                    policyToken("tokenservice", ResourceUri.device(cloud.hub.name(), meter.deviceId())),
                    policyToken("device", ofAll))) {
                Reply reply = ask(door, token);
                assertThat(reply.status()).as("%s with %s", door, token).isEqualTo(door.answer());
            }
        }
        assertThat(cloud.hub.events().last()).isEqualTo(5);
    }

    @Test
    @Tag("HUB-28")
    @Tag("HUB-30")
    @Tag("ISS-11")
    @Tag("SEC-06")
    void noOtherTokenOpensAnyOfThem() {
        DeviceIdentity other = cloud.device("meter-2");
        DeviceIdentity longer = cloud.device("meter-10");
        SasToken own = cloud.deviceToken(meter).orElseThrow();
        var forged = new SasToken(own.sr(), Bytes.of(new byte[32]), own.expiry(), own.keyName());
        var ownKeyForOther = SasToken.sign(
                ResourceUri.device(cloud.hub.name(), meter.deviceId()),
                own.expiry(),
                Optional.empty(),
                other.keys().primary()::hmacSha256);
        for (Door door : DOORS) {
            for (Optional<SasToken> token : List.of(
                    Optional.<SasToken>empty(),
                    cloud.deviceToken(other),
                    cloud.deviceToken(longer),
                    Optional.of(forged),
                    Optional.of(ownKeyForOther),
                    cloud.policyToken("service"),
                    cloud.policyToken("registryRead"),
                    cloud.policyToken("registryReadWrite"),
                    policyToken("device", ResourceUri.device(cloud.hub.name(), other.deviceId())))) {
                assertThat(ask(door, token).status())
                        .as("%s with %s", door, token)
                        .isEqualTo(401);
            }
        }
        assertThat(cloud.hub.events().last()).isZero();
    }

    @Test
    void anExpiredTokenAndAnotherSpellingOfTheNameOpenNone() {
        Optional<SasToken> own = cloud.deviceToken(meter);
        for (Door door : DOORS) {
            String shouted = door.path().replace("meter-1", "METER-1");
            assertThat(ask(new Door(door.method(), shouted, 401), own).status()).isEqualTo(401);
        }
        cloud.clock.advance(Duration.ofMinutes(10));
        for (Door door : DOORS) {
            Reply reply = ask(door, own);
            assertThat(reply.status()).isEqualTo(401);
            assertThat(TestHub.json(reply).getInt("errorCode")).isEqualTo(401_002);
        }
    }

    @Test
    @Tag("ISS-12")
    void aDeletedOrDisabledDeviceIsRefusedFromThenOn() {
        Optional<SasToken> own = cloud.deviceToken(meter);
        cloud.hub.identities().update(IdentityDraft.of(meter.deviceId()).disabled("lost"), IfMatch.ANY);
        assertThat(DOORS).allSatisfy(door -> assertThat(ask(door, own).status()).isEqualTo(401));
        cloud.hub.identities().delete(meter.deviceId(), IfMatch.ANY);
        assertThat(DOORS).allSatisfy(door -> assertThat(ask(door, own).status()).isEqualTo(401));
    }

    @Test
    @Tag("HUB-31")
    void aDevicesTokenOpensNothingOutsideItsPrefix() {
        for (String path : List.of("/devices/meter-1", "/twins/meter-1", "/devices", "/events")) {
            Reply reply =
                    cloud.reply(cloud.request("GET", TestHub.NAMES.hubHost(), path, "", cloud.deviceToken(meter)));
            assertThat(reply.status()).as(path).isEqualTo(401);
        }
    }

    @Test
    @Tag("HUB-30")
    @Tag("SEC-06")
    void aCertificateShownInTheHandshakeOpensTheDoorsOfItsDevice() {
        LabCa.Holder holder = LabCa.selfSigned("meter-3", cloud.clock.instant(), inADay());
        LabCa.Holder foreign = LabCa.selfSigned("meter-3", cloud.clock.instant(), inADay());
        DeviceId device = DeviceId.of("meter-3");
        cloud.hub.identities().create(IdentityDraft.of(device).with(SelfSigned.of(holder.certificate())));

        assertThat(byCertificate(holder, "/devices/meter-3/messages/events").status())
                .isEqualTo(204);
        HubEvent event = cloud.hub.events().read(1, 1).getFirst();
        assertThat(event.deviceId()).isEqualTo(device);
        assertThat(event.authMethod()).isNotEqualTo(AuthMethod.DEVICE_KEY);
        assertThat(byCertificate(foreign, "/devices/meter-3/messages/events").status())
                .isEqualTo(401);
        assertThat(byCertificate(holder, OUTBOX).status()).isEqualTo(401);
    }

    @Test
    @Tag("HUB-17")
    void aMessageArrivesWithAllItsHeadersSay() {
        Reply reply = send(
                "{\"kw\":5}",
                "iothub-messageid",
                "m-1",
                "iothub-correlationid",
                "c-1",
                "iothub-userid",
                "u-1",
                "iothub-contenttype",
                "application/json",
                "iothub-contentencoding",
                "utf-8",
                "iothub-creation-time-utc",
                "2026-03-01T07:59:00Z",
                "iothub-interface-id",
                "urn:x",
                "dt-subject",
                "thermo",
                "iothub-to",
                OUTBOX,
                "iothub-app-seq",
                "7",
                "iothub-connection-device-id",
                "someone-else");

        assertThat(reply.status()).isEqualTo(204);
        HubEvent event = cloud.hub.events().read(1, 1).getFirst();
        assertThat(event.deviceId()).isEqualTo(meter.deviceId());
        assertThat(event.authMethod()).isEqualTo(AuthMethod.DEVICE_KEY);
        assertThat(event.body().toUtf8()).isEqualTo("{\"kw\":5}");
        assertThat(event.properties().entries())
                .containsOnly(
                        entry("$.mid", "m-1"),
                        entry("$.cid", "c-1"),
                        entry("$.uid", "u-1"),
                        entry("$.ct", "application/json"),
                        entry("$.ce", "utf-8"),
                        entry("$.ctime", "2026-03-01T07:59:00Z"),
                        entry("$.ifid", "urn:x"),
                        entry("$.sub", "thermo"),
                        entry("seq", "7"));
    }

    @Test
    void aBatchArrivesInOrderAllOrNone() {
        Reply reply = send("""
                [{"body":"YQ==","base64Encoded":true,"properties":{"iothub-app-k":"v","iothub-messageid":"m"}},
                 {"body":"Yg==","properties":null},
                 {"body":"{\\"plain\\":1}","base64Encoded":false,"properties":{"iothub-app-n":5,"iothub-app-t":true}}]
                """, "Content-Type", BATCH + "; charset=utf-8");

        assertThat(reply.status()).isEqualTo(204);
        List<HubEvent> events = cloud.hub.events().read(1, 10);
        assertThat(events).extracting(event -> event.body().toUtf8()).containsExactly("a", "b", "{\"plain\":1}");
        assertThat(events.getFirst().properties().entries()).containsOnly(entry("k", "v"), entry("$.mid", "m"));
        assertThat(events.getLast().properties().entries()).containsOnly(entry("n", "5"), entry("t", "true"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{}",
                "[]",
                "[1]",
                "[null]",
                "[{}]",
                "[{\"body\":5}]",
                "[{\"body\":\"not base64!\"}]",
                "[{\"body\":\"YQ==\"},{\"body\":\"YQ==\",\"properties\":[]}]",
                "[{\"body\":\"YQ==\",\"properties\":{\"iothub-app-\":\"v\"}}]",
                "[{\"body\":\"YQ==\",\"properties\":{\"iothub-app-k\":{}}}]",
                "[{\"body\":\"YQ==\",\"properties\":{\"iothub-app-k\":\"1\",\"IOTHUB-APP-k\":\"2\"}}]"
            })
    void aMalformedBatchIsRefusedWhole(String batch) {
        Reply reply = send(batch, "Content-Type", BATCH);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(cloud.hub.events().last()).isZero();
    }

    @Test
    void whatIsTooLargeOrTooManyIsRefused() {
        String most = "x".repeat(Telemetry.LARGEST);
        assertThat(send(most).status()).isEqualTo(204);
        assertThat(send(most, "iothub-app-k", "v").status()).isEqualTo(413);
        Reply batch = send("[{\"body\":\"" + most + "\"}]", "Content-Type", BATCH);
        assertThat(TestHub.json(batch).getInt("errorCode")).isEqualTo(413_001);
        String many = "[" + "{\"body\":\"\"},".repeat(500) + "{\"body\":\"\"}]";
        assertThat(send(many, "Content-Type", BATCH).status()).isEqualTo(400);
        String[] headers = new String[130];
        for (int i = 0; i < 65; i++) {
            headers[2 * i] = "iothub-app-k" + i;
            headers[2 * i + 1] = "v";
        }
        assertThat(send("x", headers).status()).isEqualTo(400);
        assertThat(send("x", "iothub-app-", "v").status()).isEqualTo(400);
        assertThat(cloud.hub.events().last()).isEqualTo(1);
    }

    @Test
    @Tag("HUB-09")
    @Tag("HUB-28")
    void aCommandIsFetchedWithItsHeadersAndCompleted() {
        command(
                "m-1",
                PropertyBag.EMPTY
                        .with("$.cid", "c-1")
                        .with("$.uid", "u-1")
                        .with("$.ct", "text/plain")
                        .with("unit", "kW")
                        .with("wind stärke", "9\r\nX-Evil: 1"));

        Reply got = fetch();
        assertThat(got.status()).isEqualTo(200);
        assertThat(got.body().toUtf8()).isEqualTo("open");
        assertThat(got.headers())
                .containsEntry("iothub-messageid", "m-1")
                .containsEntry("iothub-correlationid", "c-1")
                .containsEntry("iothub-userid", "u-1")
                .containsEntry("iothub-contenttype", "text/plain")
                .containsEntry("iothub-to", INBOX)
                .containsEntry("iothub-ack", "full")
                .containsEntry("iothub-sequencenumber", "1")
                .containsEntry("iothub-deliverycount", "0")
                .containsEntry("iothub-enqueuedtime", "2026-03-01T08:00:00.0000000Z")
                .containsEntry("iothub-expiry", "2026-03-01T09:00:00.0000000Z")
                .containsEntry("iothub-app-unit", "kW")
                .containsEntry("iothub-app-wind%20st%C3%A4rke", "9%0D%0AX-Evil: 1");
        assertThat(fetch().status()).isEqualTo(204);
        assertThat(asDevice("DELETE", INBOX + "/" + token(got), "If-Match", etag(got))
                        .status())
                .isEqualTo(204);
        assertThat(cloud.hub.commands().pending(meter.deviceId())).isZero();
        assertLost(asDevice("DELETE", INBOX + "/" + token(got)));
    }

    @ParameterizedTest
    @CsvSource({
        "?reject,                                  false",
        "?reject=true,                             false",
        "?api-version=2020-09-30&%3Freject=true,   false",
        "?REJECT=True&api-version=2021-04-12,      false",
        "?reject=false,                            true",
        "?api-version=2021-04-12,                  true"
    })
    void rejectingIsReadInEveryFormClientsWriteIt(String query, boolean completes) {
        command("m-1", PropertyBag.EMPTY);
        Reply got = fetch();
        assertThat(asDevice("DELETE", INBOX + "/" + token(got) + query).status())
                .isEqualTo(204);

        cloud.clock.advance(Duration.ofSeconds(15));
        var feedback = cloud.hub.feedback().take().orElseThrow().records().getFirst();
        assertThat(feedback.outcome().wireName()).isEqualTo(completes ? "Success" : "Rejected");
    }

    @Test
    void anAbandonedCommandComesAgainAndALockThatLapsedIsLost() {
        command("m-1", PropertyBag.EMPTY);
        Reply first = fetch();
        assertThat(asDevice("POST", INBOX + "/" + token(first) + "/abandon").status())
                .isEqualTo(204);
        Reply second = fetch("iothub-messagelocktimeout", "180");
        assertThat(second.headers()).containsEntry("iothub-deliverycount", "1");
        cloud.clock.advance(Duration.ofSeconds(179));
        assertThat(fetch().status()).isEqualTo(204);
        cloud.clock.advance(Duration.ofSeconds(1));
        assertLost(asDevice("DELETE", INBOX + "/" + token(second)));
        assertLost(asDevice("POST", INBOX + "/" + token(second) + "/abandon"));
        assertThat(fetch().headers()).containsEntry("iothub-deliverycount", "2");
    }

    @Test
    @Tag("ISS-11")
    void aTokenOfOneDeviceSettlesNothingOfAnother() {
        DeviceIdentity other = cloud.device("meter-2");
        command("m-1", PropertyBag.EMPTY);
        Reply got = fetch();
        String path = "/devices/meter-2/messages/devicebound/" + token(got);
        assertLost(cloud.reply(cloud.request("DELETE", TestHub.NAMES.hubHost(), path, "", cloud.deviceToken(other))));
        assertThat(cloud.hub.commands().pending(meter.deviceId())).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"4", "301", "-1", "x", "99999999999999999999", ""})
    void aLockTimeOutsideItsRangeIsRefused(String seconds) {
        assertThat(fetch("iothub-messagelocktimeout", seconds).status()).isEqualTo(400);
    }

    @Test
    void anIfMatchOfAnotherLockAndATokenThatIsNoneAreRefused() {
        command("m-1", PropertyBag.EMPTY);
        Reply got = fetch();
        assertThat(asDevice("DELETE", INBOX + "/" + token(got), "If-Match", "\"other\"")
                        .status())
                .isEqualTo(412);
        assertThat(asDevice("DELETE", INBOX + "/" + "x".repeat(65)).status()).isEqualTo(400);
        assertThat(asDevice("DELETE", INBOX + "/" + token(got), "If-Match", "*").status())
                .isEqualTo(204);
    }

    @Test
    void filesAreRefusedSayingThatNoStorageIsLinked() {
        Reply start = asDevice("POST", "/devices/meter-1/files");
        assertThat(TestHub.json(start).getInt("errorCode")).isEqualTo(400_014);
        assertThat(TestHub.json(start).getString("message")).contains("no storage is linked");
        Reply end = asDevice("POST", "/devices/meter-1/files/notifications/abc");
        assertThat(TestHub.json(end).getInt("errorCode")).isEqualTo(400_015);
    }

    @Test
    void otherMethodsAreTurnedAway() {
        for (Door door : DOORS) {
            Reply reply = ask(new Door("PUT", door.path(), 405), cloud.deviceToken(meter));
            assertThat(reply.status()).isEqualTo(405);
            assertThat(reply.headers()).containsEntry("Allow", door.method());
        }
        assertThat(asDevice("GET", "/devices/meter-1/messages").status()).isEqualTo(404);
    }

    private void command(String messageId, PropertyBag properties) {
        cloud.hub
                .commands()
                .send(
                        meter.deviceId(),
                        new Command(
                                Optional.of(messageId),
                                properties,
                                Bytes.utf8("open"),
                                Optional.empty(),
                                Acknowledgement.FULL));
    }

    private Reply fetch(String... headers) {
        return asDevice("GET", INBOX, headers);
    }

    private Reply send(String body, String... headers) {
        return cloud.reply(
                cloud.request("POST", TestHub.NAMES.hubHost(), OUTBOX, body, cloud.deviceToken(meter), headers));
    }

    private Reply asDevice(String method, String path, String... headers) {
        return cloud.reply(cloud.request(method, TestHub.NAMES.hubHost(), path, "", cloud.deviceToken(meter), headers));
    }

    private Reply ask(Door door, Optional<SasToken> token) {
        return cloud.reply(cloud.request(door.method(), TestHub.NAMES.hubHost(), door.path(), "", token));
    }

    private Reply byCertificate(LabCa.Holder shown, String path) {
        return cloud.reply(cloud.request("POST", TestHub.NAMES.hubHost(), path, "x", Optional.empty(), shown.chain()));
    }

    private Optional<SasToken> policyToken(String policy, ResourceUri resource) {
        var key = cloud.hub.policies().find(policy).orElseThrow().keys().primary();
        return Optional.of(
                SasToken.sign(resource, cloud.clock.instant().plusSeconds(600), Optional.of(policy), key::hmacSha256));
    }

    private Instant inADay() {
        return cloud.clock.instant().plus(Duration.ofDays(1));
    }

    private static void assertLost(Reply reply) {
        assertThat(TestHub.json(reply).getInt("errorCode")).isEqualTo(412_002);
        assertThat(TestHub.json(reply).getString("Message")).startsWith("ErrorCode:DeviceMessageLockLost");
    }

    private static String etag(Reply reply) {
        return reply.headers().getOrDefault("ETag", "");
    }

    private static String token(Reply reply) {
        return etag(reply).replace("\"", "");
    }

    private static Map.Entry<String, String> entry(String name, String value) {
        return Map.entry(name, value);
    }
}
