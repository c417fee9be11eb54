// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.endpoint.amqp.RawAmqpClient;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.HubEvent;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.Telemetry;
import io.postern.cloud.hub.methods.MethodReply;
import io.postern.cloud.hub.methods.MethodRequest;
import io.postern.lab.amqp.AmqpCrowd;
import io.postern.lab.amqp.Frames;
import io.postern.testkit.Await;
import io.postern.testkit.CapturedLog;
import io.postern.testkit.MovableClock;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.ResourceUri;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a hub lets in and sends away over AMQP, said by hand: no library says most of it. */
@Timeout(60)
class HubOverAmqpIT {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final String ACCEPTED = "\u0000S$"; // spec: AMQP 1.0 Part 3, 3.4.2
    private static final int DEVICES = 4; // a connection may carry; so few that the limits are soon reached

    @TempDir
    static Path directory;

    private static final MovableClock CLOCK = MovableClock.at("2026-03-01T08:00:00Z");
    private static HubAmqpSite site;
    private static DeviceIdentity meter;
    private static DeviceIdentity other;

    @BeforeAll
    static void open() throws Exception {
        site = new HubAmqpSite(directory, CLOCK, 0, 0, DEVICES);
        meter = site.device("meter-1");
        other = site.device("meter@sas.2");
    }

    @AfterAll
    static void close() {
        site.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"hub", "hub.hubamqp.test", "HUB"})
    @Tag("HUB-12")
    @Tag("HUB-15")
    void aDeviceProvesItselfByPlain(String hub) throws Exception {
        try (RawAmqpClient client = plain("meter-1@sas." + hub, site.token(meter, HOUR))) {
            client.send(Frames.sender("mine", 0, "/devices/meter-1/messages/events"));
            client.await("mine");
            client.send(Frames.sender("theirs", 1, address(other)));
            client.await("amqp:unauthorized-access");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hub", "hub.hubamqp.test"})
    @Tag("HUB-12")
    @Tag("HUB-14")
    void aPolicyProvesItselfByPlainAndSpeaksForAllItsTokenCovers(String hub) throws Exception {
        String token = site.policyToken("device", ResourceUri.of(HubAmqpSite.host() + "/devices"));
        try (RawAmqpClient client = plain("device@sas.root." + hub, token)) {
            client.send(Frames.sender("one", 0, address(meter)));
            client.await("one");
            client.send(Frames.sender("two", 1, address(other)));
            client.await("two");
            client.send(Frames.sender("none", 2, "/devices/meter-9/messages/events"));
            client.await("amqp:unauthorized-access");
        }
    }

    @Test
    @Tag("HUB-13")
    void aDeviceWhoseSessionEndsBeforeItsLinkIsDecidedAboutIsGone() throws Exception {
        String token = site.policyToken("device", ResourceUri.of(HubAmqpSite.host() + "/devices"));
        try (RawAmqpClient client = plain("device@sas.root.hub", token)) {
            client.send(
                    Frames.sender("one", 0, address(meter)),
                    Frames.amqp(Frames.list(0x17)), // end
                    Frames.begin(),
                    Frames.sender("two", 0, address(other)));
            client.await("two");

            Await.until(Duration.ofSeconds(10), "the device has no session", () -> !site.hub
                    .identities()
                    .find(meter.deviceId())
                    .orElseThrow()
                    .connectedSince()
                    .isPresent());
            assertThat(site.hub
                            .identities()
                            .find(other.deviceId())
                            .orElseThrow()
                            .connectedSince()
                            .isPresent())
                    .isTrue();
        }
    }

    record Refused(String what, String user, String token, String logged) {
        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Refused> strangers() {
        ResourceUri all = ResourceUri.hub(HubAmqpSite.NAMES.hub());
        String good = site.token(meter, HOUR);
        return Stream.of(
                new Refused("another's token", "meter-1@sas.hub", site.token(other, HOUR), "WRONG_SIGNATURE"),
                new Refused("no such device", "meter-9@sas.hub", good, "UNKNOWN_DEVICE"),
                new Refused("no token", "meter-1@sas.hub", "secret", "SharedAccessSignature"),
                new Refused("expired", "meter-1@sas.hub", site.token(meter, HOUR.negated()), "EXPIRED"),
                new Refused("another hub", "meter-1@sas.elsewhere", good, "no service knows such credentials"),
                new Refused("no hub", "meter-1", good, "no service knows such credentials"),
                new Refused("an impossible device", "a b@sas.hub", good, "device id is"),
                new Refused("a device as policy", "device@sas.root.hub", good, "the token is not"),
                new Refused(
                        "another policy", "service@sas.root.hub", site.policyToken("device", all), "the token is not"),
                new Refused(
                        "a policy that opens nothing here",
                        "registryRead@sas.root.hub",
                        site.policyToken("registryRead", all),
                        "MISSING_PERMISSION"));
    }

    @ParameterizedTest
    @MethodSource("strangers")
    @Tag("HUB-12")
    @Tag("SEC-06")
    void whoeverDoesNotProveItselfIsSentAwayWithoutAReason(Refused refused) throws Exception {
        try (CapturedLog log = CapturedLog.start();
                RawAmqpClient client = client()) {
            client.send(Frames.SASL, Frames.plain(refused.user(), refused.token()));
            client.read(Frames.SASL.length());
            client.frame(); // mechanisms
            assertThat(client.frame().toString())
                    .as("sasl-outcome: auth, and nothing else")
                    .isEqualTo("02010000" + "005344" + "c00301" + "5001");
            assertThat(log.await("not authenticated: ")).contains(refused.logged());
            assertThat(log.text()).doesNotContain("sig=");
        }
    }

    @Test
    @Tag("HUB-13")
    void aTokenPutForNothingIsAnsweredWithItsStatus() throws Exception {
        String host = HubAmqpSite.host();
        String name = host + "/devices/meter-1";
        String good = site.token(meter, HOUR);
        try (AmqpCrowd crowd = crowd()) {
            assertThat(crowd.put(name, good)).isEqualTo(200);
            assertThat(crowd.put("amqps://" + name.replace("/", "%2F") + "/messages/events", good))
                    .isEqualTo(200);
            assertThat(crowd.put(name, "secret")).isEqualTo(400);
            assertThat(crowd.put(name, site.token(other, HOUR))).isEqualTo(401);
            assertThat(crowd.put(name, site.token(meter, HOUR.negated()))).isEqualTo(401);
            assertThat(crowd.put(host + "/devices/meter-9", good)).isEqualTo(401);
            assertThat(crowd.put(
                            host + "/devices/meter-9", site.policyToken("device", ResourceUri.of(host + "/devices"))))
                    .isEqualTo(404);
            assertThat(crowd.put("hub.elsewhere.test/devices/meter-1", good)).isEqualTo(404);
            assertThat(crowd.put(host, good)).isEqualTo(401);
            assertThat(crowd.put(host, site.policyToken("service", ResourceUri.of(host))))
                    .isEqualTo(200);
            assertThat(crowd.put(Map.of("operation", Frames.text("delete-token")), good))
                    .isEqualTo(400);
            assertThat(crowd.put(Map.of("operation", Frames.text("put-token"), "type", Frames.text("jwt")), good))
                    .isEqualTo(400);
            for (int i = 0; i < DEVICES - 1; i++) {
                DeviceIdentity more = site.device("more-" + i);
                assertThat(crowd.put(host + "/devices/more-" + i, site.token(more, HOUR)))
                        .isEqualTo(200);
            }
            assertThat(crowd.put(host + "/devices/" + other.deviceId(), site.token(other, HOUR)))
                    .as("more devices than a connection may carry")
                    .isEqualTo(400);
        }
    }

    @Test
    void aLinkThatIsNotTheDevicesOwnIsDetached() throws Exception {
        try (RawAmqpClient client = plain("meter-1@sas.hub", site.token(meter, HOUR))) {
            client.send(Frames.sender("a", 0, "/devices/meter-1/elsewhere"));
            client.await("amqp:not-found");
            client.send(Frames.sender("b", 1, "/messages/nowhere"));
            client.await("amqp:not-found");
            client.send(Frames.receiver("c", 2, "/devices/meter-1/messages/events"));
            client.await("amqp:not-allowed");
            client.send(Frames.sender("d", 3, "/devices/meter-1/messages/devicebound"));
            client.await("amqp:not-allowed");
            client.send(Frames.sender("e", 4, "/devices/a b/messages/events"));
            client.await("com.microsoft:argument-error");
            client.send(Frames.sender("f", 5, "amqps://hub.hubamqp.test/devices/meter-1/messages/events"));
            assertThat(client.await("amqps://")).doesNotContain("amqp:");
        }
    }

    @Test
    void oneDevicesNonsenseEndsItsOwnLinkOnly() throws Exception {
        site.device("bad-1");
        site.device("bad-2");
        long before = site.hub.events().last();
        try (AmqpCrowd crowd = crowd()) {
            join(crowd, meter);
            join(crowd, "bad-1");
            join(crowd, "bad-2");

            crowd.sendRaw("bad-1", Bytes.hex("ffff"));
            crowd.awaitDetached(1);
            Bytes chunk = Bytes.of(new byte[15_000]);
            crowd.sendParts("bad-2", chunk, Telemetry.LARGEST / chunk.length() + 2);
            crowd.awaitDetached(2);
            crowd.sendRound("good");
            crowd.awaitAnswers();

            assertThat(crowd.detached())
                    .containsEntry("bad-1", "amqp:decode-error")
                    .containsEntry("bad-2", "amqp:link:message-size-exceeded");
            assertThat(crowd.accepted()).containsOnlyKeys("meter-1");
            assertThat(site.hub.events().read(before + 1, 10))
                    .extracting(HubEvent::deviceId)
                    .containsExactly(meter.deviceId());
        }
    }

    @Test
    void aFreshTokenKeepsADeviceWhereAnotherIsDetached() throws Exception {
        DeviceIdentity lasting = site.device("lasting");
        DeviceIdentity ending = site.device("ending");
        try (AmqpCrowd crowd = crowd()) {
            crowd.join("lasting", site.token(lasting, Duration.ofMinutes(5)));
            crowd.join("ending", site.token(ending, Duration.ofMinutes(5)));
            CLOCK.advance(Duration.ofMinutes(4));
            assertThat(crowd.put(HubAmqpSite.host() + "/devices/lasting", site.token(lasting, HOUR)))
                    .isEqualTo(200);
            CLOCK.advance(Duration.ofMinutes(2));
            crowd.awaitDetached(1);
            crowd.sendRound("still here");
            crowd.awaitAnswers();

            assertThat(crowd.detached()).containsExactly(Map.entry("ending", "amqp:unauthorized-access"));
            assertThat(crowd.accepted()).containsExactly(Map.entry("lasting", 1));
        }
    }

    @Test
    void theNewestConnectionOfADeviceWinsAndTheOldKeepsItsOthers() throws Exception {
        DeviceIdentity twice = site.device("twice");
        DeviceIdentity once = site.device("once");
        try (AmqpCrowd first = crowd();
                AmqpCrowd second = crowd()) {
            join(first, twice);
            join(first, once);
            join(second, twice);
            first.awaitDetached(1);
            first.sendRound("a");
            first.awaitAnswers();
            second.sendRound("b");
            second.awaitAnswers();

            assertThat(first.detached()).containsExactly(Map.entry("twice", "amqp:link:detach-forced"));
            assertThat(first.accepted()).containsExactly(Map.entry("once", 1));
            assertThat(second.accepted()).containsExactly(Map.entry("twice", 1));
        }
    }

    @Test
    void aDisabledDeviceIsDetachedAndNotLetInAgain() throws Exception {
        DeviceIdentity gone = site.device("gone");
        try (AmqpCrowd crowd = crowd()) {
            join(crowd, gone);
            site.hub.identities().delete(gone.deviceId(), IfMatch.ANY);
            crowd.awaitDetached(1);

            assertThat(crowd.detached()).containsExactly(Map.entry("gone", "amqp:not-found"));
            assertThat(crowd.put(HubAmqpSite.host() + "/devices/gone", site.token(gone, HOUR)))
                    .isEqualTo(401);
        }
    }

    @Test
    void moreSessionsOrLinksThanTheDevicesNeedEndTheConnection() throws Exception {
        Bytes[] sessions = new Bytes[DEVICES + 20];
        for (int i = 0; i < sessions.length; i++) {
            sessions[i] = Frames.begin(i + 1);
        }
        try (RawAmqpClient client = plain("meter-1@sas.hub", site.token(meter, HOUR))) {
            client.send(Frames.sender("mine", 0, address(meter)));
            client.await("mine");
            client.send(sessions);
            client.await("sessions on one connection");
        }
        Bytes[] links = new Bytes[DEVICES * 6 + 20];
        for (int i = 0; i < links.length; i++) {
            links[i] = Frames.sender("l" + i, i, address(meter));
        }
        try (RawAmqpClient client = plain("meter-1@sas.hub", site.token(meter, HOUR))) {
            client.send(links);
            client.await("links on one connection");
        }
    }

    /** The vendor's Java client asks as soon as its sending link is there, and does not look at a refusal. */
    @Test
    @Tag("SYS-02")
    void whoAsksForTheTwinBeforeItCanBeAnsweredIsAnsweredThen() throws Exception {
        DeviceIdentity hasty = site.device("hasty");
        String twin = "/devices/hasty/twin";
        try (RawAmqpClient client = plain("hasty@sas.hub", site.token(hasty, HOUR))) {
            client.send(Frames.sender("out", 0, twin));
            client.await("out");
            client.send(Frames.transfer(0, 0, twinQuestion("PUT", "/notifications/twin/properties/desired")));
            client.send(Frames.transfer(0, 1, twinQuestion("GET", "")));
            client.await(ACCEPTED);
            site.hub
                    .twins()
                    .patch(
                            hasty.deviceId(),
                            Optional.empty(),
                            Optional.of(Json.parseObject("{\"rate\":5}")),
                            IfMatch.ANY);
            client.send(Frames.receiver("in", 1, twin));

            assertThat(client.await("/properties/desired")).contains("\"reported\"");
        }
    }

    @Test
    @Tag("HUB-13")
    void whoPutsATokenBeforeItCanBeAnsweredIsAnsweredThen() throws Exception {
        try (RawAmqpClient client = client()) {
            client.send(Frames.SASL, Frames.saslInit("ANONYMOUS", Bytes.utf8("")));
            client.read(Frames.SASL.length());
            client.frame(); // mechanisms
            client.frame(); // outcome
            client.send(Frames.BARE, Frames.open("raw", HubAmqpSite.host()), Frames.begin());
            client.send(Frames.sender("out", 0, "$cbs"));
            client.await("out");
            client.send(Frames.transfer(
                    0,
                    0,
                    Frames.message(
                            Frames.text("q"),
                            Map.of(
                                    "operation", Frames.text("put-token"),
                                    "type", Frames.text("servicebus.windows.net:sastoken"),
                                    "name", Frames.text(HubAmqpSite.host() + "/devices/meter-1")),
                            site.token(meter, HOUR))));
            client.await(ACCEPTED);
            client.send(Frames.receiver("in", 1, "$cbs"));
            client.await("status-code");
        }
    }

    /** Whoever hears of a device that it listens, from the device itself, may ask it at once. */
    @Test
    @Tag("SYS-02")
    void aDeviceCanBeAskedAsSoonAsItKnowsThatItListens() throws Exception {
        DeviceIdentity prompt = site.device("prompt");
        var reboot = new MethodRequest("reboot", Bytes.utf8("{}"), Duration.ZERO, Duration.ofSeconds(20));
        try (var askers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 30; i++) {
                Future<MethodReply> reply;
                try (RawAmqpClient client = plain("prompt@sas.hub", site.token(prompt, HOUR))) {
                    client.send(Frames.receiver("in" + i, 0, "/devices/prompt/methods/devicebound"));
                    client.await("in" + i);
                    reply = askers.submit(() -> site.hub.methods().invoke(prompt.deviceId(), reboot));
                    client.await("reboot");
                }
                assertThat(reply.get()).isEqualTo(new MethodReply.LineLost());
            }
        }
    }

    @Test
    void aDeviceThatLeavesItsTwinsChangesUnreadLosesThatLinkOnly() throws Exception {
        DeviceIdentity lazy = site.device("lazy");
        String twin = "/devices/lazy/twin";
        try (RawAmqpClient client = plain("lazy@sas.hub", site.token(lazy, HOUR))) {
            client.send(Frames.amqp(Frames.list( // no credit but for the answer
                    0x12,
                    Frames.text("in"),
                    Frames.uint(0),
                    Frames.TRUE,
                    Frames.NULL,
                    Frames.NULL,
                    Frames.list(0x28, Frames.text(twin)),
                    Frames.list(0x29))));
            client.send(Frames.sender("out", 1, twin), Frames.sender("data", 2, address(lazy)));
            client.await("data");
            client.send(Frames.transfer(1, 0, twinQuestion("PUT", "/notifications/twin/properties/desired")));
            client.await(ACCEPTED);
            for (int i = 0; i < 70; i++) {
                site.hub
                        .twins()
                        .patch(
                                lazy.deviceId(),
                                Optional.empty(),
                                Optional.of(Json.parseObject("{\"n\":" + i + "}")),
                                IfMatch.ANY);
            }
            client.await("too many changes of the twin");
            long before = site.hub.events().last();
            client.send(Frames.transfer(2, 1, Bytes.concat(Bytes.hex("005375"), Frames.binary(Bytes.utf8("x")))));
            assertThat(site.hub.events().await(before + 1, 1, Duration.ofSeconds(20)))
                    .hasSize(1);
        }
    }

    private static Bytes twinQuestion(String operation, String resource) {
        return Bytes.concat(
                Bytes.hex("005372"),
                Frames.map(Map.of("operation", Frames.text(operation), "resource", Frames.text(resource)), true));
    }

    private static void join(AmqpCrowd crowd, String device) throws Exception {
        join(crowd, site.hub.identities().find(DeviceId.of(device)).orElseThrow());
    }

    private static void join(AmqpCrowd crowd, DeviceIdentity device) throws Exception {
        crowd.join(device.deviceId().text(), site.token(device, HOUR));
    }

    private static String address(DeviceIdentity device) {
        return "/devices/" + device.deviceId() + "/messages/events";
    }

    private static AmqpCrowd crowd() throws Exception {
        return new AmqpCrowd(site.tls(Optional.empty()), HubAmqpSite.host(), site.port);
    }

    private static RawAmqpClient client() throws Exception {
        return new RawAmqpClient(site.tls(Optional.empty()), HubAmqpSite.host(), site.port);
    }

    /** A client that has proven itself, opened the connection and begun a session. */
    private static RawAmqpClient plain(String user, String token) throws Exception {
        RawAmqpClient client = client();
        client.send(Frames.SASL, Frames.plain(user, token));
        client.read(Frames.SASL.length());
        client.frame(); // mechanisms
        client.frame(); // outcome
        return client.send(Frames.BARE, Frames.open("raw", HubAmqpSite.host()), Frames.begin());
    }
}
